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

/** The hands of the protocol: session, socket, timer and storage around the core, which decides. */
export class Client {
  readonly #options: Options;
  readonly #vault: Vault;
  readonly #dispatch: (a: Action) => void;
  /** Says one line to whoever installed the widget. */
  readonly #complain: (line: string) => void;
  readonly #link = new Link(Math.random);
  readonly #outbox: Outbox;
  #sequence = new Sequence<Message>();
  #session: SessionResponse | null = null;
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When each message went out on this link; Infinity once it counts as failed. */
  readonly #out = new Map<string, number>();
  /** Acknowledged, but a message before it is still on its way. */
  #early: Message[] = [];
  /** Refused for good; only the visitor can send them anew. */
  #refused: Entry[] = [];
  #resendAt = Infinity;
  #resends = 0;
  #askedUntil = Infinity;
  #asking: boolean | null = null;
  #mail = "";
  #typedAt = 0;
  #typingUntil = Infinity;
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

  /** Whether anything of an earlier visit is known: then replies may be waiting. */
  get known(): boolean {
    return this.#vault.get("token") !== "";
  }

  say(body: string): void {
    this.start();
    const entry = this.#outbox.add(uuid7(Date.now(), (b) => crypto.getRandomValues(b)), this.#session?.conv ?? "", body, Date.now());
    this.#typedAt = 0;
    if (this.#link.state === "live") this.#post(entry);
    this.#show();
  }

  /** Sends a failed message again: the same one, or a new one when the server will never take the old. */
  again(cid: string): void {
    const old = this.#refused.find((e) => e.cid === cid);
    if (old) {
      this.#refused = this.#refused.filter((e) => e !== old);
      return this.say(old.body);
    }
    this.#flush();
  }

  /** Asks for a person, or leaves the line. Kept until the server's `state` confirms it, for at most 10 s of a live link. */
  ask(on: boolean): void {
    this.start();
    this.#asking = on;
    this.#dispatch({ do: "ask", on });
    this.#repeat();
  }

  contact(email: string): void {
    this.start();
    this.#mail = email;
    this.#dispatch({ do: "mail", bad: false });
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
    this.#dispatch({ do: "seen", seq });
    this.#send({ t: "read", conv: this.#conv, seq });
  }

  destroy(): void {
    removeEventListener("online", this.#wake);
    document.removeEventListener("visibilitychange", this.#wake);
    clearTimeout(this.#timer);
    this.#carryOut(this.#link.stop());
  }

  get #conv(): string {
    return this.#session?.conv ?? "";
  }

  readonly #wake = (): void => {
    if (!document.hidden && this.#link.state === "waiting") this.start();
  };

  #carryOut(effects: LinkEffect[]): void {
    for (const effect of effects) {
      if (effect === "session") void this.#open();
      else if (effect === "open") this.#connect();
      else if (effect === "hello") this.#hello();
      else if (effect === "ping") this.#send({ t: "ping" });
      else if (effect === "close") this.#drop();
      else {
        if (effect === "refused") this.#dispatch({ do: "link", link: "gone" });
        this.#complain(effect === "refused" ? "this page's origin is not allowed for the inbox; add it in the console." : "the server did not understand this widget; reload the page.");
      }
    }
    const { state } = this.#link;
    this.#shaken ||= state === "waiting";
    if (state !== "live" && state !== "idle" && state !== "stopped") this.#dispatch({ do: "link", link: this.#shaken ? "lost" : "joining" });
    this.#schedule();
  }

  /** The session: who this is, and which conversation to write to. */
  async #open(): Promise<void> {
    const { base, inbox, locale } = this.#options;
    const token = this.#vault.get("token");
    try {
      const answer = await fetch(`${base}api/visitor/session`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ inbox, token, locale, page: { url: location.href.slice(0, 2000), title: document.title.slice(0, 300) } }),
        credentials: "omit",
        signal: AbortSignal.timeout(10_000),
      });
      if (answer.ok) this.#admit(await answer.json());
      else if (answer.status < 429) {
        // Only an operator can help: hide, and say what to do.
        const { error, fix } = (await answer.json()) as HttpError;
        this.#link.stop();
        this.#dispatch({ do: "link", link: "gone" });
        this.#complain(`${error} ${fix}`);
      } else this.#carryOut(this.#link.postponed(Date.now(), Number(answer.headers.get("Retry-After")) * 1000));
    } catch {
      this.#carryOut(this.#link.postponed(Date.now()));
    }
  }

  #admit(session: SessionResponse): void {
    const old = this.#session;
    const same = old?.conv === session.conv && old.visitor === session.visitor;
    this.#session = session;
    this.#vault.set("token", session.token);
    this.#vault.set("accent", session.inbox.accent);
    if (!same) this.#adopt(session.conv);
    this.#dispatch({ do: "session", session, same });
    this.#show();
    this.#carryOut(this.#link.admitted(Date.now()));
  }

  /** What is kept belongs to this conversation from now on. */
  #adopt(conv: string): void {
    this.#sequence = new Sequence();
    this.#early = [];
    this.#readSent = 0;
    this.#outbox.move(conv);
    const [seenIn, seq] = this.#vault.get("seen").split(" ");
    if (seenIn === conv) this.#dispatch({ do: "seen", seq: Number(seq) });
  }

  #connect(): void {
    this.#drop();
    try {
      const socket = new WebSocket(`${this.#options.base.replace(/^http/, "ws")}api/visitor/socket`, "baton.v1");
      this.#socket = socket;
      // A socket that was dropped says nothing any more.
      const when = (act: () => void) => () => this.#socket === socket && act();
      socket.onopen = when(() => this.#carryOut(this.#link.opened()));
      socket.onmessage = (e) => when(() => this.#hear(decode(e.data)))();
      socket.onclose = (e) => when(() => this.#closed(e.code))();
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
    this.#out.clear();
    this.#resendAt = Infinity;
    this.#show();
  }

  #hello(): void {
    this.#send({ t: "hello", v: 1, caps: ["delta"], token: this.#session!.token, store: this.#vault.get("store"), cursors: { [this.#conv]: this.#sequence.cursor } });
  }

  #send(frame: ClientFrame): void {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(frame));
  }

  #hear(f: ServerFrame | null): void {
    if (!f) return;
    const now = Date.now();
    this.#link.heard(now);
    // The conversation may be a newer one than this frame's, after a session was renewed.
    if ("conv" in f && f.conv && f.conv !== this.#conv && f.t !== "welcome") return;
    this.#dispatch({ do: "frame", frame: f, now });
    if (f.t === "welcome") this.#welcome(f);
    else if (f.t === "ack") this.#ack(f);
    else if (f.t === "message") this.#take(f);
    else if (f.t === "typing") this.#typingUntil = now + f.ttl * 1000;
    else if (f.t === "resync") this.#resync(f.from);
    else if (f.t === "state") this.#settle(f.state, f.contact);
    else if (f.t === "slow_down") this.#resendAt = now + f.retry * 1000;
    else if (f.t === "error") this.#refuse(f);
    this.#schedule();
  }

  #welcome(f: ServerFrame & { t: "welcome" }): void {
    this.#link.welcomed(Date.now());
    this.#shaken = true;
    this.#readSent = 0;
    this.#vault.set("store", f.store);
    if (f.conv !== this.#conv) {
      this.#session = { ...this.#session!, conv: f.conv };
      this.#adopt(f.conv);
      this.#dispatch({ do: "session", session: this.#session, same: false });
    }
    this.#dispatch({ do: "link", link: "live" });
    this.#outbox.welcome(f.n);
    this.#flush();
    this.#repeat();
  }

  #ack(f: ServerFrame & { t: "ack" }): void {
    const entry = this.#outbox.remove(f.cid);
    this.#resends = 0;
    if (entry) this.#take({ t: "message", conv: f.conv, seq: f.seq, cid: f.cid, kind: "text", author: { kind: "visitor" }, body: entry.body, at: f.at });
  }

  #take(m: Message): void {
    this.#outbox.remove(m.cid);
    this.#early = this.#early.filter((e) => e.cid !== m.cid);
    const shown = this.#sequence.offer(m);
    if (!shown.length && m.author.kind === "visitor" && m.seq > this.#sequence.cursor) this.#early.push(m);
    this.#early = this.#early.filter((e) => !shown.some((x) => x.cid === e.cid));
    this.#show();
  }

  #resync(from: number): void {
    this.#sequence.resync(from);
    this.#readSent = 0;
    this.#show();
  }

  #settle(state: string, contact: boolean): void {
    if (contact) this.#mail = "";
    if (this.#asking !== null && (this.#asking ? /waiting|agent/.test(state) : state !== "waiting")) this.#asking = null;
    if (this.#asking === null) this.#askedUntil = Infinity;
  }

  #refuse(f: ServerFrame & { t: "error" }): void {
    if (f.code === "gap") {
      // Renumbered entries go out at once; an answer to a frame that was sent before the renumbering changes nothing.
      if (this.#outbox.gap(f.n ?? 1)) this.#flush();
      else this.#resendAt = Date.now() + 1000;
    } else if (f.code === "unavailable") this.#resendAt = Date.now() + backoff(this.#resends++, Math.random()) + 250;
    else if (f.code === "conversation_unknown") this.#carryOut(this.#link.renew(Date.now()));
    else if (f.code === "bad_email") {
      this.#mail = "";
      this.#dispatch({ do: "mail", bad: true });
    } else if (f.cid) {
      const entry = this.#outbox.remove(f.cid);
      if (entry && /empty|too_long/.test(f.code)) this.#dispatch({ do: "return", body: entry.body });
      else if (entry) this.#refused.push(entry);
      this.#show();
    } else this.#complain(`${f.code}: ${f.fix}`);
  }

  /** Sends everything that is not acknowledged, in order. */
  #flush(): void {
    this.#resendAt = Infinity;
    if (this.#link.state === "live") for (const entry of this.#outbox.pending) this.#post(entry);
    this.#show();
  }

  #post(entry: Entry): void {
    this.#outbox.sent(entry.cid);
    this.#out.set(entry.cid, Date.now());
    this.#send({ t: "say", conv: entry.conv, cid: entry.cid, n: entry.n, body: entry.body });
    this.#schedule();
  }

  /** What was asked for and is not confirmed yet. */
  #repeat(): void {
    if (this.#link.state !== "live") return;
    if (this.#asking !== null) {
      this.#askedUntil = Date.now() + FAILED_MS;
      this.#send({ t: "person", conv: this.#conv, on: this.#asking });
    }
    if (this.#mail) this.#send({ t: "contact", conv: this.#conv, email: this.#mail });
    this.#schedule();
  }

  #show(): void {
    const live = this.#link.state === "live";
    const outgoing: Outgoing[] = [
      ...this.#early.map((m) => ({ cid: m.cid, body: m.body, at: Date.parse(m.at), journey: "sent" as const })),
      ...this.#outbox.pending.map((e) => ({ ...e, journey: this.#out.get(e.cid) === Infinity ? ("failed" as const) : live || !this.#shaken ? ("sending" as const) : ("held" as const) })),
      ...this.#refused.map((e) => ({ ...e, journey: "failed" as const })),
    ];
    this.#dispatch({ do: "list", messages: [...this.#sequence.list], outgoing });
  }

  /** One timer for whatever is due first. */
  #schedule(): void {
    clearTimeout(this.#timer);
    const due = Math.min(this.#link.due, this.#resendAt, this.#typingUntil, this.#askedUntil, ...[...this.#out].map(([cid, at]) => (this.#outbox.pending.some((e) => e.cid === cid) ? at + FAILED_MS : Infinity)));
    if (due < Infinity) this.#timer = setTimeout(this.#tick, Math.max(0, due - Date.now()) + 1);
  }

  readonly #tick = (): void => {
    const now = Date.now();
    if (now >= this.#typingUntil) {
      this.#typingUntil = Infinity;
      this.#dispatch({ do: "clock", now });
    }
    if (now >= this.#askedUntil) {
      this.#askedUntil = Infinity;
      this.#asking = null;
      this.#dispatch({ do: "ask", on: null });
    }
    if (now >= this.#resendAt) {
      this.#flush();
      this.#repeat();
    }
    for (const [cid, at] of this.#out) if (now >= at + FAILED_MS) this.#out.set(cid, Infinity);
    this.#show();
    this.#carryOut(this.#link.tick(now));
  };
}
