import { en, type Key, type Text, type Texts } from "./locale/en.ts";

let texts = en as Texts;
/** The tag for Intl, with Western digits: they are what the shops' own prices and pages show in all three languages. */
let tag = "en-u-nu-latn";

/** The tag for Intl. */
export const tagNow = (): string => tag;

/** Switches the language. `locale` is a BCP 47 tag; one that Intl refuses falls back to English forms. */
export function setTexts(locale: string, loaded: Texts | null): void {
  texts = loaded ?? (en as Texts);
  try {
    // A tag without a region takes the visitor's own one, so that "en" reads 11:02 am in India and 11:02 in Britain.
    const near = navigator.languages.find((l) => l.startsWith(`${locale}-`)) ?? locale;
    tag = `${new Intl.Locale(`${loaded || /^en\b/i.test(locale) ? near : "en"}-u-nu-latn`)}`;
  } catch {
    tag = "en-u-nu-latn";
  }
}

/** The second half of the widget brings its English along. */
export const learn = (more: object): object => Object.assign(en, more);

export const isRtl = (): boolean => /^ar/.test(tag);
export const language = (): string => tag.split("-u-")[0]!;

/**
 * The text of a key. `n` among the values picks the plural form and is written the language's way; place in a line takes the ordinal forms.
 */
export function t(key: Key, values: object = {}): string {
  const text: Text = texts[key];
  const form = typeof text === "string" ? text : (text[new Intl.PluralRules(tag, { type: key === "place" ? "ordinal" : "cardinal" }).select((values as { n: number }).n)] ?? text.other);
  // Strings have this method, too, and it leaves them as they are.
  return form.replace(/{(\w+)}/g, (_, name) => (values as Record<string, number>)[name]!.toLocaleString(tag));
}

/** The first name. */
export const first = (name = ""): string => name.split(" ")[0]!;
