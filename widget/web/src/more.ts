import { day } from "./dates.ts";
import { later as drawings } from "./drawings.ts";
import { h, type Kid, type View } from "./h.ts";
import { draw } from "./icon.ts";
import { items, type Item } from "./items.ts";
import { reduceLater } from "./later.ts";
import { place } from "./line.ts";
import { borrow, type lent } from "./lent.ts";
import { later } from "./locale/en.ts";
import { markdown } from "./markdown.ts";
import type { State } from "./state.ts";
import css from "./style/more.css?inline";
import { learn } from "./text.ts";
import { answer } from "./view/answer.ts";
import { contacts } from "./view/contact.ts";
import { event, person, slow, typing } from "./view/event.ts";
import type { Hands } from "./view/hands.ts";
import { tooLong } from "./view/long.ts";
import { mark } from "./view/mark.ts";
import { news } from "./view/news.ts";
import { reporter, unread } from "./report.ts";
import { calls } from "./calls.ts";
import { queue } from "./view/queue.ts";
import { sources } from "./view/source.ts";
import { announcement } from "./view/speak.ts";
import { live, teaser } from "./view/teaser.ts";
import { ticks } from "./view/tick.ts";

export type More = ReturnType<typeof start>;

/**
 * The second half of the widget: what nobody needs before the first message is out. It is fetched while the visitor still reads the greeting, and
 * borrows what the first half already has. Until it is there, texts stand in plain paragraphs.
 */
export function start(all: typeof lent, hands: Hands) {
  borrow(all);
  learn(later);
  draw(drawings);
  const source = sources(hands);
  const contact = contacts(hands);
  const report = reporter(hands);
  calls(hands);
  return {
    css,
    items,
    unread,
    reduceLater,
    source,
    contact,
    announcement(before: State, s: State): string {
      report(before, s);
      return announcement(before, s);
    },
    mark: mark(hands),
    place,
    news,
    tooLong,
    ticks,
    live,
    teaser: (s: State): Kid => teaser(s, hands),
    /** An answer that is still being written. */
    draft: (text: string): View[] => markdown(text, hands.base, (n) => h("span.chip", n), true),
    /** What else than the look of the item itself its view depends on. */
    sign: (key: string) => [source.opened(key), contact.sign(key)],
    view(i: Item, s: State): Kid {
      switch (i.kind) {
        case "day":
          return h("div.day", { key: i.key }, day(i.at, Date.now()));
        case "answer":
          return answer(i, s, hands, source, contact);
        case "person":
          return person(i, hands.base);
        case "event":
          return event(i, s);
        case "typing":
          return typing(i, s);
        case "slow":
          return slow(i.key, hands);
        case "queue":
          return queue(i.key, s, hands, contact);
      }
      return null;
    },
  };
}
