// What a picture cannot show: nothing lost and nothing doubled over a bad line, focus, keys, calls of the page, host pages that are in the way.
import { ask, check, fresh, launch, only, shop, until, visit } from "./chrome.mjs";

const browser = await launch();
const scene = async (name, run, options = {}, size = { width: 1000, height: 800 }) => {
  console.log(`-- ${name}`);
  const fake = await fresh();
  const where = await shop(fake, options);
  const context = await browser.newContext({ viewport: size, ...(options.context ?? {}) });
  await run({ fake, where, context });
  await context.close();
  await fake.close();
  where.close();
};
const active = (page) =>
  page.evaluate(() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return at.id || at.className || at.localName;
  });
const texts = (page, selector) => page.locator(selector).allInnerTexts();

await scene("a bad line", async ({ fake, where, context }) => {
  fake.pace = 0;
  fake.answer = async () => {};
  const page = await visit(context, where.url);
  await page.click(".launcher");
  await page.waitForSelector(".list");
  let seen = 0;
  // Every fourth frame is lost with its socket, before or after it was stored.
  fake.filter = (f, s) => {
    if (f.t !== "say" || ++seen % 4) return f;
    if (seen % 8 === 0) fake.on.say(s, only(fake), f);
    s.ws.terminate();
    return null;
  };
  for (let i = 0; i < 40; i++) await ask(page, `message ${i}`);
  await until(() => only(fake).messages.length >= 40, "all forty were stored", 60_000);
  await until(async () => (await texts(page, ".mine.sending, .mine.held")).length === 0, "all are acknowledged", 20_000);
  const bodies = only(fake).messages.map((m) => m.body);
  check(JSON.stringify(bodies) === JSON.stringify(Array.from({ length: 40 }, (_, i) => `message ${i}`)), "once each, in the order they were written");
  check(JSON.stringify(await texts(page, ".mine .bubble")) === JSON.stringify(bodies), "and shown so");
});

await scene("a reload with a message on its way", async ({ fake, where, context }) => {
  const page = await visit(context, where.url);
  await page.click(".launcher");
  await page.waitForSelector(".list");
  await ask(page, "Do you ship to Bengaluru?");
  await page.waitForSelector(".pills");
  fake.filter = (f) => (f.t === "say" ? null : f);
  await ask(page, "And to Pune?");
  await until(() => page.locator(".mine.sending").count(), "it is shown at once, as on its way");
  await page.fill("textarea", "half a thought");
  fake.filter = (f) => f;
  await page.reload();
  await page.waitForSelector("baton-chat .panel", { state: "visible" });
  await until(() => only(fake).messages.some((m) => m.body === "And to Pune?"), "it goes out after the reload");
  await until(async () => (await texts(page, ".mine .bubble")).join() === "Do you ship to Bengaluru?,And to Pune?", "once, after what was said before");
  check((await page.inputValue("textarea")) === "half a thought", "the draft is there");
  check((await active(page)) === "body", "a window that comes back takes no focus");
});

await scene("two tabs", async ({ fake, where, context }) => {
  fake.answer = async () => {};
  const one = await visit(context, where.url);
  await one.click(".launcher");
  await ask(one, "from one");
  await one.waitForSelector(".mine.sent, .mine.delivered");
  const two = await visit(context, where.url);
  await two.click(".launcher");
  await two.waitForSelector(".mine");
  await ask(one, "one again");
  await ask(two, "from two");
  await ask(one, "one at last");
  await until(async () => (await texts(two, ".mine .bubble")).length === 4 && (await texts(one, ".mine .bubble")).length === 4, "each tab shows all four");
  await until(async () => (await texts(two, ".mine.sending")).length === 0, "two numbers that collide are sorted out");
  check(new Set(only(fake).messages.map((m) => m.body)).size === 4 && only(fake).messages.length === 4, "each is stored once");
});

await scene("a lost link and a failure", async ({ fake, where, context }) => {
  const page = await visit(context, where.url);
  await page.click(".launcher");
  await page.waitForSelector(".list");
  await page.clock.install();
  fake.filter = (f) => (f.t === "say" ? null : f);
  await ask(page, "Hello there");
  await page.clock.runFor(10_500);
  await until(() => page.locator(".mine.failed").count(), "ten seconds without an answer: not sent");
  fake.filter = (f) => f;
  await page.click(".mine.failed button");
  await page.clock.runFor(500);
  await until(async () => !(await page.locator(".mine.failed").count()), "trying again sends it");
  for (const s of fake.sockets) s.ws.terminate();
  await page.clock.runFor(20);
  await until(() => page.locator(".banner").isVisible(), "a lost link says that messages are kept");
  await page.clock.runFor(3000);
  await until(async () => !(await page.locator(".banner").isVisible()), "and the line goes when it is back");
});

