// Builds dist/. Names carry no hash and nothing in the files depends on time or place, so a rebuild of the same source is the same bytes.
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));
const dist = `${here}dist`;
const targets = ["chrome111", "firefox121", "safari17.2"];

/** What widget.js hands over to widget-panel.js (main.ts): those modules are read from there, and stand in one file only. */
const shared = ["h", "icon", "state", "text", "view/face", "view/hands"].map((name) => `${here}src/${name}.ts`);
const handedOver = {
  name: "handed-over",
  enforce: "pre",
  async resolveId(source, importer) {
    const path = importer && source.startsWith(".") && fileURLToPath(new URL(source, `file://${importer}`));
    return shared.includes(path) ? `\0shared:${path}` : null;
  },
  async load(id) {
    if (!id.startsWith("\0shared:")) return null;
    const names = [...(await readFile(id.slice(8), "utf8")).matchAll(/^export (?:const|function|class) (\w+)/gm)].map((m) => m[1]);
    return `const all = globalThis[Symbol.for("baton")];\n${names.map((n) => `export const ${n} = all.${n};`).join("\n")}`;
  },
};

/** One entry, one file: a page that needs no Hindi never learns that there is any. */
async function one(entry, file, format, plugins = []) {
  await build({
    root: here,
    configFile: false,
    logLevel: "warn",
    publicDir: false,
    plugins,
    build: {
      outDir: dist,
      emptyOutDir: false,
      target: targets,
      cssTarget: targets,
      minify: "oxc",
      modulePreload: false,
      reportCompressedSize: false,
      lib: { entry: `${here}src/${entry}`, formats: [format], name: "_", fileName: () => file },
      // Library mode spares white space in modules unless it is told not to.
      rolldownOptions: { output: { codeSplitting: false, minify: { compress: true, mangle: true, codegen: { removeWhitespace: true } } } },
    },
  });
}

await rm(dist, { recursive: true, force: true });
await mkdir(`${dist}/locale`, { recursive: true });
await one("loader.ts", "w.js", "iife");
await one("main.ts", "widget.js", "es");
await one("view/panel.ts", "widget-panel.js", "es", [handedOver]);
for (const language of ["hi", "ar"]) await one(`locale/${language}.ts`, `locale/${language}.js`, "es");
await copyFile(`${here}src/w.d.ts`, `${dist}/w.d.ts`);
await writeFile(`${dist}/.gitattributes`, "* -diff linguist-generated\n");
