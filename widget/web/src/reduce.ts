import type { Delta, Message } from "@baton/realtime/visitor";
import { initial, type Action, type Run, type State } from "./state.ts";

/**
 * The state after something happened. Pure: the same state and action give the same result, and what did not change stays identical; so does all of it after what
 * only the second half of the widget knows to show (later.ts), for which that waits.
 */
export function reduce(s: State, a: Action): State {
  switch (a.do) {
    case "frame":
      return a.frame.t === "delta" ? { ...s, run: delta(s, a.frame), typing: s.typing?.kind === "assistant" ? null : s.typing, notice: false } : s;
    case "session": {
      const { session } = a;
      const news = { session, people: session.people, seen: Math.max(a.seen, a.same ? s.seen : 0) };
      // Another visitor or conversation: nothing of the old one may be shown.
      return a.same ? { ...s, ...news } : { ...initial, open: s.open, link: s.link, returning: s.returning, asking: s.asking, ...news };
    }
    case "link":
      // A lost link cannot say that an answer goes on; the next piece, or the finished message, will.
      return { ...s, link: a.link, run: a.link === "live" ? s.run : s.run && { ...s.run, away: true } };
    case "list":
      return list(s, a.messages, a.outgoing);
    case "stop":
      return s.run ? { ...s, run: { ...s.run, stopped: true } } : s;
    case "set": {
      const { do: _, ...change } = a;
      return { ...s, ...change };
    }
  }
  return s;
}

/** The answer being written after one more piece, which fits: the core sees to that. Null for none. */
function delta(s: State, f: Delta): Run | null {
  const held = s.run?.run === f.run ? s.run : null;
  // What is over, and what the visitor stopped, does not grow any more.
  if (s.messages.some((m) => m.run === f.run) || (held?.stopped && !f.end)) return s.run;
  return f.end ? null : { run: f.run, text: ((f.offset && held?.text) || "") + f.text, pages: f.pages ?? held?.pages ?? 0, stopped: false, away: false };
}

function list(s: State, messages: readonly Message[], outgoing: State["outgoing"]): State {
  const fresh = messages.slice(s.messages.length);
  const last = fresh.filter((m) => m.kind === "text").at(-1);
  return {
    ...s,
    messages,
    outgoing,
    synced: s.synced || (s.link === "live" && messages.length >= (s.conversation?.head ?? Infinity)),
    run: s.run && fresh.some((m) => m.run === s.run!.run || m.author.kind === "agent") ? null : s.run,
    typing: s.typing && fresh.some((m) => m.author.kind === s.typing!.kind) ? null : s.typing,
    notice: s.notice && !fresh.length,
    teaser: !s.open && s.synced && last?.author.kind === "agent" && last.seq > s.seen ? last : s.teaser,
  };
}
