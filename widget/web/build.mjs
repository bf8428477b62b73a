// Builds dist/. Names carry no hash and nothing in the files depends on time or place, so a rebuild of the same source is the same bytes.
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));
const dist = `${here}dist`;
const targets = ["chrome111", "firefox121", "safari17.2"];

/** One entry, one file: a page that needs no Hindi never learns that there is any. */
async function one(entry, file, format) {
  await build({
    root: here,
    configFile: false,
    logLevel: "warn",
    publicDir: false,
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
for (const language of ["hi", "ar"]) await one(`locale/${language}.ts`, `locale/${language}.js`, "es");
await copyFile(`${here}src/w.d.ts`, `${dist}/w.d.ts`);
await writeFile(`${dist}/.gitattributes`, "* -diff linguist-generated\n");
