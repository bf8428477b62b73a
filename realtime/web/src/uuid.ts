/** Fills an array with random bytes; `crypto.getRandomValues` fits. */
export type RandomBytes = (into: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;

/**
 * A UUIDv7 (RFC 9562): 48 bits of milliseconds, then random bits. Ids made later sort later, which keeps the unique index on
 * `cid` compact; two made in the same millisecond are told apart by 74 random bits.
 */
export function uuid7(now: number, random: RandomBytes): string {
  const bytes = random(new Uint8Array(16));
  for (let i = 5, rest = now; i >= 0; i--) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[6] = (bytes[6]! & 15) | 112;
  bytes[8] = (bytes[8]! & 63) | 128;
  const hex = Array.from(bytes, (b) => (b + 256).toString(16).slice(1)).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
