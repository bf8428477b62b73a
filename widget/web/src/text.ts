import { first, type Key, type Text, type Texts } from "./locale/en.ts";

/** English as far as it has been fetched: the window brings most of it. */
let english = first as Texts;
let texts = english;
/** The tag for Intl, with Western digits: they are what the shops' own prices and pages show in all three languages. */
let tag = "en-u-nu-latn";

/** Which language file a tag needs; "" for English, which is built in. */
export const languageOf = (locale: string): "" | "hi" | "ar" => (/^(hi|ar)\b/i.exec(locale)?.[1]?.toLowerCase() ?? "") as "" | "hi" | "ar";

/** The window has come, and all of English with it. */
export function addEnglish(all: Texts): void {
  if (texts === english) texts = all;
  english = all;
}

/** The tag for Intl. */
export const tagNow = (): string => tag;

/** Switches the language. `locale` is a BCP 47 tag; one that Intl refuses falls back to English forms. */
export function setTexts(locale: string, loaded: Texts | null): void {
  texts = loaded ?? english;
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
