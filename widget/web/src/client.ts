import { backoff, Link, Outbox, Sequence, uuid7, type Entry, type LinkEffect } from "@baton/realtime";
import { decode, type ClientFrame, type HttpError, type Message, type ServerFrame, type SessionResponse } from "@baton/realtime/visitor";
import type { Vault } from "./keep.ts";
import type { Action, Outgoing } from "./state.ts";

/** A message that a live link has not acknowledged after this long is shown as not sent, with a way to try again. */
const FAILED_MS = 10_000;
/** Typing is told at most this often. */
const TYPING_MS = 3000;

export interface Options {
  /** Where Baton lives, with the slash at its end. */
  base: string;
  inbox: string;
  locale: string;
}

/** The hands of the protocol: session, socket, timers and storage around the core, which decides. */
export class Client {
  readonly #options: Options;
  readonly #vault: Vault;
  readonly #dispatch: (a: Action) => void;
  /** Says one line to whoever installed the widget. */
  readonly #complain: (line: string) => void;
  readonly #link = new Link(Math.random);
  readonly #outbox: Outbox;
  #sequence = new Sequence<Message>();
  #session: SessionResponse | undefined;
  #socket: WebSocket | null = null;
  #timer = 0;
  #resend = 0;
  #resends = 0;
  /** When each message last went out. */
  readonly #posted = new Map<string, number>();
  /** Went out on this link and was not acknowledged in time. */
  readonly #failed = new Set<string>();
  /** Acknowledged, but a message before it is still on its way. */
  #early: Message[] = [];
  /** What was asked for and is not confirmed yet. */
  #asking: boolean | null = null;
  #mail = "";
  #typedAt = 0;
  #readSent = 0;
  /** The link was live once, or an attempt failed: from now on its absence is worth a banner. */
  #shaken = false;

