// Builds dist/. Names carry no hash and nothing in the files depends on time or place, so a rebuild of the same source is the same bytes.
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { minify } from "terser";
import { own } from "./own.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const dist = `${here}dist`;
const target = ["chrome111", "firefox121", "safari17.2"];

/** A style sheet as a string without its white space and comments. */
const styles = {
  name: "styles",
  setup(b) {
    b.onResolve({ filter: /\.css\?inline$/ }, ({ path, resolveDir }) => ({ path: `${resolveDir}/${path.replace("?inline", "")}`, namespace: "styles" }));
    b.onLoad({ filter: /./, namespace: "styles" }, async ({ path }) => ({
      contents: (await transform(await readFile(path, "utf8"), { loader: "css", minify: true, target })).code.trim().replace(/(--[\w-]+:) /g, "$1"),
      loader: "text",
    }));
  },
};

const evaluate = async (path) => import(`data:text/javascript,${encodeURIComponent((await transform(await readFile(path, "utf8"), { loader: "ts" })).code)}`);

/** Keys that the source puts together at run time: they keep their names. */
const spoken = "joined asked resolved reopened sending held sent delivered seen failed".split(" ");
const { en, later } = await evaluate(`${here}src/locale/en.ts`);
const numbered = Object.keys({ ...en, ...later }).filter((key) => !spoken.includes(key));

/** The texts travel as a list, and `t("open")` as a number in it; the order is that of the English. */
const texts = {
  name: "texts",
  setup(b) {
    b.onLoad({ filter: /locale\/\w+\.ts$/ }, async ({ path }) => {
      // What one half of the English does not hold is a hole in its list.
      const list = (all) => {
        const row = numbered.map((key) => (key in all ? JSON.stringify(all[key]) : "")).join().replace(/,+$/, "");
        const rest = JSON.stringify(Object.fromEntries(spoken.filter((key) => key in all).map((key) => [key, all[key]])));
        return `/* @__PURE__ */ Object.assign([${row}], ${rest})`;
      };
      const made = await evaluate(path);
      return { contents: Object.entries(made).map(([name, all]) => `export ${name === "default" ? name : `const ${name} =`} ${list(all)};`).join("\n") };
    });
    b.onLoad({ filter: /widget\/web\/src\/.*\.ts$/ }, async ({ path }) => {
      const number = (all, key) => (numbered.includes(key) ? `${numbered.indexOf(key)}` : all);
      const source = (await readFile(path, "utf8")).replace(/\bt\([^()]*?(?=[,)])|\bkey === "\w+"/g, (call) => call.replace(/"(\w+)"/g, number));
      return { contents: source, loader: "ts" };
    });
  },
};

/** In the second half of the chat, `borrow` and what lent.ts names stand in the place of the modules that it names. */
const lent = await readFile(`${here}src/lent.ts`, "utf8");
const names = /lent = \[(.+)\]/.exec(lent)[1];
const lenders = new Set(["lent.ts", ...[...lent.matchAll(/from "\.\/(.+)"/g)].map(([, path]) => path)].map((path) => `${here}src/${path}`));
const borrowed = {
  name: "borrowed",
  setup(b) {
    b.onResolve({ filter: /^\..*\.ts$/ }, ({ path, resolveDir }) => (lenders.has(resolve(resolveDir, path)) ? { path: "lent", namespace: "lent" } : undefined));
    b.onLoad({ filter: /./, namespace: "lent" }, () => ({ contents: `export let ${names}; export const borrow = (them) => { [${names}] = them; };` }));
  },
};

/** The style sheets' own properties travel as one or two letters; those of one letter are the page's to set, as `--baton-font` is. */
const sheets = await Promise.all(["shell", "chat", "more"].map((name) => readFile(`${here}src/style/${name}.css`, "utf8")));
const tokens = [...new Set(sheets.join().match(/--(?!baton)[a-z]\w+(?=:)/g))];
const letters = "abcdefghijklmnopqrstuvw";
const shorten = (code) => code.replace(/--[a-z]\w+\b(?!-)/g, (name) => {
  const at = tokens.indexOf(name);
  return at < 0 ? name : `--${at < letters.length ? "" : "a"}${letters[at % letters.length]}`;
});

/** Terser goes over what esbuild made. What is on and off here is what measured smallest gzipped, not smallest: arrows for functions, and the freedom that strict types give. */
const second = {
  ecma: 2022,
  compress: { passes: 2, conditionals: false, side_effects: false, lhs_constants: false, unsafe_arrows: true, unsafe_methods: true, unsafe_comps: true, unsafe: true, pure_getters: true, keep_fargs: false },
};

/** The files speak to each other, so a name is shortened in all of them alike. */
let mangleCache = {};

/** One entry, one file: a page that needs no Hindi never learns that there is any. */
async function one(entry, file, format, plugins = []) {
  const made = await build({ entryPoints: [`${here}src/${entry}`], bundle: true, minify: true, write: false, format, target, plugins: [...plugins, styles, texts], mangleProps: new RegExp(`^(${own.join("|")})$`), mangleCache, charset: "utf8", legalComments: "none" });
  mangleCache = made.mangleCache;
  const { code } = await minify(made.outputFiles[0].text, { ...second, module: format === "esm" });
  await writeFile(`${dist}/${file}`, shorten(code));
}

await rm(dist, { recursive: true, force: true });
await mkdir(`${dist}/locale`, { recursive: true });
await one("loader.ts", "w.js", "iife");
await one("shell.ts", "widget.js", "esm");
await one("chat.ts", "widget-chat.js", "esm");
await one("more.ts", "widget-more.js", "esm", [borrowed]);
for (const language of ["hi", "ar"]) await one(`locale/${language}.ts`, `locale/${language}.js`, "esm");
await copyFile(`${here}src/w.d.ts`, `${dist}/w.d.ts`);
await writeFile(`${dist}/.gitattributes`, "* -diff linguist-generated\n");
