import type { CloseAction } from "./close.ts";
import type { ClientFrame, Message, PollRequest, ServerFrame } from "./visitor.ts";

// What the core, its parts and whoever drives it say to each other.

/**
 * - `idle`: not started, or stopped by us;
 * - `session`: waits for the session call;
 * - `opening`: not welcomed yet;
 * - `live`: welcomed;
 * - `waiting`: lost, the next attempt comes by itself;
 * - `stopped`: the server said that it cannot get better.
 */
export type Stage = "idle" | "session" | "opening" | "live" | "waiting" | "stopped";
export type Transport = "socket" | "poll";

/** A message that has not been acknowledged yet, as it is kept. */
export interface Entry {
  /** Names the message for ever (UUIDv7). */
  cid: string;
  conv: string;
  /** Counts this device's messages from 1. */
  n: number;
  body: string;
  /** When it was written, in milliseconds. */
  at: number;
}

/** What was kept over a reload. */
export interface Restored {
  entries: readonly Entry[];
  store: string;
  cursor: number;
}

/** What is to be done; called in order, from within an input. None of them may call an input before that one has returned. */
export interface Hands {
  link(stage: Stage, transport?: Transport): void;
  session(): void;
  open(): void;
  /** Drop the present socket without waiting for the other side, and report nothing more of it. */
  close(): void;
  send(frame: ClientFrame): void;
  poll(body: PollRequest): void;
  abort(): void;
  /** Store an entry, also one that is stored with another `n` or `conv`; then call `kept`. */
  keep(entry: Entry): void;
  forget(cid: string): void;
  show(message: Message): void;
  /** Forget what is shown after `from`; with another `conv`: everything. */
  reset(conv: string, from: number): void;
  status(cid: string, status: "sending" | "sent" | "failed", seq?: number, code?: string): void;
  ticks(delivered: number, seen: number, at: string): void;
  tell(frame: ServerFrame): void;
}

/** A frame of the client's that is no message; `conv` is added here. */
export type Wish = { t: "typing" | "person"; on: boolean } | { t: "read"; seq: number } | { t: "stop"; run: string } | { t: "contact"; email: string };

/** What the core and its poll share. */
export interface Link {
  stage: Stage;
  polls: boolean;
  /** A socket is tried while polling. */
  probing: boolean;
  /** Failures in a row, for the back-off. */
  tries: number;
  /** Attempts in a row that this transport failed before a welcome. */
  misses: number;
  /** How long the server asked to stay away, and until when that stands for the close that follows. */
  hold: number;
  holdUntil: number;
  mark: string;
  /** The next call not before. */
  callAt: number;
  /** The answer being written that is held, and how much of it in code points. */
  run: string;
  offset: number;
  /** The store that a welcome named, while the resync that it leads to is awaited. */
  coming: string;
  /** No message goes out before; 0: they may. */
  paused: number;
  /** The database was away when wishes came. */
  unheard: boolean;
  /** How far the team has received and seen. */
  delivered: number;
  seen: number;
}

/** What the core lends to its other parts. */
export interface Kernel {
  link: Link;
  hands: Hands;
  entries: readonly Entry[];
  ready: ReadonlySet<Entry>;
  sent: Set<Entry>;
  random(): number;
  now(): number;
  conv(): string;
  greeting(): Omit<PollRequest, "mark" | "frames">;
  next(limit: number): ClientFrame[];
  take(f: ServerFrame): void;
  lost(then: CloseAction | "large", missed: boolean): void;
  pausing(): number;
  renumber(next: number, stays: (e: Entry) => boolean): void;
  fail(cid: string, code: string): void;
  pump(): void;
  forgetAfter(from: number): void;
  noContact(): void;
}
