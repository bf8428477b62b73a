import { h, type View } from "../h.ts";
import { icon } from "../icon.ts";
import { t } from "../text.ts";

/** Eight hues; violet is not among them, because violet is only ever the assistant. */
const hues = [25, 55, 95, 145, 185, 225, 255, 355];

/** The round face of a person: the initials on the person's own colour, with a presence dot where a status is given. */
export const face = (who: { name?: string; initials?: string; hue?: number }, size = "", status?: string): View =>
  h(`span.face ${size}`, { key: who.name, "--hue": `${hues[(who.hue ?? 0) % 8]}`, "aria-hidden": "true" }, who.initials || [...(who.name ?? "")][0], status && h(`span.dot ${status}`));

/** The head of an answer: square violet tile, name, tag, and when. */
export const byAssistant = (when: string): View => h("div.by", h("span.tile", icon("spark")), h("b", t("assistant")), h("span.tag", t("ai")), h("span.meta", when));

export const dots = (): View => h("span.dots", { "aria-hidden": "true" }, h("i"), h("i"), h("i"));

/** Why something was not taken, in words. */
export const trouble = (id: string, words: Parameters<typeof h>[1], ...more: View[]): View => h("p.meta err", { id }, icon("alert"), words, ...more);
