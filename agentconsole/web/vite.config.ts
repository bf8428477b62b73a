import { defineConfig } from 'vite'

// Names carry no hash: dist/ is committed, so a rebuild must change only what changed. The server versions the entry itself (README.md).
/**
 * The page that the server sends: console.js and console.css carry the version that the server fills in for __V__; main.js, which every chunk
 * imports by its plain name, does not (public/assets/console.js says why) and is asked for early.
 */
const page = {
  name: 'baton-page',
  transformIndexHtml: {
    order: 'post' as const,
    handler: (html: string, ctx: { bundle?: unknown }) =>
      ctx.bundle
        ? html
            .replace(/<script type="module"[^>]*main\.js"><\/script>/, '<link rel="modulepreload" href="/console/assets/main.js">\n    <script type="module" src="/console/assets/console.js?v=__V__"></script>')
            .replace(/<link rel="stylesheet"[^>]*>/, '<link rel="stylesheet" href="/console/assets/console.css?v=__V__">')
        : html,
  },
}

export default defineConfig({
  plugins: [page],
  base: '/console/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    // light-dark() and the popover ask for browsers of 2024; what is older gets no lowered copy of every colour.
    cssTarget: ['chrome123', 'firefox125', 'safari17.5'],
    outDir: 'dist',
    emptyOutDir: true,
    // An inlined asset would be a data: URL, which the page's policy allows for images only.
    assetsInlineLimit: 0,
    // All styles are one small file, so a chunk has nothing to preload.
    modulePreload: false,
    reportCompressedSize: false,
    cssCodeSplit: false,
    rolldownOptions: {
      output: {
        entryFileNames: 'assets/main.js',
        chunkFileNames: 'assets/[name].js',
        assetFileNames: (a) => (a.names.some((n) => n.endsWith('.css')) ? 'assets/console.css' : 'assets/[name][extname]'),
      },
    },
  },
  // In development the pages come from Vite and everything else from a running Baton or browser/fake.mjs.
  server: { port: 5199, proxy: { '/api': { target: 'http://127.0.0.1:8080', ws: true }, '/mark.svg': 'http://127.0.0.1:8080' } },
  test: { environment: 'happy-dom', include: ['src/**/*.test.{ts,tsx}'] },
} as Parameters<typeof defineConfig>[0])
