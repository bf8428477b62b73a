import { h } from "./h.ts";

/** Makes the chip of a citation. */
export type Chip = (n: number) => Node;

/** No span of emphasis is longer, so that a text made of stars costs no more than any other. */
const inline = new RegExp(
  [
    /(?<code>`[^`\n]{1,400}`)/,
    /(?<bold>\*\*(?=\S)[^\n]{1,400}?\*\*)/,
    /(?<italic>\*(?=[^\s*])[^\n*]{1,400}\*|(?<!\w)_(?=\S)[^\n_]{1,400}_(?!\w))/,
    /(?:[ \t]?\[(?<chip>\d{1,3})\](?!\())/,
    /(?:\[(?<label>[^\]\n]{1,300})\]\((?<href>[^\s()]{1,1000})\))/,
    /(?<url>https?:\/\/[^\s<>"]{1,1000}[^\s<>".,;:!?)'\]*_])/,
    /(?<amount>[₹$€£]\s?\d[\d,.]*\d|[₹$€£]\s?\d)/,
  ]
    .map((r) => r.source)
    .join("|"),
  "g",
);

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
export function link(href: string, base: string, ...kids: (Node | string)[]): HTMLElement {
  const to = address(href, base);
  return to ? h("a", { href: to, target: "_blank", rel: "noopener noreferrer" }, ...kids) : h("span", ...kids);
}

function spans(into: Element, text: string, base: string, chip: Chip, deep = 0): void {
  let from = 0;
  const inner = (tag: "strong" | "em", cut: number, all: string) => {
    const node = h(tag);
    spans(node, all.slice(cut, -cut), base, chip, deep + 1);
    return node;
  };
  for (const m of deep > 4 ? [] : text.matchAll(inline)) {
    const g = m.groups!;
    const before = text.slice(from, m.index);
    // A chip follows the full stop and never wraps alone: a hard space and a word joiner hold it to the word.
    into.append(before, g.chip && (before || from) ? "\u00a0\u2060" : "");
    from = m.index + m[0].length;
    into.append(
      g.code
        ? h("code", g.code.slice(1, -1))
        : g.bold
          ? inner("strong", 2, g.bold)
          : g.italic
            ? inner("em", 1, g.italic)
            : g.chip
              ? chip(+g.chip)
              : g.url
                ? link(g.url, base, g.url.replace(/^https?:\/\//, ""))
                : g.amount
                  ? h("bdi", { dir: "ltr" }, g.amount)
                  : link(g.href!, base, g.label!),
    );
  }
  into.append(text.slice(from));
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

function table(lines: string[], base: string, chip: Chip): HTMLElement {
  const rows = lines.map((l) => l.trim().replace(/^\||\|$/g, "").split("|"));
  const headed = /^[-:| ]+$/.test(lines[1] ?? "");
  const node = h("table");
  rows.forEach((cells, i) => {
    if (headed && i === 1) return;
    const row = h("tr");
    for (const cell of cells) {
      const box = h(headed && !i ? "th" : "td");
      spans(box, cell.trim(), base, chip);
      row.append(box);
    }
    node.append(row);
  });
  return h("div.wide", { tabindex: 0 }, node);
}

/**
 * Markdown's small subset as nodes: never a string of HTML, so nothing in a text can become markup. `unfinished` closes what an answer
 * that is still being written has only opened, and hides a chip of which only a part has come.
 */
export function markdown(text: string, base: string, chip: Chip, unfinished = false): HTMLElement[] {
  let body = text.trim();
  if (unfinished) {
    body = body.replace(/\s?\[\d*$|\[[^\]\n]*\]\([^)\n]*$|(?<!\*)\*$/, "");
    if (((body.split("\n").at(-1) ?? "").match(/\*\*/g)?.length ?? 0) % 2) body = body.endsWith("**") ? body.slice(0, -2) : `${body.trimEnd()}**`;
  }
  return blocks(body).map(({ tag, lines }) => {
    if (tag === "table") return table(lines, base, chip);
    const node = h(tag);
    if (tag === "pre") node.append(lines.join("\n"));
    else if (tag === "ul" || tag === "ol")
      for (const line of lines) {
        const item = h("li");
        spans(item, line, base, chip);
        node.append(item);
      }
    else spans(node, lines.join("\n"), base, chip);
    return node;
  });
}

/**
 * The words of a quote that the answer used, as [before, used, after]: the longest run of words, of three at least, that stands in both.
 * Without one nothing is marked.
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
  if (best < 3) return [quote, "", ""];
  const from = a[end - best + 1]!.from;
  const { to } = a[end]!;
  return [quote.slice(0, from), quote.slice(from, to), quote.slice(to)];
}
