// axe-core on the states that matter, light and dark, left to right and right to left: no violation, WCAG 2.0–2.2 A and AA with best practices. The page has a
// header, a main part, a footer and headings of its own, and is judged as a whole: only so a landmark or heading of the widget's that gets in their way is seen.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { ask, check, fresh, launch, only, shop, visit } from "./chrome.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** The page's own colours follow the theme, so that what is found is the widget's. */
const ground = { light: "#fff;color:#111", dark: "#111;color:#eee" };
const words = { en: "Do you ship to Bengaluru?", ar: "هل توصلون الطلبات إلى بنغالورو؟", hi: "Do you ship to Bengaluru?" };
const browser = await launch();
let bad = 0;

async function judge(page, name) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => axe.run(document, { runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }, rules: { "label-content-name-mismatch": { enabled: true } } }));
  for (const v of found.violations) {
    bad++;
    console.log(`BAD ${name}: ${v.id}: ${v.help}`);
    for (const n of v.nodes) console.log(`    ${n.html.slice(0, 160)}\n    ${n.failureSummary.split("\n").slice(1).join(" ")}`);
  }
  console.log(`${found.violations.length ? "BAD" : "ok "} ${name} (${found.passes.length} rules passed, ${found.incomplete.map((i) => i.id).join(", ") || "none"} undecided)`);
}

for (const theme of ["light", "dark"])
  for (const locale of ["en", "ar", "hi"])
    for (const width of [1000, 390]) {
      const fake = await fresh();
      const page_ = await shop(fake, { attrs: `data-locale="${locale}" data-theme="${theme}"`, html: `style="background:${ground[theme]}"`, body: '<header><a href="/" style="color:inherit">Tarang</a></header><main><h1>Tab 11</h1><h2>In the box</h2><p>A tablet.</p></main><footer><h2>Help</h2><p>Tarang, Bengaluru</p></footer>' });
      const context = await browser.newContext({ viewport: { width, height: 800 }, reducedMotion: "reduce", hasTouch: width < 480 });
      const page = await visit(context, page_.url);
      const name = `${theme} ${locale} ${width}`;
      await judge(page, `${name} closed`);
      await page.click(".launcher");
      await page.waitForSelector(".list");
      await judge(page, `${name} open`);
      fake.holdAt = 20;
      fake.think = 1500;
      await ask(page, words[locale]);
      await page.waitForSelector(".doing");
      fake.all(only(fake), { t: "notice", code: "slow", seq: 1 });
      await page.waitForSelector(".late");
      await judge(page, `${name} slow`);
      fake.think = 0;
      await page.waitForSelector(".caret");
      await judge(page, `${name} answering`);
      fake.holdAt = Infinity;
      fake.finish();
      await page.waitForSelector(".pills");
      await page.click(".text .chip >> nth=0");
      await page.waitForSelector(".peek");
      await judge(page, `${name} source`);
      await page.keyboard.press("Escape");
      await ask(page, "Can you engrave my earbuds case?");
      await page.click(".ways .quiet");
      await page.fill("input", "nobody");
      await page.press("input", "Enter");
      await judge(page, `${name} gap with e-mail form`);
      await ask(page, "broken screen");
      await page.waitForSelector(".queue");
      await judge(page, `${name} waiting`);
      const c = only(fake);
      fake.join(c);
      await page.waitForSelector(".joined");
      await judge(page, `${name} joined`);
      fake.agentSays(c, "Hi Ananya, I’m Priya. Could you send one photo of the screen?");
      await page.waitForSelector(".person .bubble");
      await ask(page, "That works, thank you!");
      fake.see(c, c.messages.length);
      await judge(page, `${name} agent`);
      await page.click(width < 480 ? ".head .x" : ".launcher");
      fake.agentSays(c, "Pickup is tomorrow.");
      await page.waitForSelector(".badge");
      await judge(page, `${name} live launcher`);
      await context.close();
      await fake.close();
      page_.close();
    }
await browser.close();
check(bad === 0, "axe found nothing");