await scene("the second half cannot be had", async ({ fake, where, context }) => {
  fake.withheld = /widget-more/;
  const page = await visit(context, where.url);
  await page.click(".launcher");
  await page.waitForSelector(".list");
  await ask(page, "Do you ship to Bengaluru?");
  await until(async () => /free shipping to Bengaluru on orders over ₹2,500\. Orders placed .* working days\.$/.test((await texts(page, ".answer .text"))[0] ?? ""), "the answer stands in plain words");
  check(!/[*[\]]/.test((await texts(page, ".log")).join()), "without a raw sign");
  check((await texts(page, ".mine .bubble")).join() === "Do you ship to Bengaluru?", "beside the question");
  fake.withheld = /$^/;
  await until(() => page.locator(".pills").count(), "once it can be had, it comes by itself, with the sources", 20_000);
});

await scene("keys and focus", async ({ fake, where, context }) => {
  const page = await visit(context, where.url);
  await page.evaluate(() => {
    window.keys = [];
    for (const type of ["keydown", "keyup", "keypress"]) document.addEventListener(type, (e) => keys.push(e.key));
  });
  await page.focus(".launcher");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".list");
  await until(async () => (await active(page)) === "textarea", "opening goes to the message box");
  await page.click(".list button >> nth=0");
  await page.waitForSelector(".pills");
  check((await active(page)) === "textarea", "a suggestion leaves the focus in the message box");
  await page.focus(".text .chip >> nth=0");
  await page.keyboard.press("Tab");
  await page.waitForSelector(".peek");
  await page.keyboard.press("Escape");
  await until(async () => !(await page.locator(".peek").count()) && (await page.locator(".panel").isVisible()), "Esc closes the source alone");
  await page.click(".head .key");
  await page.waitForSelector(".queue");
  check((await active(page)).includes("place"), "asking for a person keeps the focus where it was");
  fake.join(only(fake));
  await page.waitForSelector(".joined");
  check((await active(page)) === "textarea", "when the button goes, the focus goes to the message box");
  await page.keyboard.type("abc");
  await page.keyboard.press("Escape");
  await until(async () => !(await page.locator(".panel").isVisible()) && (await active(page)).includes("launcher"), "Esc closes and returns to the launcher");
  await page.keyboard.press("k");
  check((await page.evaluate(() => keys.length)) === 0, "the page's shortcuts never heard a key");
  fake.agentSays(only(fake), "Pickup is tomorrow, 10 am to 1 pm.");
  await page.waitForSelector(".teaser");
  await until(async () => (await page.innerText(".badge")) === "1", "a reply to a closed window shows a badge and a teaser");
  check(/1 new message/.test(await page.textContent(".launcher")), "and the launcher's name says so");
  await page.click(".teaser .x");
  await until(async () => !(await page.locator(".teaser").isVisible()) && (await active(page)).includes("launcher"), "a dismissed teaser gives the focus to the launcher");
});

await scene("the page's own calls", async ({ fake, where, context }) => {
  const page = await context.newPage();
  await page.addInitScript(() => {
    window.heard = [];
    for (const name of ["ready", "open", "close", "message", "unread", "handoff"]) document.addEventListener(`baton:${name}`, (e) => heard.push(name));
  });
  // By the page itself, with no gesture of the visitor: a deferred script has run by then.
  await page.addInitScript(() =>
    document.addEventListener("DOMContentLoaded", () => {
      window.off = baton.on("message", (m) => heard.push(`on ${m.author}`));
      baton("prefill", "Where is my order?");
      baton.open();
    }),
  );
  await page.goto(where.url);
  await page.waitForSelector(".list");
  check((await page.inputValue("textarea")) === "Where is my order?", "calls before the widget is there are kept");
  const at = await active(page);
  check(at === "body", `a window that the page opens takes no focus: ${at}`);
  await page.evaluate(() => baton.send("Do you ship to Bengaluru?"));
  await page.waitForSelector(".pills");
  await page.evaluate(() => baton.setLocale("ar"));
  await until(async () => (await page.getAttribute(".root", "dir")) === "rtl", "the language changes in place");
  check(/المساعد/.test(await page.innerText(".by")), "with all that was said");
  await page.evaluate(() => baton.setTheme("dark"));
  check(await page.locator(".root.dark").count(), "and so does the theme");
  const heard = await page.evaluate(() => window.heard);
  for (const name of ["ready", "open", "message", "on visitor", "on assistant"]) check(heard.includes(name), `event: ${name}`);
  await page.evaluate(() => baton.destroy());
  check(!(await page.locator("baton-chat").count()) && fake.sockets.size <= 1, "destroy takes it away");
  await page.evaluate(() => baton.open());
  await until(() => page.locator("baton-chat .panel").isVisible(), "and open brings it back");
});

