import { h, type View } from "../h.ts";
import type { State } from "../state.ts";
import { t } from "../text.ts";
import { trouble } from "./face.ts";
import type { Hands } from "./hands.ts";

export type Contact = ReturnType<typeof contacts>;

/** The one form for an e-mail address. It moves to where it was asked for, and what was typed moves with it. */
export function contacts(hands: Hands) {
  let place = "";
  let typed = "";
  let bad = false;
  let input: HTMLElement | undefined;

  const complain = (is: boolean): void => {
    bad = is;
    hands.draw();
    if (!bad) return;
    hands.tell(t("mailBad"));
    input?.focus();
  };
  const submit = (e: Event): void => {
    e.preventDefault();
    const email = typed.trim();
    const good = /^\S+@[^\s@.]+(\.[^\s@.]+)+$/.test(email);
    if (good) hands.contact(email);
    complain(!good);
  };

  return {
    /** Whether the form stands there now. */
    at: (where: string): boolean => place === where,
    /** What in an answer's look depends on the form. */
    sign: (where: string): string => (place === where ? `mail${bad}` : ""),
    move(where: string): void {
      place = where;
      hands.draw();
      queueMicrotask(() => input?.focus());
    },
    update(s: State): void {
      if (s.mailBad && !bad) queueMicrotask(() => complain(true));
      if (s.conversation?.contact) place = "";
    },
    form: (): View =>
      h("form.mail", { noValidate: true, onsubmit: submit },
        h("label", { for: "mail" }, t("mail")),
        h("input", {
          type: "email", id: "mail", autocomplete: "email", required: true, "aria-describedby": "mailerr", enterkeyhint: "done", "aria-invalid": bad ? "true" : null,
          ref: (node: HTMLInputElement) => ((input = node).value = typed),
          oninput: (e: any) => (typed = e.target.value),
        }),
        h("button.key", t("save")),
        bad && trouble("mailerr", t("mailBad")),
      ),
  };
}
