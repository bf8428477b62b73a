import { h, say, show } from "../h.ts";
import type { State } from "../state.ts";
import { t } from "../text.ts";
import { alone, estimate, place } from "../line.ts";
import type { Contact } from "./contact.ts";
import type { Hands } from "./hands.ts";

/** The card at the end of the log while a person is being called. One element for as long as it lasts, so that nothing in it loses the focus. */
export class Queue {
  readonly #title = h("h3");
  readonly #est = h("span.est");
  readonly #seg = h("div.seg", { "aria-hidden": "true" }, h("i"), h("i"), h("i"));
  readonly #text = h("p.meta");
  readonly #kept = h("p.meta", { hidden: true }, t("mailKept"));
  readonly #form = h("div");
  readonly #mail = h("button.quiet go-on", t("mailInstead"));
  readonly #leave = h("button.quiet");
  readonly node = h("section.queue",
    { tabindex: -1 },
    h("div.top", this.#title, this.#est),
    this.#seg,
    this.#text,
    this.#kept,
    this.#form,
    h("div.acts", this.#mail, this.#leave),
  );

  constructor(hands: Hands, contact: Contact) {
    this.#mail.addEventListener("click", () => contact.into(this.#form));
    this.#leave.addEventListener("click", () => {
      hands.ask(false);
      hands.focusBox();
    });
  }

  update(s: State, contact: Contact): void {
    const nobody = alone(s);
    const known = !!s.conversation?.contact;
    say(this.#title, nobody ? t("nobody") : place(s));
    say(this.#est, estimate(s));
    show(this.#seg, !nobody);
    const inLine = s.conversation?.state === "waiting";
    [100, inLine ? 55 : 0, 0].forEach((part, i) => (this.#seg.children[i] as HTMLElement).style.setProperty("--p", `${part}%`));
    show(this.#text, !(nobody && known));
    say(this.#text, t(nobody ? "away" : "keep"));
    show(this.#kept, known);
    if (known) this.#form.replaceChildren();
    else if (nobody && !this.#form.hasChildNodes()) this.#form.append(contact.node);
    show(this.#mail, !known && !this.#form.hasChildNodes());
    say(this.#leave, t(nobody ? "goOn" : "leave"));
    this.#leave.classList.toggle("go-on", nobody);
  }
}
