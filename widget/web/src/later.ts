import type { ServerFrame } from "@baton/realtime/visitor";
import type { Action, State } from "./state.ts";

/** What the second half makes of an action after the first: where the conversation stands, who is here, how far messages came. */
export function reduceLater(s: State, a: Action): State {
  switch (a.do) {
    case "frame":
      return frame(s, a.frame, a.now);
    case "ticks":
      // A later mark moves no time: an earlier message was seen when the mark first passed it.
      return { ...s, read: { delivered: a.delivered, seen: a.seen, passed: a.seen > s.read.seen ? [...s.read.passed, { seen: a.seen, at: a.at }] : s.read.passed } };
    case "reset":
      return { ...s, run: null, typing: null, notice: false, read: { delivered: 0, seen: 0, passed: [] }, seen: Math.min(s.seen, a.from) };
    case "link": {
      if (a.link === "live") return s;
      // Whether a person is still there, the `state` after the next welcome will say.
      const { person } = s.conversation ?? {};
      return { ...s, typing: null, conversation: person ? { ...s.conversation!, person: { ...person, status: "offline" } } : s.conversation };
    }
    case "clock":
      return s.typing && s.typing.until <= a.now ? { ...s, typing: null } : s;
  }
  return s;
}

function frame(s: State, f: ServerFrame, now: number): State {
  switch (f.t) {
    case "state": {
      // What was asked for stands until the server has said so.
      const done = s.asking ? /waiting|agent/.test(f.state) : f.state !== "waiting";
      const assistant = f.state === "assistant";
      const run = assistant && s.conversation?.epoch === f.epoch ? s.run : null;
      return {
        ...s, run,
        conversation: f,
        returning: f.head > 0,
        synced: s.synced || s.messages.length >= f.head,
        asking: done ? null : s.asking,
        notice: s.notice && assistant,
        mailBad: s.mailBad && !f.contact,
      };
    }
    case "typing":
      return { ...s, typing: f.on ? { kind: f.who.kind, name: f.who.name ?? "", until: now + f.ttl * 1000 } : null };
    case "presence":
      return { ...s, people: f.people };
    case "notice":
      return { ...s, notice: s.messages.length === f.seq && !s.run };
  }
  return s;
}
