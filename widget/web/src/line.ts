import type { State } from "./state.ts";
import { t } from "./text.ts";

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
