import { h, say, show } from "../h.ts";
import { icon } from "../icon.ts";
import { items, type Item } from "../items.ts";
import { greets, type State } from "../state.ts";
import { t } from "../text.ts";
import { answer, thinking, Writing } from "./answer.ts";
import { dayLine, event, mine, person, typing } from "./bubble.ts";
import { Contact } from "./contact.ts";
import { Greeting } from "./greeting.ts";
import type { Hands } from "./hands.ts";
import { Queue } from "./queue.ts";
import { Sources } from "./source.ts";

/** Within this many pixels of its end the log follows what is new. */
const PINNED_PX = 48;

/** The conversation: keeps one node per item, makes anew only what changed, and never scrolls away from what is being read. */
export class Log {
  readonly sources: Sources;
  readonly #contact: Contact;
  readonly #queue: Queue;
  readonly #greeting: Greeting;
  readonly #writing = new Map<string, Writing>();
  #nodes = new Map<string, { sig: string; node: HTMLElement | null }>();
  readonly #list = h("div.items");
  readonly #scroll = h("div.log", { role: "log", "aria-live": "off", "aria-label": t("log"), tabindex: 0 });
  readonly #newsText = h("span");
  readonly #news = h("button.news", { hidden: true, onclick: () => this.toEnd() }, icon("down"), this.#newsText);
  readonly node = h("div.stage", this.#scroll, this.#news);
  readonly #hands: Hands;
  #pinned = true;
  #readTo = 0;
  #mineLast = "";

  constructor(hands: Hands) {
    this.#hands = hands;
    this.sources = new Sources(hands);
    this.#contact = new Contact(hands);
    this.#queue = new Queue(hands, this.#contact);
    this.#greeting = new Greeting(hands);
    this.#scroll.append(this.#list);
    this.#scroll.addEventListener("scroll", this.#onScroll, { passive: true });
    // A window that grows or shrinks (a keyboard comes up) must not lose the end.
    new ResizeObserver(() => this.#pinned && this.toEnd()).observe(this.#scroll);
  }

  update(s: State): void {
    this.#contact.update(s);
    this.#queue.update(s, this.#contact);
    const greet = greets(s);
    if (greet) this.#greeting.update(s);
    const content = greet ? this.#greeting.node : this.#list;
    if (this.#scroll.firstChild !== content) this.#scroll.replaceChildren(content);
    if (greet) return;
    const all = items(s);
    this.#place(all, s);
    const last = all.findLast((i) => i.kind === "mine");
    const said = !!last && last.key !== this.#mineLast && s.outgoing.some((o) => `c${o.cid}` === last.key);
    if (last) this.#mineLast = last.key;
    if (said || this.#pinned) this.toEnd();
    this.#count(s);
  }

  toEnd(): void {
    this.#pinned = true;
    // A greeting is read from its beginning.
    if (this.#list.isConnected) this.#scroll.scrollTop = this.#scroll.scrollHeight;
    this.#count(this.#hands.state());
  }

  toQueue(): void {
    this.toEnd();
    this.#queue.node.focus();
  }

  readonly #onScroll = (): void => {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroll;
    this.#pinned = scrollTop + clientHeight >= scrollHeight - PINNED_PX;
    this.#scroll.classList.toggle("more", scrollTop > 0);
    this.#count(this.#hands.state());
  };

  /** The pill counts what came in below while the visitor reads further up. */
  #count(s: State): void {
    if (this.#pinned) this.#readTo = s.messages.length;
    const n = s.messages.slice(this.#readTo).filter((m) => m.kind === "text" && m.author.kind !== "visitor").length;
    if (!n && this.#news.contains((this.node.getRootNode() as ShadowRoot).activeElement)) this.#scroll.focus();
    show(this.#news, n > 0);
    if (n) say(this.#newsText, t("fresh", { n }));
  }

  #place(all: Item[], s: State): void {
    const before = this.#nodes;
    this.#nodes = new Map();
    let at: Node | null = null;
    for (const item of all) {
      const old = before.get(item.key);
      const node: HTMLElement | null = old?.sig === item.sig ? old.node : this.#make(item, s);
      this.#nodes.set(item.key, { sig: item.sig, node });
      if (item.kind === "run") this.#writing.get(item.key)!.update(item.run, this.#hands.base);
      if (!node) continue;
      if (old?.node && old.node !== node) old.node.replaceWith(node);
      const next: Node | null = at ? at.nextSibling : this.#list.firstChild;
      if (next !== node && !(next instanceof HTMLElement && next.className === "peek" && next.nextSibling === node)) this.#list.insertBefore(node, next);
      at = node;
    }
    for (const [key, { node }] of before) {
      if (this.#nodes.has(key)) continue;
      node?.remove();
      this.#writing.delete(key);
    }
  }

  #make(i: Item, s: State): HTMLElement | null {
    switch (i.kind) {
      case "day":
        return dayLine(i);
      case "mine":
        return mine(i, this.#hands);
      case "answer":
        return answer(i, s, this.#hands, this.sources, this.#contact);
      case "person":
        return person(i, this.#hands);
      case "event":
        return event(i, s);
      case "typing":
        return typing(i, s);
      case "thinking":
        return thinking();
      case "queue":
        return this.#queue.node;
      case "run": {
        const writing = new Writing();
        this.#writing.set(i.key, writing);
        return writing.node;
      }
    }
  }
}
