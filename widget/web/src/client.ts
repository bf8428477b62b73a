import { backoff, Link, Outbox, Sequence, uuid7, type Entry, type LinkEffect } from "@baton/realtime";
import { decode, type ClientFrame, type HttpError, type Message, type ServerFrame, type SessionResponse } from "@baton/realtime/visitor";
import type { Vault } from "./keep.ts";
import type { Action, Journey, State } from "./state.ts";

/** A message that a live link has not acknowledged after this long is shown as not sent, with a way to try again. */
const FAILED_MS = 10_000;
/** Typing is told at most this often. */
const TYPING_MS = 3000;

export interface Surroundings {
  /** Where Baton lives, with the slash at its end. */
  base: string;
  inbox: string;
  locale(): string;
  vault: Vault;
  state(): State;
  dispatch(a: Action): void;
  /** Says one line to whoever installed the widget. */
  complain(line: string): void;
  /** A text that the server will never take goes back to the visitor. */
  giveBack(body: string): void;
}
export type Client = ReturnType<typeof connect>;

/** The hands of the protocol: session, socket, timers and storage around the core, which decides. */
export function connect({ base, inbox, locale, vault, state, dispatch, complain, giveBack }: Surroundings) {
  const link = new Link(Math.random);
  const outbox = new Outbox(vault);
  let sequence = new Sequence<Message>();
  let session: SessionResponse | undefined;
  let socket: WebSocket | undefined;
  let conv = "";
  let timer = 0;
  let resend = 0;
  let resends = 0;
  /** When each message last went out on this link. */
  const posted = new Map<string, number>();
  let mail = "";
  let typedAt = 0;
  let readSent = 0;
  /** The link was live once, or an attempt failed: from now on its absence is worth a banner. */
  let shaken = false;

  const live = () => link.state === "live";
  const send = (frame: ClientFrame) => socket?.readyState === 1 && socket.send(JSON.stringify(frame));

  function show(): void {
    const journey = (cid: string): Journey => (live() || !shaken ? (Date.now() - posted.get(cid)! >= FAILED_MS ? "failed" : "sending") : "held");
    dispatch({
      do: "list",
      messages: [...sequence.list],
      outgoing: [
        // Acknowledged, but a message before it is still on its way.
        ...sequence.held.filter((m) => m.author.kind === "visitor").map((m) => ({ ...m, at: Date.parse(m.at), journey: "sent" as const })),
        ...outbox.pending.map((e) => ({ ...e, journey: journey(e.cid) })),
      ],
    });
  }

  function post({ cid, conv, n, body }: Entry): void {
    posted.set(cid, Date.now());
    outbox.sent(cid);
    send({ t: "say", conv, cid, n, body });
    setTimeout(show, FAILED_MS + 1);
  }

  /** Sends everything that is not acknowledged, in order. */
  function flush(): void {
    if (live()) outbox.pending.forEach(post);
    show();
  }

  function repeat(): void {
    if (!live()) return;
    const { asking } = state();
    // Kept until the server's `state` confirms it.
    if (asking !== null) send({ t: "person", conv, on: asking });
    if (mail) send({ t: "contact", conv, email: mail });
  }

  function later(ms: number): void {
    clearTimeout(resend);
    resend = setTimeout(() => {
      flush();
      repeat();
    }, ms) as never;
  }

  function carryOut(effects: LinkEffect[]): void {
    for (const effect of effects)
      if (effect === "session") open();
      else if (effect === "open") dial();
      else if (effect === "hello") send({ t: "hello", v: 1, caps: ["delta"], token: session!.token, store: vault.get("store"), cursors: { [conv]: sequence.cursor } });
      else if (effect === "ping") send({ t: effect });
      else if (effect === "close") drop();
      else if (effect === "refused") gone("This page's origin is not allowed. Add it in the console.");
      else complain("The server needs a newer widget; reload the page.");
    const { state: stage, due } = link;
    shaken ||= stage === "waiting";
    if (!/live|idle|stopped/.test(stage)) dispatch({ do: "link", link: shaken ? "lost" : "joining" });
    clearTimeout(timer);
    if (due < Infinity) timer = setTimeout(() => carryOut(link.tick(Date.now())), due - Date.now() + 1) as never;
  }

  /** Only an operator can help: hide, and say what to do. */
  function gone(line: string): void {
    dispatch({ do: "link", link: "gone" });
    complain(line);
  }

  /** The session: who this is, and which conversation to write to. */
  async function open(): Promise<void> {
    let after = 0;
    try {
      const answer = await fetch(`${base}api/visitor/session`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ inbox, token: vault.get("token"), locale: locale(), page: { url: location.href.slice(0, 2000), title: document.title.slice(0, 300) } }),
        credentials: "omit",
        signal: AbortSignal.timeout(10_000),
      });
      const told = await answer.json();
      if (answer.ok) return admit(told);
      if (answer.status < 429) {
        link.stop();
        return gone(`${(told as HttpError).error} ${(told as HttpError).fix}`);
      }
      after = +answer.headers.get("Retry-After")! * 1000;
    } catch {
      // The network is away: the same as a server that asks for patience.
    }
    carryOut(link.postponed(Date.now(), after));
  }

  function admit(told: SessionResponse): void {
    const same = conv === told.conv && session?.visitor === told.visitor;
    session = told;
    vault.set("token", told.token);
    vault.set("accent", told.inbox.accent);
    adopt(told.conv, same);
    carryOut(link.admitted(Date.now()));
  }

  /** What is kept belongs to this session's conversation from now on. */
  function adopt(to: string, same: boolean): void {
    conv = to;
    if (!same) {
      sequence = new Sequence();
      readSent = 0;
      outbox.move(conv);
    }
    const [seenIn, seq] = vault.get("seen").split(" ");
    dispatch({ do: "session", session: session!, same, seen: seenIn === conv ? +seq! : 0 });
    show();
  }

  function dial(): void {
    drop();
    try {
      const made = (socket = new WebSocket(`${base.replace("http", "ws")}api/visitor/socket`, "baton.v1"));
      // A socket that was dropped says nothing any more.
      const mine = <E>(act: (e: E) => void) => (e: E) => socket === made && act(e);
      made.onopen = mine(() => carryOut(link.opened()));
      made.onmessage = mine((e) => hear(decode(e.data)));
      made.onclose = mine((e) => closed(e.code));
    } catch {
      closed(1006);
    }
  }

  function closed(code: number): void {
    drop();
    carryOut(link.closed(Date.now(), code));
  }

  function drop(): void {
    const old = socket;
    socket = undefined;
    old?.close();
    clearTimeout(resend);
    posted.clear();
    show();
  }

  function hear(f: ServerFrame | null): void {
    // The conversation may be a newer one than this frame's, after a session was renewed.
    if (!f || ("conv" in f && f.conv && f.conv !== conv && f.t !== "welcome")) return;
    const now = Date.now();
    link.heard(now);
    dispatch({ do: "frame", frame: f, now });
    if (f.t === "welcome") welcome(f);
    else if (f.t === "ack") {
      resends = 0;
      const entry = outbox.remove(f.cid);
      if (entry) take({ ...f, t: "message", kind: "text", author: { kind: "visitor" }, body: entry.body });
    } else if (f.t === "message") take(f);
    else if (f.t === "typing") setTimeout(() => dispatch({ do: "clock", now: Date.now() }), f.ttl * 1000);
    else if (f.t === "resync") {
      sequence.resync(f.from);
      readSent = 0;
      show();
    } else if (f.t === "state") mail = f.contact ? "" : mail;
    else if (f.t === "slow_down") later(f.retry * 1000);
    else if (f.t === "error") refuse(f);
  }

  function welcome(f: ServerFrame & { t: "welcome" }): void {
    link.welcomed(Date.now());
    shaken = true;
    readSent = 0;
    vault.set("store", f.store);
    if (f.conv !== conv) adopt(f.conv, false);
    dispatch({ do: "link", link: "live" });
    outbox.welcome(f.n);
    flush();
    repeat();
    carryOut([]);
  }

  function take(m: Message): void {
    outbox.remove(m.cid);
    sequence.offer(m);
    show();
  }

  function refuse({ code, n, cid, fix }: ServerFrame & { t: "error" }): void {
    // An answer to a frame that was sent before the renumbering changes nothing.
    if (code === "gap") later(outbox.gap(n!) ? 0 : 1000);
    else if (code === "unavailable") later(backoff(resends++, Math.random()) + 250);
    // As if the token had expired: a new session, at once the first time and with patience after that.
    else if (code === "conversation_unknown") closed(4401);
    else if (code === "bad_email") {
      mail = "";
      dispatch({ do: "set", mailBad: true });
    } else {
      const entry = outbox.remove(cid!);
      if (entry) giveBack(entry.body);
      if (!/empty|too_long/.test(code)) complain(`${code}: ${fix}`);
      show();
    }
  }

  /** Connects, if that has not happened yet, and at once where an attempt is waiting. */
  const start = () => carryOut(link.start(Date.now()));

  return {
    start,
    /** The page became visible, the network came back. */
    wake: () => document.hidden || link.state !== "waiting" || start(),
    /** Sends again what was not acknowledged. */
    again: flush,
    say(body: string): void {
      typedAt = 0;
      const entry = outbox.add(uuid7(Date.now(), (b) => crypto.getRandomValues(b)), conv, body, Date.now());
      if (live()) post(entry);
      start();
      show();
    },
    /** Asks for a person, or leaves the line. */
    ask(on: boolean): void {
      dispatch({ do: "set", asking: on });
      start();
      repeat();
    },
    contact(email: string): void {
      mail = email;
      dispatch({ do: "set", mailBad: false });
      start();
      repeat();
    },
    stop(): void {
      send({ t: "stop", conv, run: state().run!.run });
      dispatch({ do: "stop" });
    },
    typing(on: boolean): void {
      const now = Date.now();
      if (on ? now - typedAt < TYPING_MS : !typedAt) return;
      typedAt = on ? now : 0;
      send({ t: "typing", conv, on });
    },
    /** The visitor has seen everything up to here. */
    read(): void {
      const seq = sequence.cursor;
      if (seq <= readSent) return;
      readSent = seq;
      vault.set("seen", `${conv} ${seq}`);
      dispatch({ do: "set", seen: seq });
      send({ t: "read", conv, seq });
    },
    end: () => carryOut(link.stop()),
  };
}
