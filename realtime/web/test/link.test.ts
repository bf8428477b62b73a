import fc from "fast-check";
import { expect, test } from "vitest";
import { backoff, CAP_MS, DEAD_MS, GREET_MS, Link, onClose, type LinkEffect } from "../src/index.ts";

const half = () => 0.5;

function live(now = 0): Link {
  const link = new Link(half);
  expect(link.start(now)).toEqual(["session"]);
  expect(link.admitted(now)).toEqual(["open"]);
  expect(link.opened()).toEqual(["hello"]);
  link.welcomed(now);
  return link;
}

test("a quiet link is pinged every 10 s and dropped after 22 s of silence", () => {
  const link = live();
  expect(link.due).toBe(10_000);
  expect(link.tick(10_000)).toEqual(["ping"]);
  link.heard(10_050);
  expect(link.due).toBe(20_000);
  expect(link.tick(20_000)).toEqual(["ping"]);
  expect(link.tick(30_000)).toEqual(["ping"]);
  expect(link.due).toBe(10_050 + DEAD_MS);
  expect(link.tick(10_050 + DEAD_MS)).toEqual(["close"]);
  expect(link.state).toBe("waiting");
});

test("after a wake a live link has five seconds to prove itself, and is asked once", () => {
  const link = live();
  expect(link.wake(3000)).toEqual(["ping"]);
  expect(link.wake(3100)).toEqual([]);
  link.heard(3200);
  expect(link.wake(4000)).toEqual(["ping"]);
  expect(link.due).toBe(9000);
  expect(link.tick(9000)).toEqual(["close"]);
  expect(link.state).toBe("waiting");
  expect(link.wake(9001)).toEqual(["open"]);
});

test("an opening that is never welcomed is given up", () => {
  const link = new Link(half, false);
  expect(link.start(0)).toEqual(["open"]);
  expect(link.due).toBe(GREET_MS);
  expect(link.tick(GREET_MS)).toEqual(["close"]);
  expect(link.state).toBe("waiting");
});

test("each close code does what the protocol's table says", () => {
  const after = (code: number) => {
    const link = live();
    const effects = link.closed(1000, code);
    return [link.state, link.due === Infinity ? "-" : link.due - 1000, ...effects];
  };
  expect(after(1006)).toEqual(["waiting", 250]);
  expect(after(1001)).toEqual(["waiting", 1500]);
  expect(after(1012)).toEqual(["waiting", 1500]);
  expect(after(4400)).toEqual(["stopped", "-", "stopped"]);
  expect(after(4401)).toEqual(["session", "-", "session"]);
  expect(after(4403)).toEqual(["stopped", "-", "refused"]);
  expect(after(4408)).toEqual(["waiting", 250]);
  expect(after(4410)).toEqual(["opening", GREET_MS, "open"]);
  expect(after(4413)).toEqual(["waiting", 250]);
  expect(after(4429)).toEqual(["waiting", 10_250]);
  expect(onClose(9999)).toBe("retry");
});

test("a server that welcomes and closes at once is not hammered", () => {
  const link = live();
  let now = 0;
  const pauses: number[] = [];
  for (let i = 0; i < 8; i++) {
    link.closed(now, 4410);
    pauses.push(link.state === "waiting" ? link.due - now : 0);
    if (link.state === "waiting") link.tick((now = link.due));
    link.opened();
    link.welcomed(now);
    link.heard(now);
  }
  expect(pauses[0]).toBe(0);
  expect(pauses.slice(1)).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
});

test("a link that was steady forgets its failures", () => {
  const link = live();
  link.closed(0, 1006);
  link.tick(link.due);
  link.opened();
  link.welcomed(1000);
  link.heard(11_000);
  link.closed(11_000, 1006);
  expect(link.due - 11_000).toBe(250);
});

test("coming online ends a pause at once; a stopped link stays stopped", () => {
  const link = live();
  link.closed(0, 1006);
  expect(link.start(10)).toEqual(["open"]);
  link.closed(20, 4403);
  expect(link.start(30)).toEqual([]);
});

test("a session that is postponed waits for at least Retry-After", () => {
  const link = new Link(half);
  link.start(0);
  link.postponed(0, 7000);
  expect(link.due).toBe(7000);
  expect(link.tick(7000)).toEqual(["session"]);
});

test("pauses are spread over everything up to the ceiling and never beyond it", () => {
  fc.assert(
    fc.property(fc.nat(60), fc.double({ min: 0, max: 0.999999, noNaN: true }), (tries, random) => {
      const pause = backoff(tries, random);
      expect(pause).toBeGreaterThanOrEqual(0);
      expect(pause).toBeLessThanOrEqual(Math.min(CAP_MS, 500 * 2 ** tries));
    }),
  );
});

// Whatever happens and in whatever order: never two sockets at once, and never a state in which nothing would ever happen again.
test("the link never gets stuck and never opens twice", () => {
  const event = fc.oneof(
    fc.record({ e: fc.constantFrom("tick", "start", "wake", "opened", "welcomed", "heard", "admitted", "postponed") }),
    fc.record({ e: fc.constant("closed"), code: fc.constantFrom(1001, 1006, 1012, 4401, 4408, 4410, 4413, 4429) }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(event, fc.nat(30_000)), { maxLength: 80 }), fc.infiniteStream(fc.double({ min: 0, max: 0.99, noNaN: true })), (events, stream) => {
      const link = new Link(() => stream.next().value);
      let now = 0;
      let socket = "none" as "none" | "opening" | "open";
      let asking = false;
      const apply = (effects: LinkEffect[]) => {
        for (const effect of effects) {
          if (effect === "close") socket = "none";
          if (effect === "open") {
            expect(socket).toBe("none");
            socket = "opening";
          }
          if (effect === "session") asking = true;
          if (effect === "hello" || effect === "ping") expect(socket).toBe("open");
        }
      };
      apply(link.start(now));
      for (const [ev, dt] of events) {
        now += dt;
        if (ev.e === "tick") apply(link.tick(now));
        if (ev.e === "start") apply(link.start(now));
        if (ev.e === "wake") apply(link.wake(now));
        if (ev.e === "admitted" && asking) (asking = false), apply(link.admitted(now));
        if (ev.e === "postponed" && asking) (asking = false), apply(link.postponed(now));
        if (ev.e === "opened" && (socket as string) === "opening") (socket = "open"), apply(link.opened());
        if (ev.e === "welcomed" && socket === "open") link.welcomed(now);
        if (ev.e === "heard" && socket === "open") link.heard(now);
        if ("code" in ev && socket !== "none") (socket = "none"), apply(link.closed(now, ev.code));
        const waits = asking || socket !== "none" || link.due < Infinity;
        expect(waits, `stuck in ${link.state}`).toBe(true);
      }
    }),
    { numRuns: 2000 },
  );
});
