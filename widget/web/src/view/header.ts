import { h, say, show } from "../h.ts";
import { icon } from "../icon.ts";
import { place } from "../line.ts";
import { standing, type State } from "../state.ts";
import { t } from "../text.ts";
import { face } from "./face.ts";
import type { Hands } from "./hands.ts";
import { logo } from "./mark.ts";

/** Who the visitor talks to, and the way to a person. The slot is never empty: the button, then the place in line, then the person. */
export class Header {
  readonly #slot = h("span");
  readonly #title = h("h2", { id: "name" });
  readonly #meta = h("p.meta");
  readonly #ask: HTMLButtonElement;
  readonly #askText = h("span");
  #shown = "";
  #mark: HTMLElement | null = null;
  #waiting: boolean | null = null;
  readonly #hands: Hands;
  readonly node: HTMLElement;

  constructor(hands: Hands, toQueue: () => void) {
    this.#hands = hands;
    this.#ask = h("button.key", { onclick: () => (this.#waiting ? toQueue() : hands.ask(true)) });
    this.node = h("header.head",
      this.#slot,
      h("div.who", this.#title, this.#meta),
      this.#ask,
      h("button.x", { "aria-label": t("close"), onclick: hands.close }, icon("close")),
    );
  }

  update(s: State): void {
    const state = standing(s);
    const team = s.session?.inbox.name ?? "";
    const person = state === "agent" ? s.conversation?.person : null;
    if (s.session) this.#mark ??= logo(team, new URL(s.session.inbox.mark, this.#hands.base).href);
    const shown = person ? `${person.id}${person.status}` : this.#mark ? "mark" : "";
    if (shown !== this.#shown) {
      this.#shown = shown;
      this.#slot.replaceChildren(person ? face(person, "mid", person.status) : (this.#mark ?? ""));
    }
    say(this.#title, person?.name ?? team);
    say(this.#meta, person ? t("personAt", { team }) : s.session ? t("instant") : "");
    const waiting = state === "waiting";
    if (waiting !== this.#waiting) {
      this.#waiting = waiting;
      this.#ask.replaceChildren(icon(waiting ? "clock" : "person"), this.#askText);
      this.#ask.classList.toggle("place", waiting);
    }
    say(this.#askText, waiting ? place(s) : t("talk"));
    const had = (this.#ask.getRootNode() as ShadowRoot).activeElement === this.#ask;
    show(this.#ask, state !== "agent");
    if (had && this.#ask.hidden) this.#hands.focusBox();
  }
}
