import type { Message } from "@baton/realtime/visitor";
import { isReply, standing, type Journey, type Run, type State } from "./state.ts";

export type Tick = Journey | "delivered" | "seen";

/** One thing in the log. `key` names it for as long as it is shown; when `sig` changes its view is made anew. */
export type Item = { key: string; sig: string } & (
  | { kind: "day"; at: number }
  | { kind: "mine"; body: string; at: number; tick: Tick; first: boolean; last: boolean; named: boolean; seenAt: number }
  | { kind: "answer"; message: Message; first: boolean; ways: boolean }
  | { kind: "person"; message: Message; first: boolean; last: boolean }
  | { kind: "run"; run: Run | null }
  | { kind: "typing"; name: string }
  | { kind: "event"; message: Message; full: boolean; past: boolean }
  | { kind: "queue" }
  | { kind: "slow" }
);

export type Of<K extends Item["kind"]> = Extract<Item, { kind: K }>;

/** Messages of one author this close together form a group, in milliseconds. */
const GROUP_MS = 300_000;

export type Said = Message & { journey?: Journey };

/** What the log shows, from top to bottom. Pure, so that grouping and ticks are tested without a document. */
export function items(s: State): Item[] {
  const said = [...s.messages.filter((m) => shows(m, s)), ...s.outgoing].map((it) => {
    const m = it as Said;
    const day = new Date(m.at);
    return { m, at: +day, day: day.toDateString(), who: m.kind === "event" ? `${m.seq}` : m.journey ? "visitor" : m.author.kind + (m.author.id ?? "") };
  });
  const near = (i: number) => said[i]?.who === said[i + 1]?.who && said[i]!.day === said[i + 1]!.day && said[i + 1]!.at - said[i]!.at < GROUP_MS;
  const lastMine = said.findLast((x) => x.who === "visitor");
  const out = said.flatMap((x, i): Item[] => [
    ...(x.day === said[i - 1]?.day ? [] : [{ kind: "day" as const, key: x.day, sig: x.day, at: x.at }]),
    item(s, x.m, x.who, x.at, !near(i - 1), !near(i), x === lastMine, !said[i + 1]),
  ]);
  return [...out, ...tail(s)];
}

/** A rule's call is told by the assistant's own words, and the line itself by the queue card. */
const shows = (m: Message, s: State): boolean => !(m.kind === "hidden" || m.event?.name === "called" || (m.event?.name === "asked" && standing(s) === "waiting" && m.seq === s.messages.length));

function item(s: State, message: Said, who: string, at: number, first: boolean, last: boolean, lastMine: boolean, end: boolean): Item {
  const { cid, event, body } = message;
  const person = s.conversation?.state === "agent";
  if (who === "visitor") {
    const tick = message.journey ?? ticked(s, message.seq);
    const named = lastMine && person;
    const seenAt = (tick === "seen" && s.read.passed.find((p) => p.seen >= message.seq)?.at) || 0;
    return { kind: "mine", key: `c${cid}`, sig: [tick, first, last, named, seenAt].join(), body, at, tick, first, last, named, seenAt };
  }
  if (event) {
    const full = end && event.name === "joined" && person;
    // That it is closed is no longer true once it was opened again.
    const past = s.conversation?.state !== "resolved" || s.messages.slice(message.seq).some((m) => m.event?.name === event.name);
    return { kind: "event", key: `c${cid}`, sig: `e${full}${past}${s.conversation?.person?.status}`, message, full, past };
  }
  if (message.author.kind === "agent") return { kind: "person", key: `c${cid}`, sig: `p${first}${last}`, message, first, last };
  const ways = /unanswered|offer/.test(message.outcome ?? "") && /assistant|resolved/.test(standing(s));
  return { kind: "answer", key: `r${message.run || cid}`, sig: `${cid}${first}${ways}${ways && s.conversation?.contact}`, message, first, ways };
}

/** What an answer or a reply after it proves counts, too: whoever answers has received the question. */
function ticked(s: State, seq: number): Tick {
  if (s.read.seen >= seq) return "seen";
  const answered = s.read.delivered >= seq || s.messages.slice(seq).some(isReply);
  return answered || s.run ? "delivered" : "sent";
}

function tail(s: State): Item[] {
  const state = standing(s);
  if (s.run && !s.run.away) return [{ kind: "run", key: `r${s.run.run}`, sig: "", run: s.run }];
  if (state === "waiting") return [{ kind: "queue", key: "queue", sig: "" }];
  if (s.notice && state === "assistant") return [{ kind: "slow", key: "slow", sig: "slow" }];
  if (s.typing?.kind === "agent" && state === "agent") return [{ kind: "typing", key: "typing", sig: "", name: s.typing.name }];
  if (s.typing?.kind === "assistant" && state === "assistant") return [{ kind: "run", key: "thinking", sig: "", run: null }];
  return [];
}