await scene(
  "a hostile page",
  async ({ where, context }) => {
    const page = await visit(context, where.url);
    await page.click(".launcher");
    await page.waitForSelector(".list");
    const look = await page.evaluate(() => {
      const host = document.querySelector("baton-chat");
      const at = (s) => getComputedStyle(host.shadowRoot.querySelector(s));
      return { position: getComputedStyle(host).position, size: at("textarea").fontSize, key: at(".key").color, title: at("h3").fontSize, box: host.getBoundingClientRect().width };
    });
    check(look.position === "fixed" && look.size === "15px" && look.title === "28px" && look.key !== "rgb(255, 0, 0)" && look.box === 56, `the page's rules stay outside ${JSON.stringify(look)}`);
    await page.evaluate(() => document.body.insertAdjacentHTML("beforeend", '<div class="checkout"></div>'));
    await until(() => page.evaluate(() => document.querySelector("baton-chat").hidden), "data-hide-on hides it");
    await page.evaluate(() => document.querySelector(".checkout").remove());
    await until(() => page.evaluate(() => !document.querySelector("baton-chat").hidden), "for as long as that is there");
  },
  { attrs: 'data-hide-on=".checkout"', html: 'style="font-size:62.5%"', body: "<style>*{all:unset!important;color:red!important}baton-chat{position:static!important;display:none!important}</style><h1>x</h1>" },
);

await scene("what is seen", async ({ fake, where, context }) => {
  const page = await visit(context, where.url);
  await page.click(".launcher");
  await page.waitForSelector(".list");
  await ask(page, "Do you ship to Bengaluru?");
  await page.waitForSelector(".pills");
  await page.click(".text .chip >> nth=0");
  await page.waitForSelector(".peek");
  const [preview, box] = await page.evaluate(() => [".peek", ".box"].map((s) => document.querySelector("baton-chat").shadowRoot.querySelector(s).getBoundingClientRect().toJSON()));
  check(preview.bottom + 12 <= box.top, "the preview leaves room above the message box");
  await ask(page, "Returning a damaged item");
  await until(async () => !(await page.locator(".peek").count()), "and goes when something is sent");
  await page.waitForSelector(".pills >> nth=1");
  fake.call(only(fake));
  fake.join(only(fake));
  for (let i = 0; i < 12; i++) fake.agentSays(only(fake), `Line ${i}`);
  const c = only(fake);
  const read = () => Math.max(...fake.said.filter((f) => f.t === "read").map((f) => f.seq));
  await until(() => read() === c.messages.length, "what comes in at the end is seen");
  await page.locator(".log").evaluate((l) => (l.scrollTop = 40));
  await page.waitForTimeout(100);
  fake.agentSays(c, "One more thing.");
  await page.waitForSelector(".news");
  check(read() === c.messages.length - 1, "what comes in below, while the visitor reads further up, is not");
  await page.click(".news");
  await until(() => read() === c.messages.length, "until the visitor goes there");
  await page.click(".launcher");
  fake.agentSays(c, "And another.");
  await page.waitForSelector(".badge");
  check(read() === c.messages.length - 1, "nor what a closed window holds");
  await page.click(".launcher");
  await until(() => read() === c.messages.length, "until it opens");
});

await scene("a chip and its word", async ({ fake, where, context }) => {
  const page = await visit(context, where.url);
  await page.click(".launcher");
  await page.waitForSelector(".list");
  await ask(page, "Do you ship to Bengaluru?");
  await page.waitForSelector(".pills");
  const alone = await page.evaluate(() => {
    const card = document.querySelector("baton-chat").shadowRoot.querySelector(".card");
    let found = 0;
    for (let width = 340; width > 120; width--) {
      card.style.cssText = `min-width:0;width:${width}px`;
      for (const chip of card.querySelectorAll(".text .chip")) found += chip.getBoundingClientRect().left - chip.closest(".text").getBoundingClientRect().left < 24;
    }
    return found;
  });
  check(alone === 0, `no chip begins a line, at any width: ${alone}`);
});

