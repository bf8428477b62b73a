import { en, type Key, type Text, type Texts } from "./locale/en.ts";

let texts: Texts = en;
/** The tag for Intl, with Western digits: they are what the shops' own prices and pages show in all three languages. */
let tag = "en-u-nu-latn";

/** Which language file a tag needs; "" for English, which is built in. */
export const languageOf = (locale: string): "" | "hi" | "ar" => (/^(hi|ar)\b/i.exec(locale)?.[1]?.toLowerCase() ?? "") as "" | "hi" | "ar";

/** Switches the language. `locale` is a BCP 47 tag; one that Intl refuses falls back to English forms. */
export function setTexts(locale: string, loaded: Texts | null): void {
  texts = loaded ?? en;
  try {
    // A tag without a region takes the visitor's own one, so that "en" reads 11:02 am in India and 11:02 in Britain.
    const near = navigator.languages.find((l) => l.startsWith(`${locale}-`)) ?? locale;
    tag = new Intl.Locale(loaded || /^en\b/i.test(locale) ? near : "en", { numberingSystem: "latn" }).toString();
  } catch {
    tag = "en-u-nu-latn";
  }
}

export const isRtl = (): boolean => tag.startsWith("ar");
export const language = (): string => tag.split("-u-")[0]!;

type Values = Record<string, string | number>;

/**
 * The text of a key. `n` among the values picks the plural form and is written the language's way; place in a line takes the ordinal forms.
 */
export function t(key: Key, values: Values = {}): string {
  const text: Text = texts[key];
  const form = typeof text === "string" ? text : (text[new Intl.PluralRules(tag, { type: key === "place" ? "ordinal" : "cardinal" }).select(+values.n!)] ?? text.other);
  return form.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name]!;
    return typeof value === "number" ? value.toLocaleString(tag) : value;
  });
}

/** Hour and minute: 11:02 am. */
export const clock = (at: number): string => new Date(at).toLocaleTimeString(tag, { hour: "numeric", minute: "2-digit" });

/** A day: 4 Nov 2026. */
export const date = (at: number): string => new Date(at).toLocaleDateString(tag, { dateStyle: "medium" });

/** Today, yesterday, or the day with its name. */
export function day(at: number, now: number): string {
  const midnight = (ms: number) => new Date(ms).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(at) - midnight(now)) / 864e5);
  const text = days > -2 ? new Intl.RelativeTimeFormat(tag, { numeric: "auto" }).format(days, "day") : new Date(at).toLocaleDateString(tag, { weekday: "long", day: "numeric", month: "long" });
  return text[0]!.toLocaleUpperCase(tag) + text.slice(1);
}

const unit = (n: number, unit: string): string => n.toLocaleString(tag, { style: "unit", unit, unitDisplay: "short" });

/** A length of time: 1 min 48 sec. */
export function span(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  return minutes ? [unit(minutes, "minute"), seconds % 60 ? unit(seconds % 60, "second") : ""].join(" ").trim() : unit(seconds, "second");
}

/** Names in a sentence: Priya, Rohan and Asha. */
export const names = (list: string[]): string => new Intl.ListFormat(tag).format(list);
