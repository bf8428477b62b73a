import type { Citation } from "@baton/realtime/visitor";
import { h, say } from "../h.ts";
import { icon } from "../icon.ts";
import type { Item } from "../items.ts";
import { markdown } from "../markdown.ts";
import type { Run, State } from "../state.ts";
import { t } from "../text.ts";
import { clock } from "../when.ts";
import type { Contact } from "./contact.ts";
import { byAssistant, dots } from "./by.ts";
import type { Hands } from "./hands.ts";
import type { Sources } from "./source.ts";

type Of<K extends Item["kind"]> = Extract<Item, { kind: K }>;

/** An answer of the assistant: card with hairline, sources inside it, and ways on where it found nothing. */
export function answer(i: Of<"answer">, s: State, hands: Hands, sources: Sources, contact: Contact): HTMLElement {
  const { body, at, citations = [], outcome } = i.message;
  const cited = new Map(citations.map((c) => [c.n, c]));
  const card = h("div.card");
  const chip = (n: number): Node => {
    const source = cited.get(n);
    return source ? h("button.chip", { "data-n": n, "aria-expanded": "false", "aria-label": name(source) }, `${n}`) : document.createTextNode("");
  };
  card.append(h("div.text", { dir: "auto" }, ...markdown(body, hands.base, chip)));
  if (cited.size) {
    card.append(h("div.pills", ...[...cited.values()].map((c) => h("button.pill", { "data-n": c.n, "aria-expanded": "false", "aria-label": name(c) }, h("span.chip", { "data-c": c.n }), h("span.t", { dir: "auto" }, c.title)))));
    sources.attach(card, cited, body);
  }
  if (i.ways) card.append(ways(s, hands, contact));
  const when = clock(Date.parse(at)) + (outcome === "stopped" ? `, ${t("stopped")}` : "");
  return h("div.answer", i.first && byAssistant(when), card);
}

const name = (c: Citation): string => t("source", { n: c.n, title: c.title });

function ways(s: State, hands: Hands, contact: Contact): HTMLElement {
  const node = h("div.ways");
  const ask = () => {
    hands.focusBox();
    hands.ask(true);
  };
  node.append(
    h("button.key", { onclick: ask }, icon("person"), t("talk")),
    s.conversation?.contact ? h("span.meta", t("mailKept")) : h("button.quiet", { onclick: () => contact.into(node) }, t("leaveMail")),
  );
  return node;
}

/** An answer while it is being written. Only its text changes; tokens appear without animation. */
export class Writing {
  readonly #text = h("div.text", { dir: "auto" });
  readonly #pages = h("span.meta");
  readonly #doing = h("div.doing", dots(), this.#pages);
  readonly node = h("div.answer", byAssistant(t("now")), h("div.card", { "aria-busy": "true" }, this.#text), this.#doing);

  update(run: Run, base: string): void {
    const caret = h("span.caret");
    const nodes = markdown(run.text, base, (n) => h("span.chip", `${n}`), true);
    const last = nodes.at(-1);
    const item = last?.lastElementChild;
    (item?.localName === "li" ? item : last)?.append(caret);
    this.#text.replaceChildren(...nodes);
    this.#doing.hidden = run.stopped;
    say(this.#pages, run.pages ? t("writing", { n: run.pages }) : t("isWriting"));
  }
}

/** Before the first words: the assistant is reading. */
export const thinking = (): HTMLElement => h("div.answer", byAssistant(t("now")), h("div.doing", dots(), h("span.meta", t("reading"))));
