import { h, type Kid, type View } from "../h.ts";
import type { Message } from "@baton/realtime/visitor";
import type { Item, Said } from "../items.ts";
import { greets, isReply, type State } from "../state.ts";
import { tagNow, t } from "../text.ts";
import { clock } from "../when.ts";
import { mine } from "./bubble.ts";
import { byAssistant } from "./face.ts";
import { greeting } from "./greeting.ts";
import type { Hands } from "./hands.ts";
import { paragraphs } from "./plain.ts";
import { card, writing } from "./writing.ts";

/** Within this many pixels of its end the log follows what is new. */
const PINNED_PX = 48;

/** What was said, until the second half knows of days, groups, people and events. */
const plainly = ({ messages, outgoing, run }: State): Item[] => [
  ...[...messages, ...outgoing].map((it): Item => {
    const { cid, body, kind, journey, author, run: of, at } = it as Said;
    return journey || author.kind === "visitor"
      ? { kind: "mine", key: `c${cid}`, sig: journey ?? "", body, at: +new Date(at), tick: journey ?? "sent", first: true, last: true, named: false, seenAt: 0 }
      : { kind: kind === "text" ? "answer" : "day", key: `r${of || cid}`, sig: cid, message: it as Message, first: true, ways: false, at: 0 };
  }),
  ...(run && !run.away ? [{ kind: "run" as const, key: `r${run.run}`, sig: "", run }] : []),
];

/** The conversation: describes anew only what changed, and never scrolls away from what is being read. */
export function log(hands: Hands) {
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
    if (i.kind === "mine") return mine(i, hands);
    if (i.kind === "run") return writing(i.key, i.run, hands);
    if (hands.more) return hands.more.view(i, s);
    // The second half is not there yet: what was said stands in plain words, the rest waits.
    return i.kind === "answer" && h("div.answer", { key: i.key }, i.message.author.name ? h("b", i.message.author.name) : byAssistant(clock(Date.parse(i.message.at))), card(paragraphs(i.message.body)));
  };
  const list = (s: State): Kid => {
    const old = views;
    views = {};
    return (hands.more?.items ?? plainly)(s).map((i) => {
      const sign = i.sig && [i.sig, tagNow(), !!hands.more, hands.more?.sign(i.key)].join();
      views[i.key] = sign && old[i.key]?.sign === sign ? old[i.key]! : { sign, view: make(i, s) };
      return [views[i.key]!.view, hands.more?.source.view(i.key)];
    });
  };

  const down = (): void => {
    toEnd();
    scroll!.focus();
  };

  return {
    /** Closes what lies over the text, and tells whether anything did. */
    close: (): boolean => !!hands.more?.source.close(),
    /** Whether what came last is in view: only then has the visitor seen it. */
    atEnd: (): boolean => pinned,
    toQueue(): void {
      toEnd();
      scroll!.querySelector<HTMLElement>(".queue")?.focus();
    },
    view(s: State): View[] {
      hands.more?.contact.update(s);
      greets_ = greets(s);
      const sent = s.outgoing.at(-1)?.cid ?? lastSent;
      if (sent !== lastSent) pinned = true;
      lastSent = sent;
      const now = s.messages.length + s.outgoing.length + +!!s.run;
      if (now > said) hands.more?.source.yieldTo();
      said = now;
      if (pinned) {
        readTo = s.messages.length;
        queueMicrotask(() => scroll && pinned && toEnd());
      }
      // What came in below while the visitor reads further up.
      const missed = s.messages.slice(readTo).filter(isReply).length;
      return [
        h("div.stage",
          h(`div.log ${more ? "more" : ""}`, { role: "log", "aria-live": "off", "aria-label": t("log"), tabindex: 0, onscroll: scrolled, ref: stand }, greets_ ? greeting(s, hands) : h("div.items", { key: "items" }, list(s))),
          missed > 0 && hands.more?.news(missed, down),
        ),
        ...[hands.more?.source.view("") as View].filter(Boolean),
      ];
    },
  };
}
