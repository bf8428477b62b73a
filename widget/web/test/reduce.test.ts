import { expect, test } from "vitest";
import type { Delta } from "@baton/realtime/visitor";
import { items } from "../src/items.ts";
import { reduceLater } from "../src/later.ts";
import { reduce as reduceFirst } from "../src/reduce.ts";
import { unread } from "../src/report.ts";
import { greets, standing, type Action, type State } from "../src/state.ts";
import { later } from "../src/locale/en.ts";
import hi from "../src/locale/hi.ts";
import { learn, setTexts } from "../src/text.ts";
import { waited } from "../src/view/event.ts";
import { announcement } from "../src/view/speak.ts";
import { conversation, message, state } from "./make.ts";

learn(later);

const delta = (offset: number, text: string, more: Partial<Delta> = {}): Delta => ({ t: "delta", conv: "c", run: "r", epoch: 0, offset, text, ...more });
/** Both halves, as they work together. */
const reduce = (s: State, a: Action): State => reduceLater(reduceFirst(s, a), a);
const hear = (s: State, ...frames: Parameters<typeof one>[1][]) => frames.reduce(one, s);
const one = (s: State, frame: Extract<Parameters<typeof reduce>[1], { do: "frame" }>["frame"]) => reduce(s, { do: "frame", frame, now: 0 });
const list = (s: State, ...messages: ReturnType<typeof message>[]) => reduce(s, { do: "list", messages, outgoing: [] });

test("an answer grows piece by piece, and begins again where a piece begins it", () => {
  const s = hear(state(), delta(0, "Free shipping to "), delta(17, "बेंगलुरु 🚚"));
  expect(s.run!.text).toBe("Free shipping to बेंगलुरु 🚚");
  expect(hear(s, delta(0, "Free")).run!.text).toBe("Free");
  expect(hear(s, delta(0, "Other", { run: "r2" })).run).toMatchObject({ run: "r2", text: "Other" });
});

test("deltas of a finished run, and after Stop, are ignored", () => {
  expect(hear(state({ messages: [message(1, { author: { kind: "assistant" }, run: "r" })] }), delta(0, "late")).run).toBeNull();
  const stopped = reduce(hear(state(), delta(0, "so far")), { do: "stop" });
  expect(hear(stopped, delta(6, " and on")).run!.text).toBe("so far");
});

test("a run ends with its message, with `end` and with a claim; over a lost link it is not shown until it goes on", () => {
  const s = hear(state({ conversation: conversation() }), delta(0, "so far"));
  expect(list(s, message(1, { author: { kind: "assistant" }, run: "r" })).run).toBeNull();
  expect(hear(s, delta(6, "", { end: true })).run).toBeNull();
  expect(hear(s, conversation({ state: "agent", epoch: 1 })).run).toBeNull();
  const lost = reduce(s, { do: "link", link: "lost" });
  const shows = (x: State) => items(x).some((i) => i.kind === "run");
  expect([shows(s), shows(lost), shows(reduce(lost, { do: "link", link: "live" }))]).toEqual([true, false, false]);
  expect(hear(lost, delta(6, " and on")).run).toMatchObject({ text: "so far and on", away: false });
  expect(hear(s, conversation()).run).not.toBeNull();
});

test("what is asked for stands until the server has said so, and no longer", () => {
  const asked = reduce(state({ conversation: conversation() }), { do: "set", asking: true });
  expect(standing(asked)).toBe("waiting");
  expect(standing(hear(asked, conversation()))).toBe("waiting");
  expect(hear(asked, conversation({ state: "waiting" })).asking).toBeNull();
  const left = reduce(hear(asked, conversation({ state: "waiting" })), { do: "set", asking: false });
  expect(standing(left)).toBe("assistant");
  expect(hear(left, conversation()).asking).toBeNull();
});

