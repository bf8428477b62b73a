import type { Person } from "@baton/realtime/visitor";
import { h, type Kid, type View } from "../h.ts";
import { icon } from "../icon.ts";
import type { State } from "../state.ts";
import { first, t } from "../text.ts";
import { face } from "./face.ts";
import type { Hands } from "./hands.ts";

/** A person's reply above the launcher of a closed window: one at most, and it can be sent away. */
export function teaser({ teaser, conversation }: State, hands: Hands): Kid {
  const known = conversation?.person;
  return (
    teaser &&
    h("div.teaser",
      h("button.read", { onclick: () => hands.turn(true) },
        face(teaser.author, "mid", known?.id === teaser.author.id ? known?.status : ""),
        h("div", h("span.meta", h("b", first(teaser.author.name)), " ", t("now")), h("p", { dir: "auto" }, teaser.body)),
      ),
      h("button.x", { "aria-label": t("dismiss"), onclick: hands.dismiss }, icon("close")),
    )
  );
}

/** The launcher of a closed window while a person is in the chat. */
export const live = (person: Person): View[] => [face(person, "mid", person.status), h("span", h("b", first(person.name)), " ", h("span.meta", t("inChat")), " ")];
