import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, expect, test, vi } from "vitest";
import { store } from "../src/index.ts";

const entry = (cid: string, n: number) => ({ cid, conv: "c", n, body: `body of ${cid}`, at: n });

afterEach(() => {
  globalThis.indexedDB = new IDBFactory();
  vi.useRealTimers();
});

test("what was put is there for the next page, each once, as it was put last", async () => {
  const one = store<ReturnType<typeof entry>>("baton.a", true);
  await one.put(entry("b", 2));
  await one.put(entry("a", 1));
  await one.put({ ...entry("b", 3), conv: "d" });
  await one.remove("a");
  expect(await store("baton.a", true).all()).toEqual([{ ...entry("b", 3), conv: "d" }]);
  expect(await store("baton.b", true).all()).toEqual([]);
});

test("two tabs keep beside each other", async () => {
  const tabs = [store<ReturnType<typeof entry>>("baton.a", true), store<ReturnType<typeof entry>>("baton.a", true)];
  await Promise.all(tabs.map((tab, i) => tab.put(entry(`t${i}`, i))));
  expect((await tabs[0]!.all()).map((e) => e.cid)).toEqual(["t0", "t1"]);
});

test("a removal overtakes no put", async () => {
  const one = store<ReturnType<typeof entry>>("baton.a", true);
  const put = one.put(entry("a", 1));
  await Promise.all([put, one.remove("a")]);
  expect(await one.all()).toEqual([]);
});

test("where storage is blocked, unwanted or refuses, nothing is kept and nothing fails", async () => {
  const unwanted = store<ReturnType<typeof entry>>("baton.a", false);
  await unwanted.put(entry("a", 1));
  expect(await unwanted.all()).toEqual([]);
  await store("baton.b", true).all();
  expect((await indexedDB.databases()).map((d) => d.name)).toEqual(["baton.b"]);
  for (const broken of [undefined, { open: () => { throw new DOMException("blocked", "SecurityError"); } }]) {
    globalThis.indexedDB = broken as never;
    const blocked = store<ReturnType<typeof entry>>("baton.a", true);
    await blocked.put(entry("a", 1));
    expect(await blocked.all()).toEqual([]);
  }
});

test("storage that hangs holds a message back for a second and no longer", async () => {
  vi.useFakeTimers();
  globalThis.indexedDB = { open: () => ({}) } as never;
  const hung = store<ReturnType<typeof entry>>("baton.a", true);
  let done = false;
  void hung.put(entry("a", 1)).then(() => (done = true));
  await vi.advanceTimersByTimeAsync(999);
  expect(done).toBe(false);
  await vi.advanceTimersByTimeAsync(2);
  expect(done).toBe(true);
});
