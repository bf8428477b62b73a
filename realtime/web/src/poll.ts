import type { Kernel } from "./kernel.ts";
import { GREET_MS, WINDOW } from "./limits.ts";
import type { CloseAction } from "./close.ts";
import type { ClientFrame, ServerFrame } from "./visitor.ts";

/** For how long a call may wait for news, in seconds, and how long its answer may take in all, in milliseconds. */
const POLL_WAIT = 25;
const POLL_PATIENCE_MS = 35_000;
/** A client that polls tries a socket this often, on average. */
const PROBE_MS = 60_000;
/** So much sooner the first one is tried: maybe nothing was in the way but a server that restarted. */
const FIRST_PROBE = 6;

export type MakePoll = (k: Kernel) => PollPart;
export type PollPart = ReturnType<typeof poll>;

const statuses: Record<number, CloseAction | "large"> = { 400: "stop", 401: "session", 403: "stop", 413: "large" };

/**
 * The second transport: the same frames in calls that wait, each of which says all that a socket would remember. It stands apart from the core because a page that
 * has its socket never needs it.
 */
export function poll({ link, hands, entries, ready, sent, random, now, greeting, next, take, lost, pausing }: Kernel) {
  /** What goes with the next call beside messages. */
  let extra: ClientFrame[] = [];
  let calling = false;
  /** The call under way has frames. */
  let sending = false;
  /** An answer is being taken: no other call begins. */
  let taking = false;
  let callBy = 0;
  let probeBy = 0;
  let probeAt = 0;
  /** A call was too large: one message at a time. */
  let narrow = false;

  const probePause = (): number => (PROBE_MS * (0.8 + 0.4 * random())) | 0;
  const live = (): boolean => link.stage === "live";
  /** Whether a message could go out. */
  const waits = (): boolean => link.paused <= now() && !!entries[0] && ready.has(entries[0]) && !sent.has(entries[0]);

  function call(): void {
    const frames = live() ? [...extra, ...next(narrow ? 1 : WINDOW)] : [];
    if (live()) extra = [];
    calling = true;
    sending = frames.length > 0;
    callBy = now() + (live() ? POLL_PATIENCE_MS : GREET_MS);
    hands.poll({ ...greeting(), mark: link.mark, ...(link.run && { run: link.run, offset: link.offset }), wait: POLL_WAIT, frames });
  }

  const end = (): void => {
    if (calling) hands.abort();
    calling = false;
  };

  /** Sees to it that what waits goes out: with a call of its own, for which one that only waits is given up. One that sends is waited for. */
  function pump(): void {
    if (taking || (calling && sending) || now() < link.callAt || (!extra[0] && !waits())) return;
    end();
    call();
  }

  function endProbe(): void {
    if (link.probing) hands.close();
    link.probing = false;
  }

  function probe(): void {
    if (link.probing) return;
    link.probing = true;
    probeBy = now() + GREET_MS;
    hands.open();
  }

  function failed(status: number, retry: number): void {
    if (!calling) return;
    calling = false;
    let then = statuses[status] ?? "retry";
    const missed = then === "retry";
    if (then === "large" && !narrow) {
      // It is not known which message was too large: they go one by one.
      narrow = true;
      then = "retry";
    }
    const ms = (retry * 1000) | 0;
    link.holdUntil = now();
    link.hold = ms && Math.max(ms, pausing());
    endProbe();
    lost(then, missed);
  }

  return {
    pump,
    end,
    probe,
    failed,
    clear: () => void (extra = []),
    begin(): void {
      link.callAt = 0;
      probeAt = now() + ((probePause() / FIRST_PROBE) | 0);
      call();
    },
    push(f: ClientFrame): void {
      extra.push(f);
      pump();
    },
    /** The socket that was tried beside the poll ended. */
    missed(): void {
      link.probing = false;
      probeAt = now() + probePause();
    },
    /** Takes the answer of a call, and makes the next. */
    answer(mark: string, frames: readonly ServerFrame[]): void {
      if (!calling) return;
      calling = false;
      taking = true;
      link.mark = mark;
      link.tries = link.misses = link.callAt = 0;
      for (const f of frames) {
        take(f);
        if (!/opening|live/.test(link.stage)) break;
      }
      taking = false;
      if (!/opening|live/.test(link.stage)) return;
      // What had no answer goes again, and what is to wait waits by its pause.
      sent.clear();
      if (now() >= link.callAt) call();
    },
    due(): number {
      // No socket is tried before the poll is welcomed.
      return Math.min(calling ? callBy : link.callAt, live() ? (link.probing ? probeBy : probeAt) : Infinity);
    },
    timer(): void {
      if (calling && now() >= callBy) {
        hands.abort();
        return failed(0, 0);
      }
      if (!calling && now() >= link.callAt) call();
      if (!live()) return;
      if (link.probing && now() >= probeBy) {
        endProbe();
        probeAt = now() + probePause();
      } else if (!link.probing && now() >= probeAt) probe();
    },
  };
}
