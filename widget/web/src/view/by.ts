import { h } from "../h.ts";
import { icon } from "../icon.ts";
import { t } from "../text.ts";

/** The head of an answer: square violet tile, name, tag, and when. */
export function byAssistant(when: string): HTMLElement {
  return h("div.by", h("span.tile", icon("spark")), h("b", t("assistant")), h("span.tag", t("ai")), h("span.meta", when));
}

export const dots = (): HTMLElement => h("span.dots", { "aria-hidden": "true" }, h("i"), h("i"), h("i"));
