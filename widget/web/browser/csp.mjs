// The four conditions of a strict page, from another origin than Baton's: the whole story runs, and neither the console nor the page hears a complaint.
import { ask, check, fresh, launch, only, shop, until, visit } from "./chrome.mjs";

const browser = await launch();
const conditions = {
  "(a) default-src none": (h) => ({ head: { "Content-Security-Policy": `default-src 'none'; script-src ${h}; connect-src ${h} ${h.replace("http", "ws")}; style-src 'self'; img-src data:` } }),
  "(b) no styles, Trusted Types": (h) => ({ head: { "Content-Security-Policy": `default-src 'none'; script-src ${h}; connect-src ${h} ${h.replace("http", "ws")}; style-src 'none'; img-src data:; require-trusted-types-for 'script'; trusted-types 'none'` } }),
  "(c) nonce, strict-dynamic": (h) => ({ attrs: 'nonce="x1"', head: { "Content-Security-Policy": `script-src 'nonce-x1' 'strict-dynamic'; object-src 'none'; base-uri 'none'; connect-src ${h} ${h.replace("http", "ws")}` } }),
  "(d) storage throws": () => ({ script: `<script>for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(window, name, { get() { throw new DOMException("blocked", "SecurityError") } })</script>` }),
  "none, data-storage=none": () => ({ attrs: 'data-storage="none"' }),
  "none, Hindi": () => ({ attrs: 'data-locale="hi"' }),
};

for (const [name, make] of Object.entries(conditions)) {
  const fake = await fresh();
  const where = await shop(fake, make(fake.origin));
  const context = await browser.newContext();
  await context.addInitScript(() => {
    window.violations = [];
    addEventListener("securitypolicyviolation", (e) => window.violations.push(`${e.violatedDirective} ${e.blockedURI}`));
  });
  const page = await visit(context, where.url);
  const foreign = [];
  page.on("request", (r) => ![fake.origin, new URL(where.url).origin, "data:"].some((o) => r.url().startsWith(o)) && foreign.push(r.url()));
  await page.click(".launcher");
  await page.waitForSelector(".list");
  await page.waitForSelector(".logo svg path");
  await ask(page, "Do you ship to Bengaluru?");
  await page.waitForSelector(".pills");
  await page.click(".text .chip >> nth=0");
  await page.waitForSelector(".peek mark, mark");
  await ask(page, "My order arrived with a broken screen");
  await page.waitForSelector(".queue");
  fake.join(only(fake));
  fake.agentSays(only(fake), "Hello, **Priya** here.");
  await page.waitForSelector(".person strong");
  const look = await page.evaluate(() => {
    const root = document.querySelector("baton-chat").shadowRoot;
    return { title: document.title, cookie: document.cookie, sheets: root.adoptedStyleSheets.length, bubble: getComputedStyle(root.querySelector(".mine .bubble")).borderRadius, violations: window.violations, styles: root.querySelectorAll("style,link,[style=''],img").length };
  });
  check(look.violations.length === 0, `${name}: no violation ${look.violations}`);
  check(page.faults.length === 0, `${name}: nothing in the console ${page.faults}`);
  check(look.bubble.startsWith("14px"), `${name}: the styles hold`);
  check(look.cookie === "", `${name}: no cookie`);
  check(look.title === "Tab 11", `${name}: no script in the mark ran`);
  check(foreign.length === 0, `${name}: no request to anybody else ${foreign}`);
  if (name === "none, data-storage=none") check((await page.evaluate(() => Object.keys(localStorage).length)) === 0, `${name}: nothing was stored`);
  await context.close();
  await fake.close();
  where.close();
}

// Refused: the widget hides and says one line.
const fake = await fresh();
fake.allow = false;
const where = await shop(fake);
const page = await visit(await browser.newContext(), where.url);
await page.click(".launcher");
await until(() => page.evaluate(() => document.querySelector("baton-chat").hidden), "a refused origin hides the widget");
const lines = page.faults.filter((f) => f.startsWith("Baton:"));
check(lines.length === 1, `and says one line: ${lines}`);
await fake.close();
where.close();
await browser.close();
