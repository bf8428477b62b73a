import type { Message } from "@baton/realtime/visitor";
import { standing, type Journey, type Run, type State } from "./state.ts";

export type Tick = Journey | "delivered" | "seen";

/** One thing in the log. `key` names it for as long as it is shown; when `sig` changes its view is made anew. */
export type Item = { key: string; sig: string } & (
  | { kind: "day"; at: number }
  | { kind: "mine"; body: string; at: number; tick: Tick; first: boolean; last: boolean; named: boolean; seenAt: number }
  | { kind: "answer"; message: Message; first: boolean; ways: boolean }
  | { kind: "person"; message: Message; first: boolean; last: boolean }
  | { kind: "run"; run: Run }
  | { kind: "thinking" }
  | { kind: "typing"; name: string }
  | { kind: "event"; message: Message; full: boolean; waited: number }
  | { kind: "queue" }
);

/** Messages of one author this close together form a group, in milliseconds. */
const GROUP_MS = 300_000;

type Said = { who: string; at: number; seq: number; message?: Message; own?: State["outgoing"][number] };

/** What the log shows, from top to bottom. Pure, so that grouping and ticks are tested without a document. */
export function items(s: State): Item[] {
  const out: Item[] = [];
  const said: Said[] = [
    ...s.messages.filter((m) => m.kind !== "hidden" && shows(m, s)).map((m) => ({ who: who(m), at: Date.parse(m.at), seq: m.seq, message: m })),
    ...s.outgoing.map((own) => ({ who: "visitor", at: own.at, seq: Infinity, own })),
  ];
  const lastMine = said.findLast((x) => x.who === "visitor");
  let dayBefore = "";
  said.forEach((x, i) => {
    const today = new Date(x.at).toDateString();
    if (today !== dayBefore) out.push({ kind: "day", key: `d${today}`, sig: today, at: x.at });
    const before = today === dayBefore ? said[i - 1] : undefined;
    const after = said[i + 1];
    dayBefore = today;
    const first = !near(before, x);
    const last = !near(x, after) || new Date(after!.at).toDateString() !== today;
    out.push(item(s, x, first, last, x === lastMine, !after));
  });
  out.push(...tail(s));
  return out;
}

const who = (m: Message): string => (m.kind === "event" ? `event${m.seq}` : m.author.kind + (m.author.id ?? ""));
const near = (a: Said | undefined, b: Said | undefined): boolean => !!a && !!b && a.who === b.who && b.at - a.at < GROUP_MS;

/** A rule's call is told by the assistant's own words, and the line itself by the queue card. */
const shows = (m: Message, s: State): boolean => !(m.event?.name === "called" || (m.event?.name === "asked" && standing(s) === "waiting" && m.seq === s.messages.length));

function item(s: State, x: Said, first: boolean, last: boolean, lastMine: boolean, end: boolean): Item {
  if (x.who === "visitor") {
    const tick = x.own ? x.own.journey : ticked(s, x.seq);
    const cid = x.own?.cid ?? x.message!.cid;
    const named = lastMine && s.conversation?.state === "agent";
    const seenAt = tick === "seen" ? s.read.at : 0;
    const body = x.own?.body ?? x.message!.body;
    return { kind: "mine", key: `c${cid}`, sig: [tick, first, last, named, seenAt].join(), body, at: x.at, tick, first, last, named, seenAt };
  }
  const message = x.message!;
  if (message.kind === "event") {
    const full = end && message.event?.name === "joined" && s.conversation?.state === "agent";
    return { kind: "event", key: `e${message.seq}`, sig: `${message.cid}${full}`, message, full, waited: waited(s, message) };
  }
  if (x.who.startsWith("agent")) return { kind: "person", key: `c${message.cid}`, sig: `${first}${last}`, message, first, last };
  const ways = /unanswered|offer/.test(message.outcome ?? "") && /assistant|resolved/.test(standing(s));
  return { kind: "answer", key: `r${message.run || message.cid}`, sig: `${message.cid}${first}${ways}${ways && s.conversation?.contact}`, message, first, ways };
}

/** What an answer or a reply after it proves counts, too: whoever answers has received the question. */
function ticked(s: State, seq: number): Tick {
  if (s.read.seen >= seq) return "seen";
  const answered = s.read.delivered >= seq || s.messages.slice(seq).some((m) => m.kind === "text" && m.author.kind !== "visitor");
  return answered || s.run ? "delivered" : "sent";
}

function waited(s: State, joined: Message): number {
  const called = s.messages.slice(0, joined.seq).findLast((m) => /^(asked|called)$/.test(m.event?.name ?? ""));
  return called && joined.event?.name === "joined" ? Date.parse(joined.at) - Date.parse(called.at) : 0;
}

function tail(s: State): Item[] {
  const state = standing(s);
  if (s.run) return [{ kind: "run", key: `r${s.run.run}`, sig: "run", run: s.run }];
  if (state === "waiting") return [{ kind: "queue", key: "queue", sig: "" }];
  if (s.typing?.kind === "agent" && state === "agent") return [{ kind: "typing", key: "typing", sig: s.typing.name, name: s.typing.name }];
  if (s.typing?.kind === "assistant" && state === "assistant") return [{ kind: "thinking", key: "thinking", sig: "" }];
  return [];
}
