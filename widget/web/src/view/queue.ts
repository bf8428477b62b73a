import { h, say, show } from "../h.ts";
import type { State } from "../state.ts";
import { t } from "../text.ts";
import type { Contact } from "./contact.ts";
import type { Hands } from "./hands.ts";

/** The place in line in words; "Calling a person" until it is known. */
export function place(s: State): string {
  const at = s.conversation?.queue?.position;
  return at ? t("place", { n: at }) : t("calling");
}

export function estimate(s: State): string {
  const minutes = s.conversation?.queue?.minutes;
  return minutes ? t("wait", { n: minutes }) : "";
}

/** Nobody is here to join: the visitor is told instead of left to wait. */
export const alone = (s: State): boolean => s.conversation?.state === "waiting" && s.conversation.online === 0;

/** The card at the end of the log while a person is being called. One element for as long as it lasts, so that nothing in it loses the focus. */
export class Queue {
  readonly #title = h("h4");
  readonly #est = h("span", { class: "est" });
  readonly #seg = h("div", { class: "seg", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
  readonly #text = h("p", { class: "meta" });
  readonly #kept = h("p", { class: "meta", hidden: true }, t("mailKept"));
  readonly #form = h("div");
  readonly #mail = h("button", { class: "quiet go-on" }, t("mailInstead"));
  readonly #leave = h("button", { class: "quiet" });
  readonly node = h(
    "section",
    { class: "queue", tabindex: -1 },
    h("div", { class: "top" }, this.#title, this.#est),
    this.#seg,
    this.#text,
    this.#kept,
    this.#form,
    h("div", { class: "acts" }, this.#mail, this.#leave),
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
    say(this.#est, nobody ? "" : estimate(s));
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
