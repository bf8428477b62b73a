import { h, type Kid } from "../h.ts";
import { icon } from "../icon.ts";
import { standing, unread, type State } from "../state.ts";
import { first, t } from "../text.ts";
import { face } from "./face.ts";
import type { Hands } from "./hands.ts";

/** The way in: round, with a text where the page asks for one, with the person's face during a live chat; badge, and one teaser at most. */
export function launcher(s: State, hands: Hands, label: string): Kid {
  const { open, teaser } = s;
  const known = s.conversation?.person;
  const person = !open && standing(s) === "agent" && known;
  const n = open ? 0 : unread(s);
  // What is not seen follows what is: the name begins with the visible words, which are what somebody who speaks to the machine says.
  const more = [open ? t("close") : (person || !label) && t("open"), n && t("fresh", { n })].filter(Boolean).join(", ");
  return [
    h("div", { key: "status", role: "status" },
      teaser && h("div.teaser",
        h("button.read", { onclick: () => hands.turn(true) },
          face(teaser.author, "mid", known?.id === teaser.author.id ? known?.status : ""),
          h("div", h("span.meta", h("b", first(teaser.author.name)), " ", t("now")), h("p", { dir: "auto" }, teaser.body)),
        ),
        h("button.x", { "aria-label": t("dismiss"), onclick: hands.dismiss }, icon("close")),
      ),
    ),
    h(`button.launcher ${person ? "live" : !open && label ? "wide" : ""}`,
      { key: "launcher", "aria-haspopup": "dialog", "aria-expanded": `${open}`, onclick: () => hands.turn(!hands.state().open) },
      person ? [face(person, "mid", person.status), h("span", h("b", first(person.name)), " ", h("span.meta", t("inChat")), " ")] : [icon("chat"), icon("down"), !open && label && h("bdi", label)],
      more && h("span.sr", more),
      n > 0 && h("span.badge", { "aria-hidden": "true" }, n > 9 ? "9+" : n),
    ),
  ];
}