  constructor(options: Options, vault: Vault, dispatch: (a: Action) => void, complain: (line: string) => void) {
    this.#options = options;
    this.#vault = vault;
    this.#dispatch = dispatch;
    this.#complain = complain;
    this.#outbox = new Outbox(vault);
    addEventListener("online", this.#wake);
    document.addEventListener("visibilitychange", this.#wake);
  }

  /** Connects, if that has not happened yet. */
  readonly start = (): void => this.#carryOut(this.#link.start(Date.now()));

  say(body: string): void {
    this.start();
    this.#typedAt = 0;
    const entry = this.#outbox.add(uuid7(Date.now(), (b) => crypto.getRandomValues(b)), this.#conv, body, Date.now());
    if (this.#live) this.#post(entry);
    this.#show();
  }

  /** Asks for a person, or leaves the line; kept until the server's `state` confirms it. */
  ask(on: boolean): void {
    this.start();
    this.#asking = on;
    this.#dispatch({ do: "set", asking: on });
    this.#repeat();
  }

  contact(email: string): void {
    this.start();
    this.#mail = email;
    this.#dispatch({ do: "set", mailBad: false });
    this.#repeat();
  }

  stop(run: string): void {
    this.#send({ t: "stop", conv: this.#conv, run });
    this.#dispatch({ do: "stop" });
  }

  typing(on: boolean): void {
    const now = Date.now();
    if (on ? now - this.#typedAt < TYPING_MS : !this.#typedAt) return;
    this.#typedAt = on ? now : 0;
    this.#send({ t: "typing", conv: this.#conv, on });
  }

  /** The visitor has seen everything up to here. */
  read(): void {
    const seq = this.#sequence.cursor;
    if (seq <= this.#readSent) return;
    this.#readSent = seq;
    this.#vault.set("seen", `${this.#conv} ${seq}`);
    this.#dispatch({ do: "set", seen: seq });
    this.#send({ t: "read", conv: this.#conv, seq });
  }

  /** Sends everything that is not acknowledged, in order. */
  readonly flush = (): void => {
    this.#failed.clear();
    if (this.#live) for (const entry of this.#outbox.pending) this.#post(entry);
    this.#show();
  };

  destroy(): void {
    removeEventListener("online", this.#wake);
    document.removeEventListener("visibilitychange", this.#wake);
    this.#carryOut(this.#link.stop());
  }

  get #conv(): string {
    return this.#session?.conv ?? "";
  }

  get #live(): boolean {
    return this.#link.state === "live";
  }

  readonly #wake = (): void => {
    if (!document.hidden && this.#link.state === "waiting") this.start();
  };

  #carryOut(effects: LinkEffect[]): void {
    for (const effect of effects) {
      if (effect === "session") void this.#open();
      else if (effect === "open") this.#connect();
      else if (effect === "hello") this.#send({ t: "hello", v: 1, caps: ["delta"], token: this.#session!.token, store: this.#vault.get("store"), cursors: { [this.#conv]: this.#sequence.cursor } });
      else if (effect === "ping") this.#send({ t: "ping" });
      else if (effect === "close") this.#drop();
      else if (effect === "refused") this.#gone("This page's origin is not allowed for the inbox; add it in the console.");
      else this.#complain("The server did not understand this widget; reload the page.");
    }
    const { state } = this.#link;
    this.#shaken ||= state === "waiting";
    if (!/live|idle|stopped/.test(state)) this.#dispatch({ do: "link", link: this.#shaken ? "lost" : "joining" });
    clearTimeout(this.#timer);
    if (this.#link.due < Infinity) this.#timer = window.setTimeout(() => this.#carryOut(this.#link.tick(Date.now())), this.#link.due - Date.now() + 1);
  }

  /** Only an operator can help: hide, and say what to do. */
  #gone(line: string): void {
    this.#dispatch({ do: "link", link: "gone" });
    this.#complain(line);
  }

  /** The session: who this is, and which conversation to write to. */
  async #open(): Promise<void> {
    const { base, inbox, locale } = this.#options;
    let after = 0;
    try {
      const answer = await fetch(`${base}api/visitor/session`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ inbox, token: this.#vault.get("token"), locale, page: { url: location.href.slice(0, 2000), title: document.title.slice(0, 300) } }),
        credentials: "omit",
        signal: AbortSignal.timeout(10_000),
      });
      const told = await answer.json();
      if (answer.ok) return this.#admit(told);
      if (answer.status < 429) {
        this.#link.stop();
        return this.#gone(`${(told as HttpError).error} ${(told as HttpError).fix}`);
      }
      after = +answer.headers.get("Retry-After")! * 1000;
    } catch {
      // The network is away: the same as a server that asks for patience.
    }
    this.#carryOut(this.#link.postponed(Date.now(), after));
  }

  #admit(session: SessionResponse): void {
    const old = this.#session;
    this.#session = session;
    this.#vault.set("token", session.token);
    this.#vault.set("accent", session.inbox.accent);
    this.#adopt(old?.conv === session.conv && old.visitor === session.visitor);
    this.#carryOut(this.#link.admitted(Date.now()));
  }

  /** What is kept belongs to this session's conversation from now on. */
  #adopt(same: boolean): void {
    if (!same) {
      this.#sequence = new Sequence();
      this.#early = [];
      this.#readSent = 0;
      this.#outbox.move(this.#conv);
    }
    const [seenIn, seq] = this.#vault.get("seen").split(" ");
    this.#dispatch({ do: "session", session: this.#session!, same, seen: seenIn === this.#conv ? +seq! : 0 });
    this.#show();
  }

  #connect(): void {
    this.#drop();
    try {
      const socket = new WebSocket(`${this.#options.base.replace(/^http/, "ws")}api/visitor/socket`, "baton.v1");
      this.#socket = socket;
      // A socket that was dropped says nothing any more.
      socket.onopen = () => this.#socket === socket && this.#carryOut(this.#link.opened());
      socket.onmessage = (e) => this.#socket === socket && this.#hear(decode(e.data));
      socket.onclose = (e) => this.#socket === socket && this.#closed(e.code);
    } catch {
      this.#closed(1006);
    }
  }

  #closed(code: number): void {
    this.#drop();
    this.#carryOut(this.#link.closed(Date.now(), code));
  }

  #drop(): void {
    const old = this.#socket;
    this.#socket = null;
    old?.close();
    clearTimeout(this.#resend);
    this.#posted.clear();
    this.#failed.clear();
    this.#show();
  }