test("a message keeps the time at which it was first seen", () => {
  const mark = (seen: number, minute: number): Action => ({ do: "ticks", delivered: seen, seen, at: Date.parse(`2026-11-24T05:${minute}:00.000Z`) });
  const s = [mark(1, 31), mark(1, 35), mark(2, 39)].reduce(reduce, state({ messages: [message(1), message(2)] }));
  const seen = items(s).flatMap((i) => (i.kind === "mine" ? new Date(i.seenAt).getUTCMinutes() : []));
  expect(seen).toEqual([31, 39]);
});

test("what starts over takes back what was seen of it", () => {
  const s = reduce(state({ seen: 4, read: { delivered: 3, seen: 3, passed: [{ seen: 3, at: 0 }] } }), { do: "reset", from: 2 });
  expect([s.seen, s.read]).toEqual([2, { delivered: 0, seen: 0, passed: [] }]);
});

test("a slow answer is told until anything comes", () => {
  const slow = hear(state({ messages: [message(1)], conversation: conversation() }), { t: "notice", conv: "c", code: "slow", seq: 1 });
  expect(slow.notice).toBe(true);
  expect(hear(slow, delta(0, "Yes")).notice).toBe(false);
  expect(list(slow, message(1), message(2)).notice).toBe(false);
  expect(hear(slow, conversation({ state: "waiting" })).notice).toBe(false);
  expect(hear(state({ messages: [message(1), message(2)] }), { t: "notice", conv: "c", code: "slow", seq: 1 }).notice).toBe(false);
});

test("typing ends with its time, and with a message of the same author", () => {
  const typing = hear(state(), { t: "typing", conv: "c", who: { kind: "agent", name: "Priya Nair" }, on: true, ttl: 6 });
  expect(reduce(typing, { do: "clock", now: 5999 }).typing).not.toBeNull();
  expect(reduce(typing, { do: "clock", now: 6000 }).typing).toBeNull();
  expect(list(typing, message(1, { author: { kind: "agent" } })).typing).toBeNull();
  expect(list(typing, message(1)).typing).not.toBeNull();
});

test("unseen replies are counted, one of a person is shown above the closed launcher", () => {
  const agent = message(2, { author: { kind: "agent", id: "p", name: "Priya Nair" } });
  const s = list(state({ seen: 1 }), message(1), agent, message(3, { kind: "event", event: { name: "resolved" } }));
  expect(unread(s)).toBe(1);
  expect(s.teaser).toEqual(agent);
  expect(list(state({ seen: 1, open: true }), message(1), agent).teaser).toBeNull();
  expect(list(state({ seen: 1, synced: false, conversation: conversation({ head: 9 }) }), message(1), agent).teaser).toBeNull();
});

test("nothing of another visitor's conversation survives a new session", () => {
  const session = { conv: "d", visitor: "w", people: [], inbox: {} } as never;
  const s = reduce(list(state({ seen: 4 }), message(1)), { do: "session", session, same: false, seen: 0 });
  expect([s.messages, s.seen, s.conversation]).toEqual([[], 0, null]);
  expect(greets(s)).toBe(true);
});

test("messages of one author are grouped, days are divided, ticks follow", () => {
  const s = state({
    messages: [message(1), message(2), message(3, { author: { kind: "assistant" } }), message(4)],
    outgoing: [{ cid: "o", body: "on its way", at: Date.parse(message(5).at), journey: "sending" }],
    read: { delivered: 2, seen: 1, passed: [{ seen: 1, at: 0 }] },
  });
  const shown = items(s);
  expect(shown.map((i) => i.kind)).toEqual(["day", "mine", "mine", "answer", "mine", "mine"]);
  const mine = shown.filter((i) => i.kind === "mine");
  expect(mine.map((i) => i.tick)).toEqual(["seen", "delivered", "sent", "sending"]);
  expect(mine.map((i) => [i.first, i.last])).toEqual([[true, false], [false, true], [true, false], [false, true]]);
});

