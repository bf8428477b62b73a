import fc from "fast-check";
import { expect, test } from "vitest";
import { core, poll, rare, type Hands } from "../src/index.ts";
import { World } from "./world.ts";

/** Numbers from 0 up to 1, evenly and the same for the same seed (mulberry32). */
function draws(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const tab = fc.nat(1);
const act = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("say" as const), tab }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.oneof(fc.nat(30), fc.nat(2000), fc.nat(40_000)) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("cut" as const), tab, code: fc.constantFrom(1006, 1001, 1012, 1013, 4401, 4408, 4410, 4429) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("sockets" as const), tab, is: fc.constantFrom("fine" as const, "blocked" as const, "eaten" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("polls" as const), tab, is: fc.constantFrom("fine" as const, "failing" as const, "hanging" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("deaf" as const), tab, is: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("wild" as const), tab, is: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reload" as const), tab }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("wake" as const), tab }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("mood" as const), is: fc.constantFrom("slow_down" as const, "unavailable" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reply" as const) }) },
);

// Two tabs of one device write, over sockets and polls, through lost lines, proxies in the way, frames that are repeated and swapped, reloads and a server that asks for patience. Once the weather is fine everything written stands once,
// and each tab shows all of it in order. The world itself refuses what may never be: a frame sent before it was kept, two calls at a time, a status that goes back.
test("nothing is lost, nothing twice, nothing out of order", { timeout: 120_000 }, () => {
  let polled = 0;
  let stored = 0;
  fc.assert(
    fc.property(fc.array(act, { minLength: 10, maxLength: 60, size: "max" }), fc.nat(), (acts, seed) => {
      const world = new World(draws(seed));
      const written: string[][] = [[], []];
      let made = 0;
      for (const a of acts) {
        const it = "tab" in a ? world.tabs[a.tab]! : world.tabs[0]!;
        if (a.do === "say") {
          const cid = `c${String(made++).padStart(4, "0")}`;
          written["tab" in a ? a.tab : 0]!.push(cid);
          it.its.say(world.now, cid, `body of ${cid}`);
          // A crash before the disk has it is the one loss that nobody can help.
          world.pass(3);
        } else if (a.do === "pass") world.pass(a.ms);
        else if (a.do === "cut") it.cut(a.code);
        else if (a.do === "sockets") it.weather.sockets = a.is;
        else if (a.do === "polls") it.weather.polls = a.is;
        else if (a.do === "deaf") it.weather.deaf = a.is;
        else if (a.do === "wild") it.weather.wild = a.is;
        else if (a.do === "reload") it.load();
        else if (a.do === "wake") it.its.wake(world.now);
        else if (a.do === "mood") world.server.moods.push(a.is);
        else world.server.add({ cid: `r${made++}`, body: "reply", author: { kind: "assistant" } });
        if (world.tabs.some((t) => t.its.link.polls && t.its.link.stage === "live")) polled++;
      }
      for (const t of world.tabs) Object.assign(t.weather, { sockets: "fine", polls: "fine", deaf: false, wild: false });
      world.server.moods = [];
      world.pass(200_000);
      const { log } = world.server;
      const mine = log.filter((m) => m.author.kind === "visitor").map((m) => m.cid);
      expect([...mine].sort(), "everything written is stored once").toEqual(written.flat().sort());
      for (const t of world.tabs) {
        expect(t.shown, "each tab shows all of it, in order").toEqual(log);
        expect([t.its.link.stage, t.its.link.polls], "and is back on a socket").toEqual(["live", false]);
      }
      expect(world.disk.size, "nothing is left on the disk").toBe(0);
      stored += mine.length;
    }),
    { numRuns: 600 },
  );
  expect(polled, "the property was also tried over polls").toBeGreaterThan(100);
  expect(stored).toBeGreaterThan(3000);
});

// One tab, no reload, a line that swaps nothing: what was written first is stored first.
test("one tab's messages are stored in the order they were written", () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40 }), fc.nat(), (acts, seed) => {
      const world = new World(draws(seed), 1);
      const [it] = world.tabs as [(typeof world.tabs)[0]];
      const written: string[] = [];
      for (const a of acts) {
        if (a.do === "say") it.its.say(world.now, written[written.push(`c${written.length}`) - 1]!, "x");
        else if (a.do === "pass") world.pass(a.ms);
        else if (a.do === "cut") it.cut(a.code);
        else if (a.do === "sockets") it.weather.sockets = a.is;
        else if (a.do === "polls") it.weather.polls = a.is;
        else if (a.do === "mood") world.server.moods.push(a.is);
      }
      Object.assign(it.weather, { sockets: "fine", polls: "fine" });
      world.pass(200_000);
      expect(world.server.log.map((m) => m.cid)).toEqual(written);
    }),
    { numRuns: 600 },
  );
});

