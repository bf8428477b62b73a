import { h, type Kid, type View } from "../h.ts";
import { icon } from "../icon.ts";
import type { Hands } from "./hands.ts";
import type { Message } from "@baton/realtime/visitor";
import type { Of } from "../items.ts";
import { markdown } from "../markdown.ts";
import type { State } from "../state.ts";
import { span } from "../dates.ts";
import { first, t } from "../text.ts";
import { clock } from "../when.ts";
import { dots, face } from "./face.ts";

/** A reply of a person: filled bubble, round face, name. */
export function person({ key, first: starts, last, message: { author, body, at } }: Of<"person">, base: string): View {
  return h(`div.person ${starts ? "" : "next"}`, { key },
    starts && h("div.by", h("b", first(author.name)), h("span.meta", clock(Date.parse(at)))),
    last && face(author),
    h("div.bubble", { dir: "auto" }, markdown(body, base, (n) => `[${n}]`)),
  );
}

export const typing = (i: Of<"typing">, s: State): View => h("div.person", { key: i.key }, face(s.conversation?.person ?? i), h("div.bubble", dots(), h("span.sr", t("typing", { name: first(i.name) }))));

/** The answer takes long: the visitor is told so, and shown the way to a person. */
export const slow = (key: string, hands: Hands): View =>
  h("div.late", { key },
    h("p.meta", t("slow")),
    h("button.key", { onclick: () => (hands.focusBox(), hands.ask(true)) }, icon("person"), t("talk")),
  );

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

/** How long the visitor waited for the person who joined, in milliseconds; 0 where nobody was called. */
export function waited(s: State, joined: Message): number {
  const called = s.messages.slice(0, joined.seq).findLast((m) => /^(asked|called)$/.test(m.event?.name ?? ""));
  return called ? Date.parse(joined.at) - Date.parse(called.at) : 0;
}

/** A line about what happened. The joining of a person is a small scene for as long as nothing follows it. */
export function event({ key, message, full, past }: Of<"event">, s: State): Kid {
  const name = message.event?.who;
  if (!full) {
    const text = told(message, first(name), clock(Date.parse(message.at)), past);
    return text && rule(key, text);
  }
  const known = s.conversation?.person;
  const wait = waited(s, message);
  return h("div.joined", { key },
    wait > 0 && rule("", t("waited", { time: span(wait) })),
    face(known ?? { name: name! }, "big", known?.status),
    h("b", t("joined", { name: first(name) })),
    h("p.meta", t("joinedSub", { team: s.session!.inbox.name })),
  );
}
