import { h, type Kid } from "../h.ts";
import { icon } from "../icon.ts";
import { standing, type State } from "../state.ts";
import { t } from "../text.ts";
import type { Hands } from "./hands.ts";

/** The way in: round, with a text where the page asks for one, with the person's face during a live chat; badge, and what the second half puts above it. */
export function launcher(s: State, hands: Hands, label: string): Kid {
  const { open } = s;
  const known = s.conversation?.person;
  const person = hands.more && !open && standing(s) === "agent" && known;
  const n = (!open && hands.more?.unread(s)) || 0;
  // What is not seen follows what is: the name begins with the visible words, which are what somebody who speaks to the machine says.
  const more = [open ? t("close") : (person || !label) && t("open"), n && t("fresh", { n })].filter(Boolean).join(", ");
  return [
    h("div", { key: "status", role: "status" }, hands.more?.teaser(s)),
    h(`button.launcher ${person ? "live" : !open && label ? "wide" : ""}`,
      { key: "launcher", "aria-haspopup": "dialog", "aria-expanded": `${open}`, onclick: () => hands.turn(!hands.state().open) },
      person ? hands.more!.live(person) : [icon("chat"), icon("down"), !open && label && h("bdi", label)],
      more && h("span.sr", more),
      n > 0 && h("span.badge", { "aria-hidden": "true" }, n > 9 ? "9+" : n),
    ),
  ];
}
