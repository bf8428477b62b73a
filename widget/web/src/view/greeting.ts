import { h } from "../h.ts";
import { icon } from "../icon.ts";
import type { State } from "../state.ts";
import { t } from "../text.ts";
import { names } from "../when.ts";
import { face } from "./face.ts";
import type { Hands } from "./hands.ts";

/** What a visitor sees before the first message: the company's words, three questions to start from, and who is here. */
export class Greeting {
  readonly node = h("div.greet");
  #shown: unknown[] = [];
  readonly #hands: Hands;

  constructor(hands: Hands) {
    this.#hands = hands;
  }

  update(s: State): void {
    const ready = s.session && !s.returning ? s.session : null;
    const now = [ready?.inbox, s.people];
    if (this.node.hasChildNodes() && now.every((x, i) => x === this.#shown[i])) return;
    this.#shown = now;
    if (!ready) {
      this.node.replaceChildren(...["85%", "60%", "100%", "90%"].map(bone));
      return;
    }
    const { title, text, suggestions } = ready.inbox;
    const here = s.people.filter((p) => p.status === "online");
    this.node.replaceChildren(
      h("h3", { dir: "auto" }, title),
      h("p", { dir: "auto" }, text),
      ...(suggestions.length ? [h("div.meta", t("often")), h("div.list", ...suggestions.map((q) => this.#question(q)))] : []),
      h("div.here",
        here.length > 0 && h("span.faces", ...here.slice(0, 3).map((p) => face(p))),
        h("div", h("b", here.length ? t("here", { n: here.length }) : t("nobody")), h("p.meta", here.length ? names(here.slice(0, 3).map((p) => p.name.split(" ")[0]!)) : t("answersNow"))),
      ),
    );
  }

  #question(text: string): HTMLElement {
    const ask = () => {
      this.#hands.focusBox();
      this.#hands.say(text);
    };
    return h("button", { onclick: ask }, h("span", { dir: "auto" }, text), icon("go"));
  }
}

function bone(width: string): HTMLElement {
  const node = h("div.bone");
  node.style.inlineSize = width;
  return node;
}
