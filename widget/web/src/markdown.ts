import { h, type Kid, type View } from "./h.ts";

/** Makes the chip of a citation. */
export type Chip = (n: number) => Kid;

/** No span of emphasis is longer, so that a text made of stars costs no more than any other. */
const inline =
  /(`[^`\n]{1,400}`)|(\*\*(?=\S)[^\n]{1,400}?\*\*)|(\*(?=[^\s*])[^\n*]{1,400}\*|(?<!\w)_(?=\S)[^\n_]{1,400}_(?!\w))|[ \t]?\[(\d{1,3})\](?!\()|\[([^\]\n]{1,300})\]\(([^\s()]{1,1000})\)|(https?:\/\/[^\s<>"]{1,1000}[^\s<>".,;:!?)'\]*_])|([₹$€£]\s?\d[\d,.]*\d|[₹$€£]\s?\d)/g;

/** The address behind a link, or null for one that may not be followed. A path belongs to Baton's own address. */
export function address(href: string, base: string): string | null {
  try {
    const url = new URL(href, base);
    return /^(https?|mailto|tel):$/.test(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** A link that opens beside the shop, never in place of it. */
function link(href: string, base: string, words: string): View {
  const to = address(href, base);
  return to ? h("a", { href: to, target: "_blank", rel: "noopener noreferrer" }, words) : h("span", words);
}

function spans(text: string, base: string, chip: Chip, deep = 0): Kid[] {
  const out: Kid[] = [];
  let from = 0;
  const inner = (tag: string, cut: number, all: string) => h(tag, spans(all.slice(cut, -cut), base, chip, deep + 1));
  for (const m of deep > 4 ? [] : text.matchAll(inline)) {
    const [all, code, bold, italic, number, label, href, url, amount] = m;
    // A chip follows the full stop and never wraps alone: a hard space clings to the word before it, also across the end of bold, and the span to the chip.
    out.push(
      text.slice(from, m.index),
      code
        ? h("code", code.slice(1, -1))
        : bold
          ? inner("strong", 2, bold)
          : italic
            ? inner("em", 1, italic)
            : number
              ? h("span.held", m.index > 0 && "\u00a0", chip(+number))
              : url
                ? link(url, base, url.replace(/^https?:../, ""))
                : amount
                  ? h("bdi", { dir: "ltr" }, amount)
                  : link(href!, base, label!),
    );
    from = m.index + all.length;
  }
  return [out, text.slice(from)];
}

type Block = { tag: "p" | "ul" | "ol" | "blockquote" | "pre" | "table"; lines: string[] };
const marks: [Block["tag"], RegExp][] = [
  ["ul", /^\s*[-*•]\s+/],
  ["ol", /^\s*\d{1,3}[.)]\s+/],
  ["blockquote", /^>\s?/],
  ["table", /^\s*\|/],
];

function blocks(text: string): Block[] {
  const out: Block[] = [];
  let open = null as Block | null;
  let fenced = false;
  for (const line of text.split("\n")) {
    if (/^\s*```/.test(line)) {
      fenced = !fenced;
      open = fenced ? { tag: "pre", lines: [] } : null;
      if (open) out.push(open);
    } else if (fenced) open!.lines.push(line);
    else if (!line.trim()) open = null;
    else {
      const [tag, mark] = marks.find(([, r]) => r.test(line)) ?? ["p", /^#{1,6}\s+/];
      if (open?.tag !== tag) out.push((open = { tag: tag as Block["tag"], lines: [] }));
      open!.lines.push(tag === "table" ? line : line.replace(mark as RegExp, ""));
    }
  }
  return out;
}

function table(lines: string[], base: string, chip: Chip): View {
  const headed = /^[-:| ]+$/.test(lines[1] ?? "");
  const row = (line: string, tag: string) => h("tr", line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => h(tag, spans(cell.trim(), base, chip))));
  return h("div.wide", { tabindex: 0 }, h("table", lines.map((line, i) => !(headed && i === 1) && row(line, headed && !i ? "th" : "td"))));
}

/**
 * Markdown's small subset as nodes: never a string of HTML, so nothing in a text can become markup. `unfinished` closes what an answer
 * that is still being written has only opened, and hides a chip of which only a part has come.
 */
export function markdown(text: string, base: string, chip: Chip, unfinished = false): View[] {
  let body = text.trim();
  if (unfinished) {
    body = body.replace(/\s?\[\d*$|\[[^\]\n]*\]\([^)\n]*$|(?<!\*)\*$/, "");
    if (body.split("\n").at(-1)!.split("**").length % 2 < 1) body = body.endsWith("**") ? body.slice(0, -2) : `${body.trimEnd()}**`;
  }
  return blocks(body).map(({ tag, lines }) =>
    tag === "table" ? table(lines, base, chip) : h(tag, tag === "pre" ? lines.join("\n") : /l$/.test(tag) ? lines.map((line) => h("li", spans(line, base, chip))) : spans(lines.join("\n"), base, chip)),
  );
}

/**
 * The words of a quote that the answer used, as [before, used, after]: the longest run of words, of three at least, that stands in both.
 * Without one the answer says it in other words, or in another language, and all of the quote is what it stands on.
 */
export function used(quote: string, answer: string): [string, string, string] {
  const words = (s: string) => [...s.matchAll(/[\p{L}\p{N}\p{M}]+/gu)].map((m) => ({ word: m[0].toLowerCase(), from: m.index, to: m.index + m[0].length }));
  const a = words(quote);
  const b = words(answer);
  let best = 0;
  let end = 0;
  let row: number[] = [];
  a.forEach((x, i) => {
    const next: number[] = [];
    b.forEach((y, j) => {
      next[j] = x.word === y.word ? (row[j - 1] ?? 0) + 1 : 0;
      if (next[j]! > best) [best, end] = [next[j]!, i];
    });
    row = next;
  });
  if (best < 3) return ["", quote, ""];
  const from = a[end - best + 1]!.from;
  const { to } = a[end]!;
  return [quote.slice(0, from), quote.slice(from, to), quote.slice(to)];
}
