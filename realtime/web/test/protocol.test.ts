import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { decode } from "../src/visitor.ts";

const root = new URL("../../..", import.meta.url).pathname;
const page = readFileSync(join(root, "docs/protocol.md"), "utf8");
const examples = [...page.matchAll(/^```json (\S+) (\S+)\n([\s\S]*?)^```/gm)].map(([, side, name, json]) => ({ side: side!, name: name!, json: json! }));

const types: Record<string, string> = { client: "ClientFrame", server: "ServerFrame" };
/** The type of an example: every frame of a side has one, every call its own. */
const typeOf = ({ side, name }: { side: string; name: string }) => types[side] ?? `${name[0]!.toUpperCase()}${name.slice(1)}${side[0]!.toUpperCase()}${side.slice(1)}`;

test("the page has an example of every frame that the types know", () => {
  const source = readFileSync(join(root, "realtime/web/src/visitor.ts"), "utf8");
  for (const side of ["ServerFrame", "ClientFrame"]) {
    const union = source.slice(source.indexOf(`export type ${side}`)).split(";\n\n")[0]!;
    const known = [...union.matchAll(/t: "(\w+)"/g)].map((m) => m[1]);
    if (side === "ServerFrame") known.push("message", "delta", "state");
    const shown = examples.filter((e) => types[e.side] === side).map((e) => e.name);
    expect(shown.sort()).toEqual(known.sort());
  }
});

test("every server example is decoded, and its name is that of its heading", () => {
  for (const { side, name, json } of examples) {
    if (side === "server") expect(decode(json)).toMatchObject({ t: name });
    if (side === "client") expect(JSON.parse(json)).toMatchObject({ t: name });
  }
});

// The compiler is the judge: a missing, misspelt, surplus or wrongly typed field of an example fails here.
test("every example fits its TypeScript type", { timeout: 60_000 }, () => {
  const dir = mkdtempSync(join(root, "realtime/web/test/.examples-"));
  try {
    const lines = examples.map((e, i) => `export const e${i}: V.${typeOf(e)} = ${e.json.trim()};`);
    writeFileSync(join(dir, "examples.ts"), `import type * as V from "../../src/visitor.ts";\n${lines.join("\n")}\n`);
    writeFileSync(join(dir, "tsconfig.json"), JSON.stringify({ extends: "../../tsconfig.json", include: ["examples.ts"] }));
    const run = () => execFileSync(process.execPath, [join(root, "node_modules/.bin/tsc"), "-p", dir], { encoding: "utf8", stdio: "pipe" });
    expect(examples.length).toBeGreaterThanOrEqual(20);
    try {
      run();
    } catch (e) {
      throw new Error((e as { stdout: string }).stdout);
    }
    writeFileSync(join(dir, "examples.ts"), `import type * as V from "../../src/visitor.ts";\nexport const bad: V.ServerFrame = {"t": "ack", "conv": "c", "cid": "i", "seq": "7", "at": ""};\n`);
    expect(run, "the check must be able to fail").toThrow();
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test("what is no frame is null and never throws", () => {
  for (const text of ["", "null", "[]", "{}", '{"t":1}', "{", "1", undefined, new ArrayBuffer(2)]) expect(decode(text)).toBeNull();
  expect(decode('{"t":"tomorrow"}')).toEqual({ t: "tomorrow" });
});
