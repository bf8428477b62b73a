import { h, type View } from "../h.ts";
import { icon } from "../icon.ts";
import { standing, type State } from "../state.ts";
import { t } from "../text.ts";
import { face } from "./face.ts";
import type { Hands } from "./hands.ts";

/** Who the visitor talks to, and the way to a person. The slot is never empty: the button, then the place in line, then the person. */
export function header(s: State, hands: Hands, toQueue: () => void): View {
  const state = standing(s);
  const inbox = s.session?.inbox;
  const team = inbox?.name;
  const person = hands.more && state === "agent" && s.conversation?.person;
  const waiting = state === "waiting" && hands.more;
  return h("div.head",
    person ? face(person, "mid", person.status) : inbox && h("span.logo", { key: hands.more && inbox.mark, "aria-hidden": "true", ref: hands.more?.mark }, !hands.more && [...team!][0]),
    h("div.who", h("h2", h("bdi", person ? person.name : team)), h("p.meta", person ? t("personAt", { team }) : inbox && t("instant"))),
    state !== "agent" && h(`button.key ${waiting ? "place" : ""}`, { key: "ask", onclick: () => (waiting ? toQueue() : hands.ask(true)) }, icon(waiting ? "clock" : "person"), waiting ? waiting.place(s) : t("talk")),
    h("button.x", { key: "x", "aria-label": t("close"), onclick: () => hands.turn(false) }, icon("close")),
  );
}
