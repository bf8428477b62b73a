import fc from "fast-check";
import { expect, test } from "vitest";
import { Sequence, uuid7 } from "../src/index.ts";

test("what is shown is in order, whole and once, however it arrives", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }).chain((n) => {
        const all = Array.from({ length: n }, (_, i) => i + 1);
        return fc.tuple(fc.constant(all), fc.shuffledSubarray(all), fc.shuffledSubarray(all, { minLength: n }));
      }),
      ([all, early, late]) => {
        const sequence = new Sequence<{ seq: number; take: number }>();
        const released: number[] = [];
        [...early, ...late].forEach((seq, take) => {
          for (const m of sequence.offer({ seq, take })) released.push(m.seq);
          expect(sequence.list.map((m) => m.seq)).toEqual(all.slice(0, sequence.cursor));
        });
        expect(released).toEqual(all);
      },
    ),
  );
});

test("after a resync the messages come again", () => {
  const sequence = new Sequence<{ seq: number; body: string }>();
  for (const seq of [1, 2, 3, 5]) sequence.offer({ seq, body: "old" });
  sequence.resync(1);
  expect(sequence.cursor).toBe(1);
  expect(sequence.offer({ seq: 3, body: "new" })).toEqual([]);
  expect(sequence.offer({ seq: 2, body: "new" }).map((m) => m.seq)).toEqual([2, 3]);
  expect(sequence.list.map((m) => m.body)).toEqual(["old", "new", "new"]);
});

test("ids are UUIDv7 and sort by time", () => {
  const zeros = (b: Uint8Array<ArrayBuffer>) => b.fill(0);
  const ones = (b: Uint8Array<ArrayBuffer>) => b.fill(255);
  expect(uuid7(0x0190f3c31111, ones)).toBe("0190f3c3-1111-7fff-8fff-ffffffffffff");
  expect(uuid7(5, zeros)).toBe("00000000-0005-7000-8000-000000000000");
  expect(uuid7(1001, zeros) > uuid7(1000, ones)).toBe(true);
});