await scene("too long, stopped, closed", async ({ fake, where, context }) => {
  const page = await visit(context, where.url);
  await page.click(".launcher");
  await page.waitForSelector(".list");
  const long = "x".repeat(16_001);
  await ask(page, long);
  check(/16,000/.test(await page.innerText("#long")) && (await page.inputValue("textarea")) === long, "too long: an error in words, and the text is kept");
  fake.holdAt = 12;
  await ask(page, "Do you ship to Bengaluru?");
  await page.waitForSelector(".caret");
  await page.click(".box .key");
  await until(async () => (await active(page)) === "textarea", "Stop gives the focus to the message box");
  fake.finish();
  await until(async () => /Stopped/.test((await texts(page, ".by")).at(-1) ?? ""), "a stopped answer says so");
  fake.turn(only(fake), { state: "resolved" }, { name: "resolved" });
  await page.waitForSelector("text=This chat is closed");
  fake.holdAt = Infinity;
  await ask(page, "Returning a damaged item");
  await page.waitForSelector("text=The chat is open again");
  check((await page.locator("text=This chat was closed").count()) === 1, "the next message opens it again, and what was closed says so");
});

await scene("nobody is here", async ({ fake, where, context }) => {
  fake.people = [];
  const page = await visit(context, where.url);
  await page.click(".launcher");
  await page.waitForSelector(".list");
  await page.click(".head .key");
  await page.waitForSelector(".queue input");
  await page.fill(".queue input", "ananya.rao@");
  await page.click(".queue .mail .key");
  check(await page.locator("#mailerr").isVisible(), "half an address is refused in words");
  await page.fill(".queue input", "ananya.rao@example.in");
  await page.press(".queue input", "Enter");
  await page.waitForSelector("text=The team has your address");
  await until(async () => (await active(page)) !== "body", "the focus stays in the chat");
  await page.click(".queue .acts .go-on >> visible=true");
  await until(async () => !(await page.locator(".queue").count()), "and the assistant goes on");
});

await scene("what a page view costs", async ({ fake, where, context }) => {
  const page = await visit(context, where.url);
  await page.waitForTimeout(500);
  check(fake.requests.join() === "/w.js,/widget.js", `two requests before a click, and no session: ${fake.requests}`);
  const shift = await page.evaluate(() => new Promise((r) => new PerformanceObserver((l) => r(l.getEntries().length)).observe({ type: "layout-shift", buffered: true }) || setTimeout(() => r(0), 300)));
  check(shift === 0, "nothing on the page moved");
});

await scene(
  "data is saved",
  async ({ fake, where, context }) => {
    await context.addInitScript(() => Object.defineProperty(navigator, "connection", { value: { saveData: true } }));
    const page = await context.newPage();
    await page.goto(where.url);
    await page.waitForSelector("body > button");
    check(fake.requests.join() === "/w.js", "with saveData only the loader comes");
    await page.click("body > button");
    await page.waitForSelector(".list");
    check(!(await page.locator("body > button").count()), "a click brings the widget in the button's place");
  },
);

await scene(
  "a link of the page, and its theme",
  async ({ where, context }) => {
    const page = await context.newPage();
    await page.goto(where.url);
    await page.click("text=Ask us");
    await page.waitForSelector(".list");
    check(page.url() === where.url, "data-baton-open opens the window instead of following the link");
    check(await page.locator(".root.dark").count(), "auto follows the visitor");
    await page.evaluate(() => (document.documentElement.style.colorScheme = "light"));
    await until(async () => !(await page.locator(".root.dark").count()), "and the page, when it says what it is");
  },
  { body: '<h1>x</h1><a href="/contact" data-baton-open>Ask us</a>', context: { colorScheme: "dark" } },
);

await scene("a conversation that is not this visitor's any more", async ({ fake, where, context }) => {
  fake.answer = async () => {};
  const page = await visit(context, where.url);
  await page.click(".launcher");
  await page.waitForSelector(".list");
  const { say } = fake.on;
  fake.on.say = (s, c, f) => {
    fake.on.say = say;
    s.device.conv = crypto.randomUUID();
    fake.send(s, { t: "error", code: "conversation_unknown", fix: "Open a new session.", conv: f.conv, cid: f.cid });
  };
  await ask(page, "Is anybody there?");
  await until(() => fake.convs.size === 2 && only(fake).messages[0]?.body === "Is anybody there?", "the message moves to the new one");
  await until(() => page.locator(".mine.sent").count(), "and is acknowledged there");
});

await browser.close();
