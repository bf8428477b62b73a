import { poll, rare } from "@baton/realtime";
import type { PollResponse } from "@baton/realtime/visitor";
import type { Hands } from "./view/hands.ts";

/** The hands of the long poll, for networks that no socket comes through. As plain text a call needs no preflight. */
export function calls({ base, lend }: Hands): void {
  let under: AbortController | undefined;
  lend((its, act, to) => {
    to.poll = async (body) => {
      const call = (under = new AbortController());
      let told: (now: number) => void;
      try {
        const answer = await fetch(`${base}api/visitor/poll`, { method: "POST", body: JSON.stringify(body), credentials: "omit", signal: call.signal });
        if (answer.ok) {
          const { mark, frames } = (await answer.json()) as PollResponse;
          told = (now) => its.answer(now, mark, frames);
        } else told = (now) => its.failed(now, answer.status, +answer.headers.get("Retry-After")!);
      } catch {
        told = (now) => its.failed(now, 0, 0);
      }
      // A call that was given up says nothing any more.
      if (under === call) act(told);
    };
    to.abort = () => {
      under?.abort();
      under = undefined;
    };
    act((now) => its.lend(now, rare, poll));
  });
}
