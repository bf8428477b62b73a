import { h, type Kid, type View } from "../h.ts";
import type { Run } from "../state.ts";
import { t } from "../text.ts";
import { byAssistant, dots } from "./face.ts";
import type { Hands } from "./hands.ts";
import { paragraphs } from "./plain.ts";

/** The card of an answer; `more` stands in it, below the text. */
export const card = (text: readonly Kid[], busy?: string, ...more: Kid[]): View => h("div.card", { "aria-busy": busy }, h("div.text", { dir: "auto" }, text), more);

/** An answer while it is being written; before its first words, the assistant is reading. Tokens appear without animation. */
export function writing(key: string, run: Run | null, hands: Hands): View {
  const nodes = run ? (hands.more?.draft ?? paragraphs)(run.text) : [];
  const last = nodes.at(-1);
  const item = last?.kids.at(-1) as View | undefined;
  (item?.tag === "li" ? item : last)?.kids.push(h("span.caret"));
  return h("div.answer", { key },
    byAssistant(t("now")),
    run && card(nodes, "true"),
    !run?.stopped && h("div.doing", dots(), h("span.meta", !run ? t("reading") : hands.more && run.pages ? t("writing", { n: run.pages }) : t("isWriting"))),
  );
}
