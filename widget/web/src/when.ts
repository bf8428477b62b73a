import { t, tagNow } from "./text.ts";

/** A time never wraps between the figure and what it counts. */
const tied = (text: string): string => text.replace(/\s/g, "\u00a0");

/** Hour and minute: 11:02 am. */
export const clock = (at: number): string => tied(new Date(at).toLocaleTimeString(tagNow(), { hour: "numeric", minute: "2-digit" }));

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

/** Names in a sentence: Priya, Rohan and Asha. */
export const names = (list: string[]): string => new Intl.ListFormat(tagNow()).format(list);
