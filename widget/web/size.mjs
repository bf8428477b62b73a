// What a visitor downloads, gzip -9, in bytes. The gate for the whole product is scripts/size.mjs; languages are held here.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const limits = { "w.js": 1000, "widget.js": 3000, "widget-chat.js": 12_200, "widget-more.js": 11_700, "locale/hi.js": 2000, "locale/ar.js": 2000 };
let over = false;
for (const [file, limit] of Object.entries(limits)) {
  const raw = readFileSync(new URL(`dist/${file}`, import.meta.url));
  const size = gzipSync(raw, { level: 9 }).length;
  over ||= size > limit;
  console.log(`${file.padEnd(14)} raw ${String(raw.length).padStart(6)}  gzip ${String(size).padStart(6)}  limit ${limit}${size > limit ? "  TOO LARGE" : ""}`);
}
process.exit(over ? 1 : 0);
