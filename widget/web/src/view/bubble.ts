import { h } from "../h.ts";
import { icon } from "../icon.ts";
import type { Item, Tick } from "../items.ts";
import { markdown } from "../markdown.ts";
import { t } from "../text.ts";
import { clock, day, span } from "../when.ts";
import { dots } from "./by.ts";
import { face } from "./face.ts";
import type { Hands } from "./hands.ts";
import type { State } from "../state.ts";

type Of<K extends Item["kind"]> = Extract<Item, { kind: K }>;

export const dayLine = (i: Of<"day">): HTMLElement => h("div.day", day(i.at, Date.now()));

const tickIcon: Record<Exclude<Tick, "failed">, "clock" | "check" | "checks"> = { sending: "clock", held: "clock", sent: "check", delivered: "checks", seen: "checks" };

/** A message of the visitor's own, shown at once and ticked as it travels. Plain text: what was typed is what stands there. */
export function mine(i: Of<"mine">, hands: Hands): HTMLElement {
  const { tick } = i;
  const words = tick === "seen" ? t("seen", { time: clock(i.seenAt || i.at) }) : tick === "failed" ? "" : t(tick);
  const plain = i.named ? /delivered|seen|held/.test(tick) : tick === "held";
  const state =
    tick === "failed"
      ? h("p.meta err", icon("alert"), t("failed"), h("button", { onclick: hands.again }, t("again")))
      : i.last && h(`p.meta ${tick}`, plain ? words : clock(i.at), icon(tickIcon[tick]), !plain && h("span.sr", words));
  return h(`div.mine ${i.last ? "last" : ""} ${i.first ? "" : "next"} ${tick}`, h("span.sr", t("you")), h("div.bubble", { dir: "auto" }, i.body), state);
}

/** A reply of a person: filled bubble, round face, name. */
export function person(i: Of<"person">, hands: Hands): HTMLElement {
  const { author, body, at } = i.message;
  const name = author.name ?? "";
  return h(`div.person ${i.first ? "" : "next"}`,
    i.first && h("div.by", h("b", name.split(" ")[0]!), h("span.meta", clock(Date.parse(at)))),
    i.last && face(author),
    h("div.bubble", { dir: "auto" }, ...markdown(body, hands.base, (n) => document.createTextNode(`[${n}]`))),
  );
}

export function typing(i: Of<"typing">, s: State): HTMLElement {
  return h("div.person", face(s.conversation?.person ?? i), h("div.bubble", dots(), h("span.sr", t("typing", { name: i.name.split(" ")[0]! }))));
}

const rule = (text: string): HTMLElement => h("div.rule meta", text);

/** A line about what happened. The joining of a person is a small scene for as long as nothing follows it. */
export function event(i: Of<"event">, s: State): HTMLElement | null {
  const { message, waited } = i;
  const { name, who = "" } = message.event ?? {};
  const first = who.split(" ")[0]!;
  const time = clock(Date.parse(message.at));
  if (name === "joined" && i.full) {
    const known = s.conversation?.person;
    return h("div.joined",
      waited > 0 && rule(t("waited", { time: span(waited) })),
      face(known ?? { name: who }, "big", known?.status),
      h("b", t("joined", { name: first })),
      h("p.meta", t("joinedSub", { team: s.session?.inbox.name ?? "" })),
    );
  }
  const text =
    name === "joined"
      ? t("joinedAt", { name: first, time })
      : name === "handed_back"
        ? t("handedBack", { name: first || t("assistant") })
        : name === "left_line"
          ? t("leftLine")
          : name === "asked" || name === "resolved" || name === "reopened"
            ? t(name)
            : message.body;
  return text ? rule(text) : null;
}
