import { h, type Kid, type View } from "../h.ts";
import { icon } from "../icon.ts";
import type { Of } from "../items.ts";
import { markdown } from "../markdown.ts";
import type { State } from "../state.ts";
import { t } from "../text.ts";
import { clock } from "../when.ts";
import type { Contact } from "./contact.ts";
import { byAssistant } from "./face.ts";
import type { Hands } from "./hands.ts";
import { cited, sourceName, type Cited, type Sources } from "./source.ts";
import { card } from "./writing.ts";

/** An answer of the assistant: card with hairline, sources inside it, and ways on where it found nothing. */
export function answer(i: Of<"answer">, s: State, hands: Hands, sources: Sources, contact: Contact): View {
  const { body, at, outcome } = i.message;
  const citations = cited(i.message.citations ?? []);
  const opener = (tag: string, c: Cited, ...kids: Kid[]) => h(tag + (sources.opened(i.key) === c.n ? " on" : ""), { "aria-label": sourceName(c), ...sources.opener(i.key, c, body) }, kids);
  const chip = (n: number) => citations.filter((c) => c.n === n).map((c) => opener("button.chip", c, n));
  const ask = () => {
    hands.focusBox();
    hands.ask(true);
  };
  return h("div.answer", { key: i.key },
    i.first && byAssistant(clock(Date.parse(at)) + (outcome === "stopped" ? `, ${t("stopped")}` : "")),
    card(markdown(body, hands.base, chip), undefined,
      citations[0] && h("div.pills", citations.map((c) => opener("button.pill", c, h("span.chip", { "data-c": c.n }), h("span.t", { dir: "auto" }, c.full)))),
      i.ways &&
        h("div.ways",
          contact.at(i.key)
            ? contact.form()
            : [
                h("button.key", { onclick: ask }, icon("person"), t("talk")),
                s.conversation?.contact ? h("span.meta", t("mailKept")) : h("button.quiet", { onclick: () => contact.move(i.key) }, t("leaveMail")),
              ],
        ),
    ),
  );
}

