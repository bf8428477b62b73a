import type { Delta, Message, ServerFrame } from "@baton/realtime/visitor";
import { initial, type Action, type Run, type State } from "./state.ts";

/** The state after something happened. Pure: the same state and action give the same result, and what did not change stays identical. */
export function reduce(s: State, a: Action): State {
  switch (a.do) {
    case "frame":
      return frame(s, a.frame, a.now);
    case "session": {
      const { session } = a;
      const news = { session, people: session.people, seen: Math.max(a.seen, a.same ? s.seen : 0) };
      // Another visitor or conversation: nothing of the old one may be shown.
      return a.same ? { ...s, ...news } : { ...initial, open: s.open, link: s.link, returning: s.returning, asking: s.asking, ...news };
    }
    case "link": {
      // A lost link cannot say that an answer goes on; the finished message will come.
      if (a.link === "live") return { ...s, link: a.link };
      // Nor whether a person is still there; the `state` after the next welcome will.
      const { person } = s.conversation ?? {};
      return { ...s, link: a.link, run: null, typing: null, conversation: person ? { ...s.conversation!, person: { ...person, status: "offline" } } : s.conversation };
    }
    case "list":
      return list(s, a.messages, a.outgoing);
    case "stop":
      return s.run ? { ...s, run: { ...s.run, stopped: true } } : s;
    case "set": {
      const { do: _, ...change } = a;
      return { ...s, ...change };
    }
    case "clock":
      return s.typing && s.typing.until <= a.now ? { ...s, typing: null } : s;
  }
}

function frame(s: State, f: ServerFrame, now: number): State {
  switch (f.t) {
    case "welcome": {
      const head = f.heads[f.conv] ?? 0;
      return { ...s, head, returning: head > 0, synced: s.synced || s.messages.length >= head };
    }
    case "state": {
      // What was asked for stands until the server has said so.
      const done = s.asking ? /waiting|agent/.test(f.state) : f.state !== "waiting";
      const run = f.state === "assistant" && s.conversation?.epoch === f.epoch ? s.run : null;
      return { ...s, conversation: f, asking: done ? null : s.asking, run, mailBad: s.mailBad && !f.contact };
    }
    case "delta":
      return { ...s, run: delta(s, f), typing: s.typing?.kind === "assistant" ? null : s.typing };
    case "typing":
      return { ...s, typing: f.on ? { kind: f.who.kind, name: f.who.name ?? "", until: now + f.ttl * 1000 } : null };
    case "read":
      return {
        ...s,
        read: {
          delivered: Math.max(s.read.delivered, f.delivered),
          seen: Math.max(s.read.seen, f.seen),
          // A later mark moves no time: an earlier message was seen when the mark first passed it.
          passed: f.seen > s.read.seen ? [...s.read.passed, { seen: f.seen, at: Date.parse(f.at) }] : s.read.passed,
        },
      };
    case "presence":
      return { ...s, people: f.people };
    case "resync":
      return { ...s, run: null, typing: null, read: initial.read, seen: Math.min(s.seen, f.from) };
    default:
      return s;
  }
}

/** The answer being written after one more piece; null for none. */
function delta(s: State, f: Delta): Run | null {
  const held = s.run;
  const same = held?.run === f.run ? held : null;
  // What is over, and what the visitor stopped, does not grow any more.
  if (f.epoch < (s.conversation?.epoch ?? 0) || s.messages.some((m) => m.run === f.run) || (same?.stopped && !f.end)) return held;
  if (f.end) return same ? null : held;
  const text = (f.offset && same?.text) || "";
  return [...text].length === f.offset ? { run: f.run, text: text + f.text, pages: f.pages ?? same?.pages ?? 0, stopped: false } : held;
}

function list(s: State, messages: readonly Message[], outgoing: State["outgoing"]): State {
  const fresh = messages.slice(s.messages.length);
  const last = fresh.filter((m) => m.kind === "text").at(-1);
  const synced = s.synced || (s.link === "live" && messages.length >= s.head);
  return {
    ...s,
    messages,
    outgoing,
    synced,
    run: s.run && fresh.some((m) => m.run === s.run!.run || m.author.kind === "agent") ? null : s.run,
    typing: s.typing && fresh.some((m) => m.author.kind === s.typing!.kind) ? null : s.typing,
    teaser: !s.open && s.synced && last?.author.kind === "agent" && last.seq > s.seen ? last : s.teaser,
  };
}
