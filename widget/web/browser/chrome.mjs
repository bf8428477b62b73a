// A browser, a fake server, and a page of another origin that carries the widget.
import { createServer } from "node:http";
import { chromium } from "playwright-core";
import { Fake } from "./fake.mjs";

export const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--force-color-profile=srgb"];

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: quiet });

/** A shop on an origin of its own. `head` are response headers, `attrs` go on the script tag. */
export async function shop(fake, { attrs = "", head = {}, body = "", html = "", script = "" } = {}) {
  const server = createServer((q, r) => {
    r.writeHead(200, { "Content-Type": "text/html; charset=utf-8", ...head });
    r.end(`<!doctype html><html lang="en" ${html}><head><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>Tab 11</title></head><body>${body || "<h1>Tab 11</h1>"}${script}<script defer src="${fake.origin}/w.js" data-inbox="pk_test" ${attrs}></script></body></html>`);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://localhost:${server.address().port}/`, close: () => (server.closeAllConnections(), server.close()) };
}

export async function fresh() {
  return new Fake().listen();
}

/** Opens the page and waits until the widget is there. */
export async function visit(context, url) {
  const page = await context.newPage();
  page.faults = [];
  page.on("console", (m) => /error|warning/.test(m.type()) && page.faults.push(m.text()));
  page.on("pageerror", (e) => page.faults.push(String(e.stack)));
  await page.goto(url);
  await page.waitForSelector("baton-chat", { state: "attached" });
  return page;
}

export const ask = async (page, text) => {
  await page.fill("textarea", text);
  await page.press("textarea", "Enter");
};

/** The one conversation of the fake. */
export const only = (fake) => [...fake.convs.values()].at(-1);

export function check(truth, words) {
  if (!truth) throw new Error(words);
  console.log(`ok  ${words}`);
}

export const until = async (test, words, ms = 5000) => {
  const end = Date.now() + ms;
  while (!(await test())) {
    if (Date.now() > end) throw new Error(`never: ${words}`);
    await new Promise((r) => setTimeout(r, 25));
  }
  console.log(`ok  ${words}`);
};
