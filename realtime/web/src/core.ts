import { backoff } from "./backoff.ts";
import { onClose, type CloseAction } from "./close.ts";
import type { MakePoll, PollPart } from "./poll.ts";
import type { MakeRare, RarePart } from "./rare.ts";
import type { Entry, Hands, Kernel, Link, Restored, Stage, Wish } from "./kernel.ts";
import { ANSWER_MS, DEAD_MS, FALLBACK, GREET_MS, LATER_MS, PING_MS, PING_SPREAD_MS, SPREAD_MS, STEADY_MS, WINDOW } from "./limits.ts";
import type { ClientFrame, Delta, Message, ServerFrame } from "./visitor.ts";

// The client's half of docs/protocol.md as a state machine: the twin of the Go package realtime/core, whose doc.go lists inputs and outputs; both are held to the vectors in
// realtime/testdata/core. It opens no socket, reads no clock, keeps no file and draws no random number. It is one closure, because a closure's own names cost a page nothing.
export type Core = ReturnType<typeof core>;

/** A client that has not begun. `random` gives numbers from 0 up to 1. */
export function core(random: () => number, hands: Hands, restored: Restored) {
  let { store, cursor } = restored;
  let now = 0;
  let token = "";
  let conv = "";
  let needSession = false;
  let retryAt = 0;
  let greetBy = 0;
  let heardAt = 0;
  let liveSince = 0;
  let pingAt = 0;
  let answerBy = Infinity;
  /** Deltas of epochs below are void. */
  let floor = 0;
  let readUpTo = 0;
  /** Wishes that last until the server's state shows that it knows. */
  let person: Wish | null = null;
  let contact: Wish | null = null;
  let poll: PollPart | undefined;
  let rare: RarePart | undefined;
  const link: Link = { stage: "idle", polls: false, probing: false, tries: 0, misses: 0, hold: 0, holdUntil: 0, mark: "", callAt: 0, run: "", offset: 0, coming: "", paused: 0, unheard: false, delivered: 0, seen: 0 };
  const ahead = new Map<number, Message>();
  /** Frames that came before the part that knows them was lent. */
  const early: ServerFrame[] = [];
  const entries = restored.entries.map((e) => ({ ...e })).sort((a, b) => a.n - b.n || (a.cid < b.cid ? -1 : 1));
  /** Entries that are stored, those that went out on any link, and those that went out on this one and have no answer yet. */
  const ready = new Set(entries);
  const tried = new Set(entries);
  const sent = new Set<Entry>();
  let top = entries.at(-1)?.n ?? 0;

  const enter = (stage: Stage): void => {
    link.stage = stage;
    hands.link(stage, /opening|live/.test(stage) ? (link.polls ? "poll" : "socket") : undefined);
  };
  const pausing = (): number => backoff(link.tries++, random()) | 0;
  const wait = (ms: number): void => {
    retryAt = now + ms;
    enter("waiting");
  };
  const nextBeat = (): void => {
    pingAt = now + PING_MS - PING_SPREAD_MS / 2 + ((random() * PING_SPREAD_MS) | 0);
  };
  const beat = (): void => {
    hands.send({ t: "ping" });
    nextBeat();
  };
  const greeting = () => ({ v: 1 as const, caps: ["delta"], token, store, cursors: { [conv]: cursor } });
  const carried = (): boolean => !link.polls && /opening|live/.test(link.stage);

  function attempt(): void {
    if (!token || needSession) {
      enter("session");
      return hands.session();
    }
    if (link.misses >= FALLBACK && poll) {
      // Each gets its turn: where polls fail as well, one socket is tried between them.
      link.polls = !link.polls;
      link.misses = link.polls ? 0 : FALLBACK - 1;
    }
    link.hold = 0;
    link.mark = "";
    enter("opening");
    if (link.polls) return poll!.begin();
    greetBy = now + GREET_MS;
    hands.open();
  }

  /** A resync: what is after `from` comes anew, in the store that was named. */
  function forgetAfter(from: number): void {
    store = link.coming || store;
    link.coming = "";
    cursor = Math.min(cursor, from);
    ahead.clear();
  }

  /** Goes on in another conversation: the one before cannot be written to any more. */
  function moveTo(to: string): void {
    if (!to || to === conv) return;
    if (conv) {
      forgetAfter(0);
      hands.reset(to, 0);
      readUpTo = link.delivered = link.seen = 0;
    }
    conv = to;
    for (const e of entries)
      if (e.conv !== to) {
        e.conv = to;
        hands.keep(e);
      }
  }

  /** Goes on after the link ended. */
  function lost(then: CloseAction | "large", missed: boolean): void {
    const first = !link.tries;
    if (now > link.holdUntil) link.hold = 0;
    // Which message was too large is not known; the longest of those under way is given up.
    if (then === "large") for (const { cid } of [...sent].sort((a, b) => b.body.length - a.body.length).slice(0, 1)) fail(cid, "too_long");
    sent.clear();
    if (/stop|refused/.test(then)) return enter("stopped");
    needSession ||= then === "session";
    // Only what looks like a network in the way counts against a transport, not what the server said.
    if (missed && then === "retry" && !link.hold) link.misses++;
    const pause = pausing();
    if (link.hold) wait(link.hold);
    // The first loss of a steady link asks for no caution; a second one in a row does.
    else if (first && /now|session/.test(then)) attempt();
    else wait(then === "spread" ? Math.max(pause, (random() * SPREAD_MS) | 0) : then === "later" ? pause + LATER_MS : pause);
  }

  function remove(cid: string): boolean {
    const i = entries.findIndex((e) => e.cid === cid);
    if (i < 0) return false;
    sent.delete(entries.splice(i, 1)[0]!);
    hands.forget(cid);
    return true;
  }
  const fail = (cid: string, code: string): void => {
    if (remove(cid)) hands.status(cid, "failed", undefined, code);
  };
  /** The message is in the database, be it by its ack or because it came back. */
  const stored = (cid: string, seq: number): void => {
    if (remove(cid)) hands.status(cid, "sent", seq);
  };

  function renumber(next: number, stays: (e: Entry) => boolean): void {
    for (const e of entries) {
      if (stays(e)) continue;
      if (e.n !== next) {
        e.n = next;
        hands.keep(e);
      }
      next++;
    }
    top = next - 1;
    sent.clear();
  }

  /** Takes the messages that go out now, in order, and never so many that more than `limit` are under way. What is not kept yet holds back all behind it. */
  function next(limit: number): ClientFrame[] {
    const frames: ClientFrame[] = [];
    if (link.paused > now) return frames;
    for (const e of entries.slice(0, limit)) {
      if (!ready.has(e)) break;
      if (sent.has(e)) continue;
      sent.add(e);
      tried.add(e);
      frames.push({ t: "say", conv: e.conv, cid: e.cid, n: e.n, body: e.body });
    }
    return frames;
  }

  function pump(): void {
    if (link.stage !== "live") return;
    if (link.polls) poll!.pump();
    else next(WINDOW).forEach(hands.send);
  }

  function wish(w: Wish | null): void {
    if (!w || link.stage !== "live") return;
    const frame = { ...w, conv } as ClientFrame;
    if (link.polls) poll!.push(frame);
    else hands.send(frame);
  }

  /** Asks anew after a welcome, or once the database is back. */
  function wishAgain(): void {
    link.unheard = false;
    poll?.clear();
    wish(person);
    wish(contact);
    if (readUpTo) wish({ t: "read", seq: readUpTo });
  }

  function offer(m: Message): void {
    if (m.seq > cursor) ahead.set(m.seq, m);
    for (let it; (it = ahead.get(cursor + 1)); ) {
      ahead.delete(++cursor);
      hands.show(it);
    }
  }

  /** A piece that fits the text held, or begins it. */
  function fits(f: Delta): boolean {
    const ours = !!f.run && f.run === link.run;
    if (f.epoch < floor || !(f.end ? ours : !f.offset || (ours && f.offset === link.offset))) return false;
    link.run = f.end ? "" : f.run;
    link.offset = f.end ? 0 : f.offset + [...f.text].length;
    return true;
  }

  function begin(f: ServerFrame & { t: "welcome" }): void {
    if (link.probing) {
      poll!.end();
      link.probing = link.polls = false;
    }
    heardAt = liveSince = now;
    answerBy = Infinity;
    link.misses = link.paused = 0;
    nextBeat();
    enter("live");
    moveTo(f.conv);
    // Where the store is another one than what is shown was counted in, a resync follows; until that is there the old one stands, because a link that breaks in between must be told again.
    link.coming = cursor && store && store !== f.store ? f.store : "";
    if (!link.coming) store = f.store;
    floor = 0;
    // What went out and has a number that the server counted may be stored, and keeps it.
    renumber(f.n + 1, (e) => tried.has(e) && e.n <= f.n);
    wishAgain();
    pump();
  }

  /** Does what a frame asks for. One that is not known is passed over. */
  function take(f: ServerFrame): void {
    if (f.t === "welcome") begin(f);
    else if (f.t === "ack") {
      stored(f.cid, f.seq);
      pump();
    } else if (f.t === "message") {
      if (f.conv !== conv) return;
      stored(f.cid, f.seq);
      if (f.run && f.run === link.run) {
        link.run = "";
        link.offset = 0;
      }
      offer(f);
      pump();
    } else if (/resync|read|slow_down|error/.test(f.t)) {
      if (rare) rare.take(f);
      else early.push(f);
    } else if (f.t === "state") {
      floor = Math.max(floor, f.epoch);
      if (person && (person as { on: boolean }).on === /waiting|agent/.test(f.state)) person = null;
      if (f.contact) contact = null;
      hands.tell(f);
    } else if (f.t === "delta" ? fits(f) : /typing|presence|notice/.test(f.t)) hands.tell(f);
  }

  const due = (): number => {
    const { stage } = link;
    const at = stage === "waiting" ? retryAt : !/opening|live/.test(stage) ? Infinity : link.polls ? poll!.due() : stage === "opening" ? greetBy : Math.min(pingAt, heardAt + DEAD_MS, answerBy);
    return stage === "live" && link.paused ? Math.min(at, link.paused) : at;
  };

  function timer(): void {
    if (now < due()) return;
    const { stage, polls } = link;
    if (stage === "waiting") return attempt();
    if (polls) poll!.timer();
    else if (stage === "opening" || now >= Math.min(heardAt + DEAD_MS, answerBy)) {
      hands.close();
      return lost("retry", stage === "opening");
    } else if (now >= pingAt) beat();
    if (link.paused && now >= link.paused) {
      link.paused = 0;
      if (link.unheard) wishAgain();
      pump();
    }
  }

  /** Times never go back; where a clock does, the last one holds. */
  const at = (time: number): void => {
    now = Math.max(now, time);
  };
  const unkept = (cid: string): Entry | undefined => entries.find((e) => e.cid === cid && !ready.has(e));

  return {
    link,
    /** For when the timer input is to come; Infinity where nothing waits for time. */
    due,
    /**
     * Lends what a page does not need for its first message: frames that are rare or can wait, and the poll that carries the link where sockets fail. Until then such frames
     * wait, and sockets alone are tried.
     */
    lend(time: number, makeRare: MakeRare, makePoll: MakePoll) {
      at(time);
      const kernel: Kernel = { link, hands, random, entries, ready, sent, greeting, next, take, lost, pausing, renumber, fail, pump, forgetAfter, now: () => now, conv: () => conv, noContact: () => (contact = null) };
      rare = makeRare(kernel);
      poll = makePoll(kernel);
      rare.catchUp(early);
    },
    start(time: number) {
      at(time);
      if (link.stage === "idle") attempt();
    },
    wake(time: number) {
      at(time);
      if (link.stage === "waiting") attempt();
      else if (link.stage !== "live") return;
      else if (link.polls) poll!.probe();
      else if (answerBy === Infinity) {
        beat();
        answerBy = now + ANSWER_MS;
      }
    },
    stop(time: number) {
      at(time);
      poll?.end();
      if (link.probing || carried()) hands.close();
      link.probing = false;
      sent.clear();
      enter("idle");
    },
    /** The session call succeeded. */
    session(time: number, told: { token: string; conv: string; store: string }) {
      at(time);
      if (link.stage !== "session") return;
      needSession = false;
      token = told.token;
      // The store stands for the history that the cursor counts in, so it is not renewed here while there is one.
      if (!cursor) store = told.store;
      moveTo(told.conv);
      attempt();
    },
    /** It failed; `retry` in seconds. */
    noSession(time: number, retry: number, refused: boolean) {
      at(time);
      if (link.stage !== "session") return;
      if (refused) enter("stopped");
      else wait(Math.max((retry * 1000) | 0, pausing()));
    },
    opened(time: number) {
      at(time);
      if (link.probing || (link.stage === "opening" && !link.polls)) hands.send({ t: "hello", ...greeting() });
    },
    /** A socket ended: the one that carries the link, or one that was tried beside the poll. */
    closed(time: number, code: number) {
      at(time);
      if (link.probing) poll!.missed();
      else if (carried()) lost(code === 4413 ? "large" : onClose(code), link.stage === "opening");
    },
    frame(time: number, f: ServerFrame) {
      at(time);
      if (carried()) {
        heardAt = now;
        answerBy = Infinity;
        if (link.stage === "live" && now - liveSince >= STEADY_MS) link.tries = 0;
        // Of a socket that is only tried nothing counts before its welcome.
      } else if (!link.probing || f.t !== "welcome") return;
      take(f);
    },
    answer(time: number, mark: string, frames: readonly ServerFrame[]) {
      at(time);
      poll?.answer(mark, frames);
    },
    failed(time: number, status: number, retry: number) {
      at(time);
      poll?.failed(status, retry);
    },
    timer(time: number) {
      at(time);
      timer();
    },
    /** The visitor wrote a message. */
    say(time: number, cid: string, body: string) {
      at(time);
      const e = { cid, conv, n: ++top, body, at: now };
      entries.push(e);
      hands.keep(e);
      hands.status(cid, "sending");
    },
    /** Its entry is stored: it may be sent. */
    kept(time: number, cid: string) {
      at(time);
      const e = unkept(cid);
      if (!e) return;
      ready.add(e);
      pump();
    },
    send(time: number, w: Wish) {
      at(time);
      if (w.t === "person") person = w;
      if (w.t === "contact") contact = w;
      if (w.t === "read") {
        if (w.seq <= readUpTo) return;
        readUpTo = w.seq;
      }
      wish(w);
    },
  };
}