test("the database is restored: everything is told anew, and what is not stored any more is not lost twice", () => {
  const world = new World(() => 0.5, 1);
  const [it] = world.tabs as [(typeof world.tabs)[0]];
  world.pass(100);
  for (const cid of ["a", "b", "c"]) it.its.say(world.now, cid, cid);
  world.pass(100);
  expect(it.shown.length).toBe(3);
  world.server.store = "restored";
  world.server.log = world.server.log.slice(0, 1);
  world.server.n = 1;
  it.its.say(world.now, "d", "d");
  it.cut(1006);
  world.pass(5000);
  expect(it.shown.map((m) => m.cid)).toEqual(["a", "d"]);
  expect(it.shown).toEqual(world.server.log);
});

test("a half-open line is found within 25 s, and within 5 s of a wake", () => {
  for (const wakes of [false, true]) {
    const world = new World(() => 0.5, 1);
    const [it] = world.tabs as [(typeof world.tabs)[0]];
    world.pass(30_000);
    expect(it.its.link.stage).toBe("live");
    it.weather.deaf = true;
    if (wakes) it.its.wake(world.now);
    world.pass(wakes ? 5001 : 25_000);
    expect(it.its.link.stage).not.toBe("live");
  }
});

// Whatever happens and in whatever order: never two sockets at once, and never a state in which nothing would ever happen again.
test("the link never gets stuck and never opens twice", () => {
  const event = fc.oneof(
    fc.record({ e: fc.constantFrom("timer", "start", "wake", "opened", "welcome", "head", "session", "no_session", "answer", "failed", "slow") }),
    fc.record({ e: fc.constant("closed"), code: fc.constantFrom(1001, 1006, 1012, 1013, 4401, 4408, 4410, 4413, 4429) }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(event, fc.nat(30_000)), { maxLength: 80 }), fc.infiniteStream(fc.double({ min: 0, max: 0.99, noNaN: true })), (events, stream) => {
      let socket = "none" as "none" | "opening" | "open";
      let asking = false;
      let calling = false;
      const nothing = () => {};
      const hands: Hands = {
        link: nothing, keep: nothing, forget: nothing, show: nothing, reset: nothing, status: nothing, ticks: nothing, tell: nothing,
        session: () => (asking = true),
        open: () => {
          expect(socket).toBe("none");
          socket = "opening";
        },
        close: () => (socket = "none"),
        send: () => expect(socket).toBe("open"),
        poll: () => {
          expect(calling).toBe(false);
          calling = true;
        },
        abort: () => (calling = false),
      };
      const c = core(() => stream.next().value, hands, { entries: [], store: "", cursor: 0 });
      let now = 0;
      c.lend(now, rare, poll);
      c.start(now);
      for (const [ev, dt] of events) {
        now += dt;
        if (ev.e === "timer") c.timer(now);
        if (ev.e === "start") c.start(now);
        if (ev.e === "wake") c.wake(now);
        if (ev.e === "session" && asking) (asking = false), c.session(now, { token: "t", conv: "c", store: "s" });
        if (ev.e === "no_session" && asking) (asking = false), c.noSession(now, 1, false);
        if (ev.e === "opened" && (socket as string) === "opening") (socket = "open"), c.opened(now);
        if (ev.e === "welcome" && socket === "open") c.frame(now, { t: "welcome", v: 1, store: "s", conv: "c", n: 0, heads: {} });
        if (ev.e === "head" && socket === "open") c.frame(now, { t: "head", conv: "c", seq: 0, epoch: 0 });
        if (ev.e === "slow" && socket === "open") c.frame(now, { t: "slow_down", retry: 1 });
        if (ev.e === "answer" && calling) (calling = false), c.answer(now, "m", [{ t: "head", conv: "c", seq: 0, epoch: 0 }]);
        if (ev.e === "failed" && calling) (calling = false), c.failed(now, 503, 2);
        if ("code" in ev && socket !== "none") (socket = "none"), c.closed(now, ev.code);
        expect(asking || calling || socket !== "none" || c.due() < Infinity, `stuck in ${c.link.stage}`).toBe(true);
      }
    }),
    { numRuns: 2000 },
  );
});

test("what came before the other parts were lent is made up for", () => {
  const told: string[] = [];
  const say = (name: string) => () => void told.push(name);
  const hands: Hands = { link: (s) => told.push(s), session: say("session"), open: say("open"), close: say("close"), send: (f) => told.push(f.t), poll: say("poll"), abort: say("abort"), keep: say("keep"), forget: say("forget"), show: say("show"), reset: say("reset"), status: say("status"), ticks: (d, s) => told.push(`ticks ${d} ${s}`), tell: (f) => told.push(f.t) };
  const c = core(() => 0.5, hands, { entries: [], store: "", cursor: 0 });
  c.start(0);
  c.session(1, { token: "t", conv: "c", store: "s" });
  c.opened(2);
  c.frame(3, { t: "welcome", v: 1, store: "s", conv: "c", n: 0, heads: {} });
  c.say(4, "a", "a");
  c.kept(5, "a");
  c.frame(6, { t: "error", code: "gap", fix: "", cid: "a", n: 4 });
  c.frame(7, { t: "read", conv: "c", by: "agent", delivered: 2, seen: 1, at: "" });
  told.length = 0;
  c.lend(8, rare, poll);
  expect(told).toEqual(["keep", "say", "ticks 2 1"]);
});
