import fc from "fast-check";
import { expect, test } from "vitest";
import { Outbox, Sequence, uuid7, type Entry, type Keep } from "../src/index.ts";

class Memory implements Keep {
  readonly kept = new Map<string, Entry>();
  put(e: Entry) {
    this.kept.set(e.cid, { ...e });
  }
  remove(cid: string) {
    this.kept.delete(cid);
  }
  all() {
    return [...this.kept.values()].map((e) => ({ ...e }));
  }
}

/** The server of docs/protocol.md, as far as messages go: one counter per device, one place per cid. */
class Server {
  n = 0;
  readonly stored = new Map<string, { seq: number; body: string }>();
  say(e: Entry): { ack: number } | { gap: number } {
    const known = this.stored.get(e.cid);
    if (known) return { ack: known.seq };
    if (e.n !== this.n + 1) return { gap: this.n + 1 };
    this.n++;
    this.stored.set(e.cid, { seq: this.stored.size + 1, body: e.body });
    return { ack: this.stored.size };
  }
}

const act = fc.oneof(
  fc.record({ do: fc.constant("write" as const), tab: fc.nat(1) }),
  fc.record({ do: fc.constant("flush" as const), tab: fc.nat(1), lose: fc.array(fc.nat(4), { maxLength: 3 }), mute: fc.boolean() }),
  fc.record({ do: fc.constant("connect" as const), tab: fc.nat(1) }),
  fc.record({ do: fc.constant("reload" as const), tab: fc.nat(1) }),
);

// Two tabs of one device write, lose frames and acks, reload, and reconnect in any order. In the end every message written stands once.
test("nothing is lost and nothing is stored twice", () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const keep = new Memory();
      const server = new Server();
      const tabs = [new Outbox(keep), new Outbox(keep)];
      const written: string[][] = [[], []];
      let made = 0;

      const flush = (box: Outbox, lose: number[] = [], mute = false) => {
        [...box.pending].forEach((e, i) => {
          box.sent(e.cid);
          if (lose.includes(i)) return;
          const answer = server.say({ ...e });
          if (mute) return;
          if ("ack" in answer) box.remove(e.cid);
          else box.gap(answer.gap);
        });
      };

      for (const a of acts) {
        const box = tabs[a.tab]!;
        if (a.do === "write") {
          const cid = `c${String(made++).padStart(4, "0")}`;
          written[a.tab]!.push(cid);
          box.add(cid, "conv", `body of ${cid}`, made);
        } else if (a.do === "flush") flush(box, a.lose, a.mute);
        else if (a.do === "connect") {
          box.welcome(server.n);
          flush(box);
        } else tabs[a.tab] = new Outbox(keep);
        const numbers = box.pending.map((e) => e.n);
        expect([...numbers].sort((x, y) => x - y), "numbers rise").toEqual(numbers);
      }
      for (let round = 0; round < 4; round++)
        for (const box of tabs) {
          box.welcome(server.n);
          flush(box);
        }
      expect(tabs.map((box) => box.pending.length)).toEqual([0, 0]);
      expect([...server.stored.keys()].sort()).toEqual(written.flat().sort());
      for (const [cid, { body }] of server.stored) expect(body).toBe(`body of ${cid}`);
      expect(keep.kept.size).toBe(0);
    }),
    { numRuns: 2000 },
  );
});

// One tab, no reload: what was written first is stored first, whatever is lost on the way.
test("one tab's messages are stored in the order they were written", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ add: fc.nat(3), lose: fc.array(fc.nat(6), { maxLength: 4 }), reconnect: fc.boolean() }), { maxLength: 20 }), (rounds) => {
      const server = new Server();
      const box = new Outbox(new Memory());
      const order: string[] = [];
      const all = [...rounds, { add: 0, lose: [], reconnect: true }];
      for (const round of all) {
        for (let i = 0; i < round.add; i++) {
          order.push(`c${order.length}`);
          box.add(order.at(-1)!, "conv", "x", 0);
        }
        if (round.reconnect) box.welcome(server.n);
        [...box.pending].forEach((e, i) => {
          box.sent(e.cid);
          if (round.lose.includes(i)) return;
          const answer = server.say({ ...e });
          if ("ack" in answer) box.remove(e.cid);
        });
      }
      expect([...server.stored.keys()]).toEqual(order);
    }),
    { numRuns: 1000 },
  );
});

test("a message written before the first welcome follows what the server already has", () => {
  const box = new Outbox(new Memory());
  box.add("a", "conv", "hello", 0);
  box.welcome(41);
  expect(box.pending[0]!.n).toBe(42);
  expect(box.add("b", "conv", "again", 0).n).toBe(43);
});

test("moving to another conversation keeps the text and the name", () => {
  const keep = new Memory();
  const box = new Outbox(keep);
  box.add("a", "old", "hello", 0);
  box.move("new");
  expect(keep.all()).toEqual([{ cid: "a", conv: "new", n: 1, body: "hello", at: 0 }]);
});

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
  expect(uuid7(0x0190f3c31111, ones)).toBe("0190f3c3-1111-7fff-bfff-ffffffffffff");
  expect(uuid7(5, zeros)).toBe("00000000-0005-7000-8000-000000000000");
  expect(uuid7(1001, zeros) > uuid7(1000, ones)).toBe(true);
});
