import { h, type Kid, type View } from "../h.ts";
import { icon } from "../icon.ts";
import { items, type Item } from "../items.ts";
import { greets, isReply, type State } from "../state.ts";
import { tagNow, t } from "../text.ts";
import { day } from "../when.ts";
import { answer, writing } from "./answer.ts";
import { event, mine, person, typing } from "./bubble.ts";
import { contacts } from "./contact.ts";
import { greeting } from "./greeting.ts";
import type { Hands } from "./hands.ts";
import { queue } from "./queue.ts";
import { sources } from "./source.ts";

/** Within this many pixels of its end the log follows what is new. */
const PINNED_PX = 48;

/** The conversation: describes anew only what changed, and never scrolls away from what is being read. */
export function log(hands: Hands) {
  const source = sources(hands);
  const contact = contacts(hands);
  let views: Record<string, { sign: string; view: Kid }> = {};
  let scroll: HTMLElement | undefined;
  let pinned = true;
  let greets_ = true;
  let more = false;
  let readTo = 0;
  let lastSent = "";
  /** How many things were said, the one being written among them. */
  let said = 0;

  const toEnd = (): void => {
    pinned = true;
    // A greeting is read from its beginning.
    if (!greets_) scroll!.scrollTop = scroll!.scrollHeight;
  };
  const scrolled = (): void => {
    const { scrollTop, scrollHeight, clientHeight } = scroll!;
    pinned = scrollTop + clientHeight >= scrollHeight - PINNED_PX;
    more = scrollTop > 0;
    hands.draw();
  };
  const stand = (node: HTMLElement): void => {
    scroll = node;
    // A window that grows or shrinks (a keyboard comes up) must not lose the end.
    new ResizeObserver(() => pinned && toEnd()).observe(node);
    toEnd();
  };
  const make = (i: Item, s: State): Kid => {
    switch (i.kind) {
      case "day":
        return h("div.day", { key: i.key }, day(i.at, Date.now()));
      case "mine":
        return mine(i, hands);
      case "answer":
        return answer(i, s, hands, source, contact);
      case "person":
        return person(i, hands);
      case "event":
        return event(i, s);
      case "typing":
        return typing(i, s);
      case "run":
        return writing(i.key, i.run, hands.base);
      case "queue":
        return queue(i.key, s, hands, contact);
    }
  };
  const list = (s: State): Kid => {
    const old = views;
    views = {};
    return items(s).map((i) => {
      const sign = i.sig && [i.sig, tagNow(), source.opened(i.key), contact.sign(i.key)].join();
      views[i.key] = sign && old[i.key]?.sign === sign ? old[i.key]! : { sign, view: make(i, s) };
      return [views[i.key]!.view, source.view(i.key)];
    });
  };

  return {
    close: source.close,
    /** Whether what came last is in view: only then has the visitor seen it. */
    atEnd: (): boolean => pinned,
    toQueue(): void {
      toEnd();
      scroll!.querySelector<HTMLElement>(".queue")!.focus();
    },
    view(s: State): View[] {
      contact.update(s);
      greets_ = greets(s);
      const sent = s.outgoing.at(-1)?.cid ?? lastSent;
      if (sent !== lastSent) pinned = true;
      lastSent = sent;
      const now = s.messages.length + s.outgoing.length + +!!s.run;
      if (now > said) source.yieldTo();
      said = now;
      if (pinned) {
        readTo = s.messages.length;
        queueMicrotask(() => scroll && pinned && toEnd());
      }
      // The pill counts what came in below while the visitor reads further up.
      const n = s.messages.slice(readTo).filter(isReply).length;
      const down = () => {
        toEnd();
        scroll!.focus();
      };
      return [
        h("div.stage",
          h(`div.log ${more ? "more" : ""}`, { role: "log", "aria-live": "off", "aria-label": t("log"), tabindex: 0, onscroll: scrolled, ref: stand }, greets_ ? greeting(s, hands) : h("div.items", { key: "items" }, list(s))),
          n > 0 && h("button.news", { onclick: down }, icon("down"), t("fresh", { n })),
        ),
        ...[source.view("") as View].filter(Boolean),
      ];
    },
  };
}
