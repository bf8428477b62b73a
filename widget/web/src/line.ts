import type { State } from "./state.ts";
import { t } from "./text.ts";

/** Nobody is here to join: the visitor is told instead of left to wait. */
export const alone = (s: State): boolean => s.conversation?.state === "waiting" && !s.conversation.online;

/** The place in line in words; "Calling a person" until it is known. */
export function place(s: State): string {
  const at = s.conversation?.queue?.position;
  return alone(s) ? t("none") : at ? t("place", { n: at }) : t("calling");
}
