import { afterEach, expect, test } from "vitest";
import { contrast, dress, rgb } from "../src/accent.ts";
import { languageOf } from "../src/language.ts";
import ar from "../src/locale/ar.ts";
import { en as begun, later, type Key, type Text } from "../src/locale/en.ts";
import hi from "../src/locale/hi.ts";
import { learn, setTexts, t } from "../src/text.ts";
import { date, day, span } from "../src/dates.ts";
import { clock } from "../src/when.ts";

const en = { ...begun, ...later };
learn(later);
afterEach(() => setTexts("en", null));

const forms = (text: Text): string[] => (typeof text === "string" ? [text] : Object.values(text));
const holes = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map((m) => m[0]).sort();

test("every language has every text, with the same placeholders, in all its plural forms", () => {
  for (const [name, texts] of Object.entries({ en, hi, ar }))
    for (const key of Object.keys(en) as Key[]) {
      const text: Text = texts[key];
      const wanted = holes(forms(en[key]).at(-1)!);
      for (const form of forms(text)) {
        expect(form.trim(), `${name} ${key}`).toBe(form);
        // A form for exactly one or two may say so in a word.
        for (const hole of holes(form)) expect(wanted, `${name} ${key}`).toContain(hole);
      }
      if (typeof text === "string") expect(holes(text), `${name} ${key}`).toEqual(wanted);
      else if (key !== "place") for (const category of new Intl.PluralRules(name).resolvedOptions().pluralCategories) expect(text, `${name} ${key}`).toHaveProperty(category);
    }
});

test("counts and places take the form of the language", () => {
  expect([1, 2, 3, 4, 11, 21, 102].map((n) => t("place", { n }))).toEqual(["1st in line", "2nd in line", "3rd in line", "4th in line", "11th in line", "21st in line", "102nd in line"]);
  expect([t("fresh", { n: 1 }), t("fresh", { n: 1200 })]).toEqual(["1 new message", "1,200 new messages"]);
  setTexts("ar", ar);
  expect([1, 2, 3, 11].map((n) => t("sources", { n }))).toEqual(["مصدر واحد", "مصدران", "3 مصادر", "11 مصدرًا"]);
});

test("times and days are written the visitor's way, with Western digits", () => {
  const at = new Date(2026, 10, 24, 11, 2).getTime();
  setTexts("en-IN", null);
  expect(clock(at).replace(/\s/g, " ")).toBe("11:02 am");
  expect([day(at, at), day(at - 864e5, at), day(at - 5 * 864e5, at).replace(",", "")]).toEqual(["Today", "Yesterday", "Thursday 19 November"]);
  expect(clock(at)).not.toMatch(/[ \u202f]/);
  expect(date(at)).toBe("24 Nov 2026");
  expect([span(500), span(48_000), span(108_000), span(120_000)]).toEqual(["1 s", "48 s", "1 min 48 s", "2 min"].map((x) => x.replaceAll(" ", "\u00a0")));
  setTexts("ar-EG", ar);
  expect(clock(at)).toMatch(/^11:02/);
  expect(date(at)).toBe("24 نوفمبر 2026");
  setTexts("xx-invalid-tag-that-is-no-tag", null);
  expect(t("write")).toBe("Write a message");
});

test("a tag chooses its language, and English where there is none", () => {
  expect(["hi", "hi-IN", "AR-eg", "en-IN", "hit", "fr", ""].map(languageOf)).toEqual(["hi", "hi", "ar", "", "", "", ""]);
});

test("any accent is readable: words on it, and it on the ground, in light and dark", () => {
  const none = { "--button": "", "--on": "", "--hover": "", "--accent": "" };
  expect(dress("#4F46E5", false)).toEqual(none);
  expect(dress("red;}", false)).toEqual(none);
  for (let i = 0; i < 4096; i += 7) {
    const hex = `#${[i >> 8, (i >> 4) & 15, i & 15].map((v) => v.toString(16).repeat(2)).join("")}`;
    for (const dark of [false, true]) {
      const rule = dress(hex, dark);
      const colour = (name: string) => /^rgb\((\d+),(\d+),(\d+)\)$/.exec(rule[`--${name}`]!)!.slice(1).map(Number);
      expect(contrast(colour("on"), colour("button")), `${hex} button`).toBeGreaterThanOrEqual(4.5);
      expect(contrast(colour("accent"), rgb(dark ? "#101216" : "#ffffff")), `${hex} text`).toBeGreaterThanOrEqual(4.5);
    }
  }
});
