/**
 * What a close code asks the client to do:
 * - `retry`: reconnect with back-off;
 * - `spread`: reconnect after a random pause of 0–3 s, because everyone was sent away at once;
 * - `now`: reconnect at once and resume;
 * - `later`: reconnect after 10 s or more;
 * - `session`: get a new session first;
 * - `stop`: give up, it cannot get better;
 * - `refused`: give up and hide.
 */
export type CloseAction = "retry" | "spread" | "now" | "later" | "session" | "stop" | "refused";

const actions: Record<number, CloseAction> = {
  1001: "spread",
  1012: "spread",
  4400: "stop",
  4401: "session",
  4403: "refused",
  4410: "now",
  4429: "later",
};

/** The table of docs/protocol.md; every code that is not in it (1006 above all) means that the network went away. */
export function onClose(code: number): CloseAction {
  return actions[code] || "retry";
}
