import { h, type Kid } from "../h.ts";
import { icon } from "../icon.ts";
import type { State } from "../state.ts";
import { first, t } from "../text.ts";
import { names } from "../when.ts";
import { face } from "./face.ts";
import type { Hands } from "./hands.ts";

/** What a visitor sees before the first message: the company's words, three questions to start from, and who is here. */
export function greeting(s: State, hands: Hands): Kid {
  if (!s.session || s.returning) return h("div.greet", h("i.bone"), h("i.bone"), h("i.bone"));
  const { title, text, suggestions } = s.session.inbox;
  const here = s.people.filter((p) => p.status === "online");
  const some = here.slice(0, 3);
  const n = here.length;
  const question = (text: string) => {
    const ask = () => {
      hands.focusBox();
      hands.say(text);
    };
    return h("button", { onclick: ask }, h("span", h("bdi", text)), icon("go"));
  };
  return h("div.greet",
    h("h3", { dir: "auto" }, title),
    h("p", { dir: "auto" }, text),
    suggestions[0] && [h("div.meta", t("often")), h("div.list", suggestions.map(question))],
    h("div.here",
      n > 0 && h("span.faces", some.map((p) => face(p))),
      h("div", h("b", n ? t("here", { n }) : t("nobody")), h("p.meta", n ? names(some.map((p) => first(p.name))) : t("answersNow"))),
    ),
  );
}
