import type { Kernel } from "./kernel.ts";
import type { ServerFrame } from "./visitor.ts";

/** How long a time that the server asked for stands for the close that follows it. */
const HOLDS_MS = 5000;

export type MakeRare = (k: Kernel) => RarePart;
export type RarePart = ReturnType<typeof rare>;

/** Frames that are rare, or that nothing hurries: refusals, requests for patience, what starts over, how far the team has read. */
export function rare({ link, hands, entries, sent, now, conv, lost, pausing, renumber, fail, pump, forgetAfter, noContact }: Kernel) {
  /** Holds messages back for a while, from the one on that was not taken: later ones would only be told that they are too early. */
  function hold(cid: string | undefined, ms: number): void {
    const from = entries.findIndex((e) => e.cid === cid);
    if (from >= 0) for (const e of entries.slice(from)) sent.delete(e);
    link.paused = Math.max(link.paused, now() + ms);
  }

  function refused(f: ServerFrame & { t: "error" }): void {
    const { code, cid } = f;
    if (code === "gap") {
      // It is told once for each message under way. Only the first of these numbers anew; one that was told after that, or that overtook the one before it, goes out again with the next that may, and the first of all at once.
      if (entries[0]?.n === f.n && sent.has(entries[0]!)) {
        const told = entries.findIndex((e) => e.cid === cid);
        if (told >= 0) sent.delete(entries[told]!);
        if (!told) pump();
      } else {
        renumber(f.n!, () => false);
        pump();
      }
    } else if (/^(bad_frame|empty|too_long|cid_reused)$/.test(code)) {
      fail(cid!, code);
      pump();
    } else if (code === "unavailable") {
      hold(cid, pausing());
      link.unheard ||= !cid;
    } else if (code === "conversation_unknown") {
      if (!link.polls || link.probing) hands.close();
      link.probing = false;
      lost("session", false);
    } else if (code === "bad_email") {
      noContact();
      hands.tell(f);
    }
  }

  const part = {
    /** Takes what came before this part was there. Where that was to start over it is too late for it: what came after has been taken, so the link begins anew. */
    catchUp(early: readonly ServerFrame[]): void {
      for (const f of early)
        if (f.t !== "resync") part.take(f);
        else if (!link.polls && link.stage === "live") {
          hands.close();
          lost("now", false);
        }
    },
    take(f: ServerFrame): void {
      if (f.t === "resync") {
        if (f.conv !== conv()) return;
        forgetAfter(f.from);
        link.delivered = link.seen = 0;
        hands.reset(f.conv, f.from);
      } else if (f.t === "read") {
        if (f.conv !== conv() || (f.delivered <= link.delivered && f.seen <= link.seen)) return;
        hands.ticks((link.delivered = Math.max(link.delivered, f.delivered)), (link.seen = Math.max(link.seen, f.seen)), f.at);
      } else if (f.t === "slow_down") {
        const ms = (f.retry * 1000) | 0;
        if (f.cid) return hold(f.cid, ms);
        link.hold = ms;
        link.holdUntil = now() + HOLDS_MS;
        link.callAt = now() + ms;
      } else if (f.t === "error") refused(f);
    },
  };
  return part;
}
