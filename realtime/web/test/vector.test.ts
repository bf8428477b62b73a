import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { core, poll, rare, type Entry, type Hands, type Restored, type Wish } from "../src/index.ts";
import type { ServerFrame } from "../src/visitor.ts";

// The recorded runs that the Go core is held to, too. realtime/core/doc.go says how they are written.

interface Step {
  at: number;
  in: { in: string; token: string; conv: string; store: string; retry?: number; refused?: boolean; code: number; status?: number; mark: string; frame: unknown; frames?: ServerFrame[]; cid: string; body: string };
  out: unknown[];
  due: number | null;
}
interface Vector {
  about: string;
  random: number;
  restored?: Partial<Restored>;
  steps: Step[];
}

/** Hands that write down what they were told. */
function recorder(out: unknown[]): Hands {
  const say = (name: string, fields: object = {}) => void out.push(structuredClone({ out: name, ...fields }));
  return {
    link: (state, transport) => say("link", { state, ...(transport && { transport }) }),
    session: () => say("session"),
    open: () => say("open"),
    close: () => say("close"),
    send: (frame) => say("send", { frame }),
    poll: (body) => say("poll", { body }),
    abort: () => say("abort"),
    keep: ({ cid, conv, n, body, at }: Entry) => say("keep", { entry: { cid, conv, n, body, at } }),
    forget: (cid) => say("forget", { cid }),
    show: (frame) => say("show", { frame }),
    reset: (conv, from) => say("reset", { conv, from }),
    status: (cid, status, seq, code) => say("status", { cid, status, ...(seq && { seq }), ...(code && { code }) }),
    ticks: (delivered, seen) => say("ticks", { delivered, seen }),
    tell: (frame) => say("tell", { frame }),
  };
}

const folder = new URL("../../testdata/core/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".json"));

test("there are vectors", () => expect(files.length).toBeGreaterThan(15));

test.each(files)("%s goes as it was recorded", (file) => {
  const { about, random, restored, steps } = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Vector;
  const out: unknown[] = [];
  const c = core(() => random, recorder(out), { entries: [], store: "", cursor: 0, ...restored });
  c.lend(0, rare, poll);
  const inputs: Record<string, (at: number, i: Step["in"]) => void> = {
    start: (at) => c.start(at),
    wake: (at) => c.wake(at),
    stop: (at) => c.stop(at),
    session: (at, i) => c.session(at, i),
    no_session: (at, i) => c.noSession(at, i.retry ?? 0, !!i.refused),
    opened: (at) => c.opened(at),
    frame: (at, i) => c.frame(at, i.frame as ServerFrame),
    closed: (at, i) => c.closed(at, i.code),
    answer: (at, i) => c.answer(at, i.mark, i.frames ?? []),
    failed: (at, i) => c.failed(at, i.status ?? 0, i.retry ?? 0),
    timer: (at) => c.timer(at),
    say: (at, i) => c.say(at, i.cid, i.body),
    kept: (at, i) => c.kept(at, i.cid),
    send: (at, i) => c.send(at, i.frame as Wish),
  };
  steps.forEach((step, i) => {
    out.length = 0;
    inputs[step.in.in]!(step.at, step.in);
    const due = c.due();
    expect({ out: [...out], due: due < Infinity ? due : null }, `${about} Step ${i}: ${JSON.stringify(step.in)}`).toEqual({ out: step.out, due: step.due });
  });
});
