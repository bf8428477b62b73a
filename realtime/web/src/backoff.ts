/** The first pause is at most this long, in milliseconds. */
export const BASE_MS = 500;
/** No pause is longer, so that a visitor who comes back to the page never waits for minutes. */
export const CAP_MS = 30_000;

/**
 * How long to wait before attempt number `tries` (0 for the first retry), in milliseconds. Full jitter: anywhere between 0 and the
 * ceiling, because ten thousand clients that lost the same server must not come back in the same instant. `random` is in [0, 1).
 */
export function backoff(tries: number, random: number): number {
  return random * Math.min(CAP_MS, BASE_MS * 2 ** tries);
}