test("a bubble keeps its key from the first keystroke to the last tick", () => {
  const before = items(state({ outgoing: [{ cid: "m1", body: "x", at: 0, journey: "sending" }] }));
  const after = items(state({ messages: [message(1)] }));
  expect(before.at(-1)!.key).toBe(after.at(-1)!.key);
  const run = items(hear(state({ messages: [message(1)] }), delta(0, "so far")));
  const done = items(state({ messages: [message(1), message(2, { author: { kind: "assistant" }, run: "r" })] }));
  expect(run.at(-1)!.key).toBe(done.at(-1)!.key);
});

test("the joining folds into a line once something follows it", () => {
  const joined = [message(1, { kind: "event", event: { name: "called" } }), message(109, { seq: 2, kind: "event", event: { name: "joined", who: "Priya Nair" } })];
  const agent = conversation({ state: "agent" });
  expect(items(state({ conversation: agent, messages: joined })).at(-1)).toMatchObject({ kind: "event", full: true });
  expect(waited(state({ messages: joined }), joined.at(-1)!)).toBe(108_000);
  const later = items(state({ conversation: agent, messages: [...joined, message(110, { seq: 3, author: { kind: "agent" } })] }));
  expect(later.find((i) => i.kind === "event")).toMatchObject({ full: false });
});

test("a chat that is open again was closed, and the last of several that ended is closed", () => {
  const ended = (seq: number) => message(seq, { kind: "event", author: { kind: "system" }, event: { name: "resolved" } });
  const past = (more: Partial<State>) => items(state({ messages: [ended(1), message(2), ended(3)], ...more })).flatMap((i) => (i.kind === "event" ? i.past : []));
  expect(past({ conversation: conversation({ state: "resolved" }) })).toEqual([true, false]);
  expect(past({ conversation: conversation() })).toEqual([true, true]);
});

test("nobody is said to be online over a line that is lost", () => {
  const person = { id: "p", name: "Priya Nair", initials: "PN", hue: 0, status: "online" as const };
  const s = reduce(state({ conversation: conversation({ state: "agent", person }) }), { do: "link", link: "lost" });
  expect(s.conversation!.person!.status).toBe("offline");
  expect(hear(s, conversation({ state: "agent", person })).conversation!.person!.status).toBe("online");
});

test("listeners hear the start and the end of an answer, a place once, and never a tick", () => {
  const s = state({ conversation: conversation() });
  const writing = hear(s, delta(0, "Yes"));
  expect(announcement(s, writing)).toBe("The assistant is writing.");
  expect(announcement(writing, hear(writing, delta(3, ", free")))).toBe("");
  const source = { n: 1, title: "Shipping", section: "", url: "", quote: "" };
  expect(announcement(writing, list(writing, message(1, { author: { kind: "assistant" }, run: "r", body: "**Yes.** [1]", citations: [source] })))).toBe("Yes. 1 source.");
  const line = hear(s, conversation({ state: "waiting", queue: { position: 2, minutes: 3 } }));
  expect(announcement(s, line)).toBe("2nd in line, about 3 min.");
  expect(announcement(line, hear(line, conversation({ state: "waiting", queue: { position: 2, minutes: 2 } })))).toBe("");
  const resolved = message(1, { kind: "event", author: { kind: "system" }, event: { name: "resolved" } });
  const reopened = message(3, { kind: "event", author: { kind: "system" }, event: { name: "reopened" } });
  const closed = list(s, resolved);
  expect(announcement(s, closed)).toBe("This chat is closed. Write to open it again.");
  expect(announcement(closed, list(closed, resolved, message(2), reopened))).toBe("The chat is open again.");
  setTexts("hi", hi);
  expect(announcement(s, writing)).toBe("सहायक लिख रहा है।");
  setTexts("en", null);
  // An event has no body.
  const { body: _, ...called } = message(1, { kind: "event", author: { kind: "system" }, event: { name: "called" } });
  expect(announcement(s, list(s, called as never))).toBe("");
  expect(announcement(s, reduce(s, { do: "ticks", delivered: 1, seen: 1, at: 0 }))).toBe("");
  expect(announcement(state({ synced: false }), list(state({ synced: false }), message(1, { author: { kind: "assistant" } })))).toBe("");
});
