import { t, tagNow } from "./text.ts";
import { tied } from "./when.ts";

/** A day: 4 Nov 2026. */
export const date = (at: number): string => new Date(at).toLocaleDateString(tagNow(), { day: "numeric", month: "short", year: "numeric" });

/** Today, yesterday, or the day with its name. */
export function day(at: number, now: number): string {
  const midnight = (ms: number) => new Date(ms).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(at) - midnight(now)) / 864e5);
  const text = days > -2 ? new Intl.RelativeTimeFormat(tagNow(), { numeric: "auto" }).format(days, "day") : new Date(at).toLocaleDateString(tagNow(), { weekday: "long", day: "numeric", month: "long" });
  return text[0]!.toLocaleUpperCase(tagNow()) + text.slice(1);
}

/** A length of time: 1 min 48 s. */
export function span(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  return tied([minutes && t("min", { n: minutes }), rest && t("sec", { n: rest })].filter(Boolean).join(" "));
}
