// Weighs the committed front ends as they travel, gzipped, and fails when one is
// heavier than promised. 1 KB is 1,000 bytes; compression level 9, which is what
// a file compressed once for many visitors deserves.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const KB = 1000;

// The loader stands in every page of a shop and must cost it nothing.
const LOADER_LIMIT = 1 * KB;
// The loader and what it fetches by itself for somebody who was never here: the
// launcher at its place, in the page's theme and the company's colour.
const PAGE_VIEW_LIMIT = 4 * KB;
// Everything that is fetched until a visitor can open the window, type, send, and
// read a streamed answer in plain paragraphs, styles, icons and English included.
const CHAT_LIMIT = 15 * KB;
// The whole widget, with what is fetched while the visitor reads the greeting:
// Markdown, sources, people, the line, the form. It counts as well, or splitting a
// file would look like making it lighter; translations are apart, one at most is
// fetched. The limit is what it measures now, so that it never grows unseen: the long
// poll and messages that outlive a crash are 2.7 KB of it, in the second half but for
// what has to happen before the first send.
const WIDGET_LIMIT = 26.6 * KB;
// What an agent's browser needs before the inbox is drawn; fonts are apart,
// because text is readable before they arrive.
const CONSOLE_LIMIT = 90 * KB;

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const widget = join(root, "widget/web/dist");
const agentConsole = join(root, "agentconsole/web/dist");

/** The scripts and styles that lie in a directory itself, in order of name. */
function filesIn(dir) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir).filter((file) => /\.(js|css)$/.test(file)).sort().map((file) => join(dir, file));
}

/** English, where it is a file of its own. */
function english(dir) {
  return ["en.js", "en.json"].map((file) => join(dir, file)).filter((path) => existsSync(path));
}

/** What index.html makes the browser fetch at once, as paths in its dist. */
function entryFiles(dir) {
  const html = readFileSync(join(dir, "index.html"), "utf8");
  const found = new Set();
  for (const [tag] of html.matchAll(/<(?:script|link)\b[^>]*>/gi)) {
    const isScript = /^<script/i.test(tag);
    const rel = /\brel\s*=\s*["']?([\w-]+)/i.exec(tag)?.[1]?.toLowerCase();
    if (!isScript && rel !== "stylesheet" && rel !== "modulepreload") continue;
    const address = /\b(?:src|href)\s*=\s*["']([^"']+)["']/i.exec(tag)?.[1];
    if (address) found.add(locate(dir, address));
  }
  return [...found];
}

/** An address such as /console/assets/x.js, whatever path it is served under. */
function locate(dir, address) {
  const parts = normalize(address.replace(/^[a-z]+:\/\/[^/]+/i, "").replace(/[?#].*$/, "")).split("/");
  for (let i = 0; i < parts.length; i++) {
    const path = join(dir, ...parts.slice(i));
    if (parts[i] && existsSync(path)) return path;
  }
  throw new Error(`${join(dir, "index.html")} names ${address}, which is not in ${dir}`);
}

/** A module's static imports come with it, whether or not they are preloaded. */
function withImports(files) {
  const all = new Set(files);
  for (const file of all) {
    if (!file.endsWith(".js")) continue;
    for (const [, name] of readFileSync(file, "utf8").matchAll(/\b(?:from|import)\s*["'](\.[^"']+\.js)["']/g)) {
      all.add(join(dirname(file), name));
    }
  }
  return [...all];
}

function weigh(files) {
  let raw = 0, gzip = 0;
  for (const file of files) {
    const bytes = readFileSync(file);
    raw += bytes.length;
    gzip += gzipSync(bytes, { level: 9 }).length;
  }
  return { raw, gzip };
}

const rows = [];
/** Adds a row; without a limit it only informs. */
function row(name, limit, files) {
  if (files.length === 0) throw new Error(`nothing to weigh for the ${name}: build the front ends first`);
  const { raw, gzip } = weigh(files);
  rows.push({ name, files: files.length, raw, gzip, limit, over: limit !== undefined && gzip > limit });
}

try {
  const loader = join(widget, "w.js");
  const whole = [...filesIn(widget).filter((path) => path !== loader), ...english(join(widget, "locale"))];
  row("loader", LOADER_LIMIT, existsSync(loader) ? [loader] : []);
  row("page view", PAGE_VIEW_LIMIT, [loader, join(widget, "widget.js")]);
  row("needed to chat", CHAT_LIMIT, whole.filter((path) => basename(path) !== "widget-more.js"));
  row("whole widget", WIDGET_LIMIT, whole);
  if (whole.length > 1) for (const path of whole) row(`  ${basename(path)}`, undefined, [path]);
  row("console inbox", CONSOLE_LIMIT, withImports(entryFiles(agentConsole)));
} catch (error) {
  console.error(`size: ${error.message}`);
  process.exit(2);
}

const width = Math.max(...rows.map((r) => r.name.length));
console.log("what".padEnd(width) + "  files      bytes    gzipped      limit");
for (const r of rows) {
  const cells = [r.name.padEnd(width), String(r.files).padStart(6), ...[r.raw, r.gzip, r.limit].map((n) => (n?.toLocaleString("en") ?? "").padStart(10))];
  console.log(cells.join(" ") + (r.over ? "  OVER" : ""));
}
const over = rows.filter((r) => r.over).map((r) => r.name);
if (over.length > 0) {
  console.error(`size: over the limit: ${over.join(", ")}`);
  process.exit(1);
}
