import { h, type Kid, type View } from "../h.ts";
import { icon } from "../icon.ts";
import type { Of, Tick } from "../items.ts";
import { markdown } from "../markdown.ts";
import type { State } from "../state.ts";
import { first, t } from "../text.ts";
import { clock, span } from "../when.ts";
import { dots, face, trouble } from "./face.ts";
import type { Hands } from "./hands.ts";

const tickIcon = (tick: Tick) => (/sending|held/.test(tick) ? "clock" : tick === "sent" ? "check" : "checks");

/** A message of the visitor's own, shown at once and ticked as it travels. Plain text: what was typed is what stands there. */
export function mine(i: Of<"mine">, hands: Hands): View {
  const { tick, key } = i;
  const words = t(tick, { time: clock(i.seenAt || i.at) });
  const plain = tick === "held" || (i.named && /delivered|seen/.test(tick));
  return h(`div.mine ${i.last ? "last" : ""} ${i.first ? "" : "next"} ${tick}`, { key },
    h("span.sr", t("you")),
    h("div.bubble", { dir: "auto" }, i.body),
    tick === "failed"
      ? trouble("", words, h("button", { onclick: hands.again }, t("again")))
      : i.last && h(`p.meta ${tick}`, plain ? words : clock(i.at), icon(tickIcon(tick)), !plain && h("span.sr", words)),
  );
}

/** A reply of a person: filled bubble, round face, name. */
export function person({ key, first: starts, last, message: { author, body, at } }: Of<"person">, hands: Hands): View {
  return h(`div.person ${starts ? "" : "next"}`, { key },
    starts && h("div.by", h("b", first(author.name)), h("span.meta", clock(Date.parse(at)))),
    last && face(author),
    h("div.bubble", { dir: "auto" }, markdown(body, hands.base, (n) => `[${n}]`)),
  );
}

export const typing = (i: Of<"typing">, s: State): View => h("div.person", { key: i.key }, face(s.conversation?.person ?? i), h("div.bubble", dots(), h("span.sr", t("typing", { name: first(i.name) }))));

const rule = (key: string, text: Kid): View => h("div.rule meta", { key }, text);

/** What an event says in one line. */
export function told({ event, body }: Of<"event">["message"], name: string, time: string, past = false): string {
  const what = event?.name;
  return what === "joined"
    ? t(time ? "joinedAt" : what, { name, time })
    : what === "handed_back"
      ? t("handedBack", { name: name || t("assistant") })
      : what === "left_line"
        ? t("leftLine")
          : past && what === "resolved"
            ? t("wasClosed")
            : what === "asked" || what === "resolved" || what === "reopened"
              ? t(what)
              : body;
}

/** A line about what happened. The joining of a person is a small scene for as long as nothing follows it. */
export function event({ key, message, full, past, waited }: Of<"event">, s: State): Kid {
  const name = message.event?.who;
  if (!full) {
    const text = told(message, first(name), clock(Date.parse(message.at)), past);
    return text && rule(key, text);
  }
  const known = s.conversation?.person;
  return h("div.joined", { key },
    waited > 0 && rule("", t("waited", { time: span(waited) })),
    face(known ?? { name: name! }, "big", known?.status),
    h("b", t("joined", { name: first(name) })),
    h("p.meta", t("joinedSub", { team: s.session!.inbox.name })),
  );
}
