/** Fills an array with random bytes; `crypto.getRandomValues` fits. */
export type RandomBytes = (into: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;

/**
 * A UUIDv7 (RFC 9562): 48 bits of milliseconds, then random bits. Ids made later sort later, which keeps the unique index on
 * `cid` compact; two made in the same millisecond are told apart by 72 random bits.
 */
export function uuid7(now: number, random: RandomBytes): string {
  const hex = now.toString(16).padStart(12, "0") + Array.from(random(new Uint8Array(10)), (b) => (b + 256).toString(16).slice(1)).join("");
  return hex.replace(/(.{8})(.{4})(...)(...)(.{12}).*/, "$1-$2-7$3-8$4-$5");
}
