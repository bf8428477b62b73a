import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { own } from "../own.mjs";

test("no name that is shortened is the protocol's, the page's or the document's", () => {
  const protocol = [...readFileSync(`${import.meta.dirname}/../../../docs/protocol.md`, "utf8").matchAll(/"(\w+)":/g)].map((m) => m[1]!);
  const page = [...readFileSync(`${import.meta.dirname}/../src/w.d.ts`, "utf8").matchAll(/(\w+)\(|(\w+)\??:/g)].map((m) => m[1] ?? m[2]!);
  expect(protocol).toContain("citations");
  expect(page).toContain("setLocale");
  const things = [window, document, document.createElement("textarea"), document.createElement("dialog"), document.createElementNS("http://www.w3.org/2000/svg", "svg"), new Event("x"), new Text(), "", [], new Map(), new Set(), new Date(), Promise.resolve(), navigator, location, localStorage, JSON, Math];
  for (const name of own) {
    expect(protocol, name).not.toContain(name);
    expect(page, name).not.toContain(name);
    for (const thing of things) expect(name in Object(thing), `${name} of ${Object.prototype.toString.call(thing)}`).toBe(false);
  }
});
