import { attr, h, say, show } from "../h.ts";
import { icon } from "../icon.ts";
import type { State } from "../state.ts";
import { t } from "../text.ts";
import type { Hands } from "./hands.ts";

/** The one form for an e-mail address. It moves to where it was asked for, and what was typed moves with it. */
export class Contact {
  readonly #input = h("input", { type: "email", id: "mail", autocomplete: "email", required: true, "aria-describedby": "mailerr", enterkeyhint: "done" });
  readonly #save = h("button.key", t("save"));
  readonly #error = h("span");
  readonly #refused = h("p.err", { id: "mailerr", hidden: true }, icon("alert"), this.#error);
  readonly #hands: Hands;
  readonly node: HTMLElement;

  constructor(hands: Hands) {
    this.#hands = hands;
    this.node = h("form.mail", { novalidate: true, onsubmit: this.#submit }, h("label", { for: "mail" }, t("mail")), this.#input, this.#save, this.#refused);
  }

  /** Puts the form there and the cursor into it. */
  into(place: Element): void {
    place.replaceChildren(this.node);
    this.#input.focus();
  }

  update(s: State): void {
    this.#complain(s.mailBad);
  }

  #complain(bad: boolean): void {
    if (bad === !this.#refused.hidden) return;
    show(this.#refused, bad);
    attr(this.#input, "aria-invalid", bad ? "true" : null);
    say(this.#error, bad ? t("mailBad") : "");
    if (bad) {
      this.#hands.tell(t("mailBad"));
      if (this.node.isConnected) this.#input.focus();
    }
  }

  readonly #submit = (e: Event): void => {
    e.preventDefault();
    const email = this.#input.value.trim();
    const good = /^\S+@[^\s@.]+(\.[^\s@.]+)+$/.test(email);
    if (good) this.#hands.contact(email);
    this.#complain(!good);
  };
}
