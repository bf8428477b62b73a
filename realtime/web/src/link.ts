import { backoff } from "./backoff.ts";
import { onClose } from "./close.ts";
import { ANSWER_MS, DEAD_MS, GREET_MS, LATER_MS, PING_MS, PING_SPREAD_MS, SPREAD_MS, STEADY_MS } from "./limits.ts";

/**
 * - `idle`: not started, or stopped by us;
 * - `session`: waiting for the caller to get a session;
 * - `opening`: the socket is being opened or has not been welcomed yet;
 * - `live`: welcomed;
 * - `waiting`: lost, the next attempt is at `due`;
 * - `stopped`: the server said that it cannot get better.
 */
export type LinkState = "idle" | "session" | "opening" | "live" | "waiting" | "stopped";

/** What the caller is to do next. `close` drops the present socket without waiting for the other side. */
export type LinkEffect = "session" | "open" | "hello" | "ping" | "close" | "refused" | "stopped";

/**
 * The life of one connection, without I/O. The caller reports what happened, with the time, and carries out the effects in their order. It
 * keeps one timer, for `due`, and calls `tick` when it fires. Events of a socket that was dropped must not be reported any more.
 */
export class Link {
  state: LinkState = "idle";
  /** When `tick` is to be called, in the caller's milliseconds; Infinity for never. */
  due = Infinity;
  #tries = 0;
  #heardAt = 0;
  #liveSince = 0;
  #pingAt = 0;
  #answerBy = Infinity;

  readonly #random: () => number;
  #needSession: boolean;

  /** `random` gives numbers in [0, 1). Consoles are let in by a cookie and skip the session step. */
  constructor(random: () => number, needSession = true) {
    this.#random = random;
    this.#needSession = needSession;
  }

  /** Starts, or goes on at once when an attempt is waiting: the page became visible, the network came back. */
  start(now: number): LinkEffect[] {
    return this.state === "idle" || this.state === "waiting" ? this.#attempt(now) : [];
  }

  /** The page became visible or got the focus, the network came back: an attempt that waits is made at once, and a live link has to prove that it is. */
  wake(now: number): LinkEffect[] {
    if (this.state !== "live") return this.state === "waiting" ? this.#attempt(now) : [];
    if (this.#answerBy < Infinity) return [];
    this.#answerBy = now + ANSWER_MS;
    this.#beat(now);
    return ["ping"];
  }

  /** The session step succeeded. */
  admitted(now: number): LinkEffect[] {
    if (this.state !== "session") return [];
    this.#needSession = false;
    this.state = "opening";
    this.due = now + GREET_MS;
    return ["open"];
  }

  /** The session step failed but may work later; `after` is the server's Retry-After in milliseconds. */
  postponed(now: number, after = 0): LinkEffect[] {
    if (this.state !== "session") return [];
    this.#wait(now, Math.max(after, backoff(this.#tries++, this.#random())));
    return [];
  }

  /** The socket is open: say hello. */
  opened(): LinkEffect[] {
    return this.state === "opening" ? ["hello"] : [];
  }

  /** The server accepted the hello. */
  welcomed(now: number): void {
    this.state = "live";
    this.#heardAt = this.#liveSince = now;
    this.#answerBy = Infinity;
    this.#beat(now);
  }

  /** Any frame came in. */
  heard(now: number): void {
    this.#heardAt = now;
    this.#answerBy = Infinity;
    if (this.state === "live" && now - this.#liveSince >= STEADY_MS) this.#tries = 0;
  }

  /** The socket closed, or could not be opened (code 1006). */
  closed(now: number, code: number): LinkEffect[] {
    if (this.state !== "opening" && this.state !== "live") return [];
    const action = onClose(code);
    if (action === "refused" || action === "stop") {
      this.state = "stopped";
      this.due = Infinity;
      return [action === "stop" ? "stopped" : "refused"];
    }
    const pause = backoff(this.#tries, this.#random());
    // The first loss of a steady link asks for no caution; a second one in a row does.
    const soon = this.#tries === 0;
    this.#tries++;
    if (action === "session") this.#needSession = true;
    if (soon && (action === "now" || action === "session")) return this.#attempt(now);
    this.#wait(now, action === "spread" ? Math.max(pause, this.#random() * SPREAD_MS) : action === "later" ? LATER_MS + pause : pause);
    return [];
  }

  /** `due` has come. */
  tick(now: number): LinkEffect[] {
    if (now < this.due) return [];
    if (this.state === "waiting") return this.#attempt(now);
    if (this.state === "opening" || (this.state === "live" && now >= this.#dead())) return ["close", ...this.closed(now, 4408)];
    if (this.state !== "live") return [];
    if (now < this.#pingAt) {
      this.due = Math.min(this.#pingAt, this.#dead());
      return [];
    }
    this.#beat(now);
    return ["ping"];
  }

  /** Ends it for good, until `start`. */
  stop(): LinkEffect[] {
    this.state = "idle";
    this.due = Infinity;
    return ["close"];
  }

  #attempt(now: number): LinkEffect[] {
    this.state = this.#needSession ? "session" : "opening";
    // The session step ends by the caller's own time-out, the opening by ours.
    this.due = this.#needSession ? Infinity : now + GREET_MS;
    return [this.#needSession ? "session" : "open"];
  }

  #wait(now: number, ms: number): void {
    this.state = "waiting";
    this.due = now + ms;
  }

  #beat(now: number): void {
    this.#pingAt = now + PING_MS - PING_SPREAD_MS / 2 + this.#random() * PING_SPREAD_MS;
    this.due = Math.min(this.#pingAt, this.#dead());
  }

  #dead(): number {
    return Math.min(this.#heardAt + DEAD_MS, this.#answerBy);
  }
}
