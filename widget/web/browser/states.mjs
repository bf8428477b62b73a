// Renders the named states of the look sheets into PNGs, to be laid beside them: node browser/states.mjs [DIR] [light|dark] [state…]
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask, fresh, launch, only, shop, visit } from "./chrome.mjs";

const [dir = mkdtempSync(join(tmpdir(), "widget-states-")), only_, ...wanted] = process.argv.slice(2);
const themes = only_ ? [only_] : ["light", "dark"];
const browser = await launch();
const broken = "My order arrived with a broken screen, and I need a replacement organised.";
let minute = 2;
const at = (m) => `2026-11-24T05:${String(30 + m).padStart(2, "0")}:00.000Z`;

const say = async (page, text, then) => {
  await ask(page, text);
  await page.waitForSelector(then);
};
const shipping = (page) => say(page, "Do you ship to Bengaluru?", ".pills");
const waiting = (page) => say(page, broken, ".queue");
const joined = async (page, fake) => {
  await waiting(page);
  minute = 8;
  fake.now = () => at(minute);
  fake.join(only(fake));
  await page.waitForSelector(".joined");
};
const reply = async (page, fake) => {
  await joined(page, fake);
  fake.agentSays(only(fake), "Hi Ananya, I’m Priya. Could you send one photo of the screen?");
  await page.waitForSelector(".person .bubble");
  minute = 9;
  await ask(page, "Yes. It is cracked from the corner.");
  await page.waitForSelector(".mine.sent, .mine.delivered");
  minute = 10;
  fake.agentSays(only(fake), "Thank you. Pickup is tomorrow, 10 am to 1 pm. Your new Tab 11 leaves today, at no cost.");
  await page.waitForSelector(".person >> nth=1");
};
const close = (page) => page.keyboard.press("Escape");
const nap = (page) => page.waitForTimeout(350);

