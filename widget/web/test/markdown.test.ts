import { expect, test } from "vitest";
import { patch } from "../src/h.ts";
import { address, markdown, used } from "../src/markdown.ts";

const base = "https://chat.example/";
const chip = (n: number) => `<${n}>`;
const html = (text: string, unfinished = false) => {
  const box = document.createElement("div");
  patch(box, markdown(text, base, chip, unfinished));
  return box;
};
const shown = (text: string, unfinished = false) => html(text, unfinished).innerHTML.replace(/ (target|rel)="[^"]*"/g, "");

test("the subset becomes nodes", () => {
  expect(shown("**bold** *it* _it_ `a*b*`")).toBe("<p><strong>bold</strong> <em>it</em> <em>it</em> <code>a*b*</code></p>");
  expect(shown("snake_case_name 2 * 3 * 4")).toBe("<p>snake_case_name 2 * 3 * 4</p>");
  expect(shown("one\ntwo\n\nthree")).toBe("<p>one\ntwo</p><p>three</p>");
  expect(shown("- a\n- b\n\n1. c\n2. d")).toBe("<ul><li>a</li><li>b</li></ul><ol><li>c</li><li>d</li></ol>");
  expect(shown("> said\n> so")).toBe("<blockquote>said\nso</blockquote>");
  expect(shown("```\n**raw**\n```")).toBe("<pre>**raw**</pre>");
  expect(shown("| A | B |\n|---|---|\n| 1 | **2** |")).toBe('<div class="wide" tabindex="0"><table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td><strong>2</strong></td></tr></table></div>');
  expect(shown("[page](/help/a) and https://a.example/x.")).toBe('<p><a href="https://chat.example/help/a">page</a> and <a href="https://a.example/x">a.example/x</a>.</p>');
  expect(shown("over ₹2,500.")).toBe('<p>over <bdi dir="ltr">₹2,500</bdi>.</p>');
});

test("a chip is held to the word before it", () => {
  expect(html("Yes. [1] And [2]").textContent).toBe("Yes.\u00a0<1> And\u00a0<2>");
  expect(shown("**Yes.** [1] [2] Or [3]")).toBe('<p><strong>Yes.</strong><span class="held">&nbsp;&lt;1&gt;</span><span class="held">&nbsp;&lt;2&gt;</span> Or<span class="held">&nbsp;&lt;3&gt;</span></p>');
  expect(shown("[1]")).toBe('<p><span class="held">&lt;1&gt;</span></p>');
});

test("an answer that is still being written shows no half signs", () => {
  expect(shown("You get **free ship", true)).toBe("<p>You get <strong>free ship</strong></p>");
  expect(shown("You get **", true)).toBe("<p>You get </p>");
  expect(shown("Yes. [1", true)).toBe("<p>Yes.</p>");
  expect(shown("See [the page](/he", true)).toBe("<p>See </p>");
});

const attacks = `<script>alert(1)</script>|<img src=x onerror=alert(1)>|<svg onload=alert(1)>|<iframe src=javascript:alert(1)>|<a href=javascript:alert(1)>x</a>|[x](javascript:alert(1))
[x](JaVaScRiPt:alert(1))|[x](java\tscript:alert(1))|[x](\u0001javascript:alert(1))|[x](data:text/html,<script>alert(1)</script>)|[x](vbscript:msgbox(1))|[x](file:///etc/passwd)|[x](blob:https://a/b)
[x](about:blank)|[x](ws://a)|[x](intent:x)|[x](chrome://settings)|[x](view-source:https://a)|[x](ftp://a)|[x](javascript&#58;alert(1))|[x](javascript%3Aalert(1))|[a](https://x" onclick="alert(1))
[a](https://x'onmouseover='alert(1))|![x](javascript:alert(1))|![x](x onerror=alert(1))|[**<b>x</b>**](javascript:1)|**<img src=x onerror=1>**|*<script>*|\`<script>\`|\`\`\`\n<script>alert(1)</script>\n\`\`\`
> <script>alert(1)</script>|- <img src=x onerror=alert(1)>|| <script> | b ||1. [x](javascript:alert(1))|<style>*{display:none}</style>|<link rel=stylesheet href=//a>|<meta http-equiv=refresh content=0>
<base href=//a>|<form action=javascript:alert(1)><button>|<input autofocus onfocus=alert(1)>|<details open ontoggle=alert(1)>|<math><mtext></mtext></math>|<object data=javascript:alert(1)>|<embed src=javascript:alert(1)>
<body onload=alert(1)>|<video><source onerror=alert(1)>|<template><script>alert(1)</script></template>|&lt;script&gt;|<!--<script>-->|<![CDATA[<script>]]>|\${alert(1)}|{{constructor.constructor('alert(1)')()}}
[1](javascript:alert(1))|[[x](javascript:alert(1))](javascript:alert(1))|https://a"onmouseover=alert(1)|https://a.example/<script>|__proto__|[x](//evil.example)|[constructor](__proto__)|"><script>alert(1)</script>`.split(/[|\n](?=\S)/);

test("sixty attacks leave nothing but allowed nodes, attributes and links", () => {
  expect(attacks.length).toBeGreaterThanOrEqual(60);
  const tags = new Set("p strong em code pre ul ol li blockquote a span bdi div table tr th td".split(" "));
  const attributes = new Set("href target rel class tabindex dir".split(" "));
  for (const text of [...attacks, attacks.join("\n"), attacks.join(" ")])
    for (const unfinished of [false, true])
      for (const node of html(text, unfinished).querySelectorAll("*")) {
        expect(tags, text).toContain(node.localName);
        for (const a of node.attributes) expect(attributes, text).toContain(a.name);
        if (node.hasAttribute("href")) expect(node.getAttribute("href"), text).toMatch(/^(https?|mailto|tel):/);
      }
});

// Counted in processor time: on a machine that is busy otherwise, the clock would tell of that.
test("a text made of signs costs no more than any other", { timeout: 60_000 }, () => {
  const start = process.cpuUsage();
  for (const sign of ["*", "**", "_", "[", "`", "[a](", "| ", "> ", "[1", "**a "]) html(sign.repeat(16_000 / sign.length));
  expect(process.cpuUsage(start).user / 1000).toBeLessThan(4000);
});

test("only four kinds of address are followed, and a path belongs to Baton", () => {
  expect(address("/demo/help", base)).toBe("https://chat.example/demo/help");
  expect(address("mailto:a@b.example", base)).toBe("mailto:a@b.example");
  expect(address("javascript:alert(1)", base)).toBeNull();
});

test("the words that the answer used are found in the quote", () => {
  expect(used("Standard delivery is ₹79. You get free shipping to Bengaluru on orders over ₹2,500.", "Yes. You get **free shipping to Bengaluru on orders over ₹2,500.** [1]")).toEqual(["Standard delivery is ₹79. ", "You get free shipping to Bengaluru on orders over ₹2,500", "."]);
  expect(used("Spilled tea is covered.", "हाँ, गिरी हुई चाय कवर होती है।")).toEqual(["", "Spilled tea is covered.", ""]);
});
