import { t } from "../text.ts";

/** The longest message the server takes, in code points (docs/protocol.md). */
const MAX = 16_000;

/** Says that a text is longer than the server takes; "" for one that is not. */
export function tooLong(text: string): string {
  const n = text.length > MAX ? [...text.trim()].length : 0;
  return n > MAX ? t("long", { max: MAX, n }) : "";
}