  #send(frame: ClientFrame): void {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(frame));
  }

  #hear(f: ServerFrame | null): void {
    // The conversation may be a newer one than this frame's, after a session was renewed.
    if (!f || ("conv" in f && f.conv && f.conv !== this.#conv && f.t !== "welcome")) return;
    const now = Date.now();
    this.#link.heard(now);
    this.#dispatch({ do: "frame", frame: f, now });
    if (f.t === "welcome") this.#welcome(f);
    else if (f.t === "ack") {
      this.#resends = 0;
      const entry = this.#outbox.remove(f.cid);
      if (entry) this.#take({ ...f, t: "message", kind: "text", author: { kind: "visitor" }, body: entry.body });
    } else if (f.t === "message") this.#take(f);
    else if (f.t === "typing") setTimeout(() => this.#dispatch({ do: "clock", now: Date.now() }), f.ttl * 1000);
    else if (f.t === "resync") {
      this.#sequence.resync(f.from);
      this.#readSent = 0;
      this.#show();
    } else if (f.t === "state") {
      if (f.contact) this.#mail = "";
      if (this.#asking ? /waiting|agent/.test(f.state) : f.state !== "waiting") this.#asking = null;
    } else if (f.t === "slow_down") this.#later(f.retry * 1000);
    else if (f.t === "error") this.#refuse(f);
  }

  #welcome(f: ServerFrame & { t: "welcome" }): void {
    this.#link.welcomed(Date.now());
    this.#shaken = true;
    this.#readSent = 0;
    this.#vault.set("store", f.store);
    if (f.conv !== this.#conv) {
      this.#session = { ...this.#session!, conv: f.conv };
      this.#adopt(false);
    }
    this.#dispatch({ do: "link", link: "live" });
    this.#outbox.welcome(f.n);
    this.flush();
    this.#repeat();
    this.#carryOut([]);
  }

  #take(m: Message): void {
    this.#outbox.remove(m.cid);
    this.#sequence.offer(m);
    if (m.author.kind === "visitor") this.#early.push(m);
    this.#early = this.#early.filter((e) => e.seq > this.#sequence.cursor);
    this.#show();
  }

  #refuse(f: ServerFrame & { t: "error" }): void {
    const code = f.code;
    // An answer to a frame that was sent before the renumbering changes nothing.
    if (code === "gap") this.#later(this.#outbox.gap(f.n!) ? 0 : 1000);
    else if (code === "unavailable") this.#later(backoff(this.#resends++, Math.random()) + 250);
    // As if the token had expired: a new session, at once the first time and with patience after that.
    else if (code === "conversation_unknown") this.#closed(4401);
    else if (code === "bad_email") {
      this.#mail = "";
      this.#dispatch({ do: "set", mailBad: true });
    } else {
      // The server will never take it; the words go back to the visitor.
      const entry = this.#outbox.remove(f.cid!);
      if (entry) this.#dispatch({ do: "set", returned: entry.body });
      if (!/empty|too_long/.test(code)) this.#complain(`${code}: ${f.fix}`);
      this.#show();
    }
  }

  #later(ms: number): void {
    clearTimeout(this.#resend);
    this.#resend = window.setTimeout(() => {
      this.flush();
      this.#repeat();
    }, ms);
  }

  #post(entry: Entry): void {
    const { cid, conv, n, body } = entry;
    const at = Date.now();
    this.#posted.set(cid, at);
    this.#outbox.sent(cid);
    this.#send({ t: "say", conv, cid, n, body });
    setTimeout(() => {
      if (this.#posted.get(cid) !== at || !this.#outbox.pending.includes(entry)) return;
      this.#failed.add(cid);
      this.#show();
    }, FAILED_MS);
  }

  #repeat(): void {
    if (!this.#live) return;
    if (this.#asking !== null) this.#send({ t: "person", conv: this.#conv, on: this.#asking });
    if (this.#mail) this.#send({ t: "contact", conv: this.#conv, email: this.#mail });
  }

  #show(): void {
    const outgoing: Outgoing[] = [
      ...this.#early.map((m) => ({ ...m, at: Date.parse(m.at), journey: "sent" as const })),
      ...this.#outbox.pending.map((e) => ({ ...e, journey: this.#failed.has(e.cid) ? ("failed" as const) : this.#live || !this.#shaken ? ("sending" as const) : ("held" as const) })),
    ];
    this.#dispatch({ do: "list", messages: [...this.#sequence.list], outgoing });
  }
}
