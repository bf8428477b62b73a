import { h, type View } from "../h.ts";
import { alone, place } from "../line.ts";
import type { State } from "../state.ts";
import { t } from "../text.ts";
import type { Contact } from "./contact.ts";
import type { Hands } from "./hands.ts";

/** The wait in words; "" where it is not known. */
export function estimate(s: State): string {
  const minutes = s.conversation?.queue?.minutes;
  return minutes && !alone(s) ? t("wait", { n: minutes }) : "";
}

/** The card at the end of the log while a person is being called. */
export function queue(key: string, s: State, hands: Hands, contact: Contact): View {
  const nobody = alone(s);
  const known = s.conversation?.contact;
  const form = !known && (contact.at(key) || nobody);
  const leave = () => {
    hands.ask(false);
    hands.focusBox();
  };
  return h("section.queue", { key, tabindex: -1 },
    h("div.top", h("h3", nobody ? t("nobody") : place(s)), h("span.meta", estimate(s))),
    !nobody && h(`div.seg ${s.conversation?.state}`, { "aria-hidden": "true" }, h("i"), h("i"), h("i")),
    !(nobody && known) && h("p.meta", t(nobody ? "away" : "keep")),
    known && h("p.meta", t("mailKept")),
    form && contact.form(),
    h("div.acts",
      !known && !form && h("button.quiet go-on", { key: "mail", onclick: () => contact.move(key) }, t("mailInstead")),
      h(`button.quiet ${nobody ? "go-on" : ""}`, { onclick: leave }, t(nobody ? "goOn" : "leave")),
    ),
  );
}