const states = {
  closed: { shut: true, run: nap },
  hover: { shut: true, run: (page) => page.hover(".launcher") },
  focus: { shut: true, run: (page) => page.keyboard.press("Tab") },
  label: { shut: true, attrs: 'data-label="Chat with us"', run: nap },
  greeting: { run: (page) => page.hover(".list button >> nth=0") },
  thinking: { run: (page, fake) => ((fake.think = 1e6), say(page, "Do you ship to Bengaluru?", ".doing")) },
  streaming: { run: (page, fake) => ((fake.holdAt = 108), say(page, "Do you ship to Bengaluru?", "text=before 2 pm")) },
  source: {
    run: async (page) => {
      await shipping(page);
      await page.click(".text .chip >> nth=0");
    },
  },
  gap: {
    run: async (page) => {
      await say(page, "What is your return policy for damaged items?", ".pills");
      minute = 5;
      await say(page, "Can you engrave my earbuds case?", ".ways");
    },
  },
  email: {
    run: async (page) => {
      await say(page, "Can you engrave my earbuds case?", ".ways");
      await page.click(".ways .quiet");
      await page.fill(".mail input", "ananya.rao@");
      await page.press(".mail input", "Enter");
    },
  },
  waiting: { run: waiting },
  alone: {
    people: [],
    run: async (page) => {
      await page.waitForSelector(".list");
      await page.click(".head .key");
      await page.waitForSelector(".queue input");
    },
  },
  joined: { run: joined },
  typing: {
    run: async (page, fake) => {
      await joined(page, fake);
      fake.all(only(fake), { t: "typing", who: { kind: "agent", name: "Priya Nair" }, on: true, ttl: 60 });
      await page.waitForSelector(".person .dots");
    },
  },
  reply: {
    run: async (page, fake) => {
      await reply(page, fake);
      await ask(page, "That works, thank you!");
      await page.waitForTimeout(200);
      fake.see(only(fake), 4, only(fake).messages.length);
      await page.fill("textarea", "Please ring flat 4B");
    },
  },
  seen: {
    run: async (page, fake) => {
      await reply(page, fake);
      await ask(page, "That works, thank you!");
      await page.waitForTimeout(200);
      fake.see(only(fake), only(fake).messages.length);
    },
  },
  teaser: {
    run: async (page, fake) => {
      await joined(page, fake);
      await close(page);
      fake.agentSays(only(fake), "Hi Ananya, I’m Priya.");
      fake.agentSays(only(fake), "Pickup is tomorrow, 10 am to 1 pm.");
      await page.waitForSelector(".teaser");
    },
  },
  live: {
    run: async (page, fake) => {
      await joined(page, fake);
      await close(page);
    },
  },
  resolved: {
    run: async (page, fake) => {
      await reply(page, fake);
      fake.turn(only(fake), { state: "assistant", person: null }, { name: "handed_back", who: "Priya Nair" });
      fake.turn(only(fake), { state: "resolved", person: null }, { name: "resolved" });
      await page.waitForSelector("text=closed");
    },
  },
  lost: {
    run: async (page, fake) => {
      await shipping(page);
      await fake.close();
      await page.waitForSelector(".banner", { state: "visible" });
      await ask(page, "And to Pune?");
    },
  },
  slow: {
    run: async (page, fake) => {
      fake.think = 1e6;
      await say(page, "Do you ship to Bengaluru?", ".mine.sent");
      fake.all(only(fake), { t: "notice", code: "slow", seq: 1 });
      await page.waitForSelector(".late");
    },
  },
  failed: {
    run: async (page, fake) => {
      await shipping(page);
      fake.filter = (f) => (f.t === "say" ? null : f);
      await ask(page, "Hello?");
      await page.waitForSelector(".mine.failed", { timeout: 15_000 });
    },
  },
  long: {
    run: async (page) => {
      await ask(page, "word ".repeat(3400));
      await page.waitForSelector("#long");
    },
  },
  scrolled: {
    run: async (page, fake) => {
      await reply(page, fake);
      await page.locator(".log").evaluate((l) => (l.scrollTop = 60));
      fake.agentSays(only(fake), "One more thing.");
      fake.agentSays(only(fake), "Keep the box.");
      await page.waitForSelector(".news");
    },
  },
  markdown: {
    run: async (page, fake) => {
      await shipping(page);
      fake.add(only(fake), { outcome: "answered", body: "Three things:\n\n1. Keep the **box**\n2. Keep the *bill*\n3. Write to [the service](https://tarang.example/service) or `care@tarang.example`\n\n> A claim needs a photo.\n\n| City | Days |\n|---|---|\n| Pune | 2 |\n| Bengaluru | 3 |" });
      await page.waitForSelector("table");
    },
  },
  "rtl": { locale: "ar", run: (page) => say(page, "هل توصلون الطلبات إلى بنغالورو؟", ".pills") },
  "rtl-greeting": { locale: "ar", run: nap },
  "rtl-waiting": { locale: "ar", run: waiting },
  "hi-greeting": { locale: "hi", run: nap },
  "hi-waiting": { locale: "hi", run: waiting },
  "mobile-greeting": { mobile: true, run: nap },
  "mobile-source": {
    mobile: true,
    run: async (page) => {
      await shipping(page);
      await page.click(".text .chip >> nth=0");
    },
  },
  "mobile-waiting": { mobile: true, run: waiting },
  "mobile-reply": { mobile: true, run: reply },
  "narrow": { width: 320, height: 600, run: waiting },
  "accent": { accent: "#F2B705", run: (page) => shipping(page) },
};

for (const theme of themes)
  for (const [name, state] of Object.entries(states)) {
    if (wanted.length && !wanted.includes(name)) continue;
    minute = 2;
    const fake = await fresh();
    fake.now = () => at(minute);
    if (state.people) fake.people = state.people;
    if (state.accent) fake.accent = state.accent;
    const ground = theme === "dark" ? "#08090c" : "#e6e9ee";
    const where = await shop(fake, { attrs: `data-locale="${state.locale ?? "en-IN"}" data-theme="${theme}" ${state.attrs ?? ""}`, html: `style="background:${ground};--baton-font:Inter"`, body: " " });
    const context = await browser.newContext({ viewport: { width: state.width ?? (state.mobile ? 390 : 500), height: state.height ?? (state.mobile ? 844 : 760) }, deviceScaleFactor: 2, locale: "en-IN", timezoneId: "Asia/Kolkata", hasTouch: !!state.mobile });
    const page = await visit(context, where.url);
    await page.clock.setSystemTime?.(new Date(at(12))).catch(() => {});
    try {
      if (!state.shut) {
        await page.click(".launcher");
        await page.waitForSelector(".list");
      }
      await state.run(page, fake);
      await nap(page);
      await page.screenshot({ path: join(dir, `${theme}-${name}.png`) });
      for (const fault of page.faults.filter((f) => !/ERR_CONNECTION_REFUSED|WebSocket/.test(f))) console.log(`${theme} ${name}: ${fault}`);
    } catch (e) {
      console.log(`${theme} ${name}: ${e.message.split("\n")[0]}`);
    }
    await context.close();
    await fake.close().catch(() => {});
    where.close();
  }
await browser.close();
console.log(dir);
