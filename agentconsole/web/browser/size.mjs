// The bytes of a first look at the inbox, gzip as a server sends it: scripts and styles of that route, fonts apart.
import { readFileSync, readdirSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const LIMIT = 90_000
const dir = new URL('../dist/assets/', import.meta.url)
const size = (f) => gzipSync(readFileSync(new URL(f, dir)), { level: 9 }).length
const first = ['console.js', 'main.js', 'console.css']
let total = 0
for (const f of first) {
  total += size(f)
  console.log(`${f.padEnd(20)} ${String(size(f)).padStart(7)}`)
}
for (const f of readdirSync(dir).filter((x) => /\.(js|css)$/.test(x) && !first.includes(x))) console.log(`${f.padEnd(20)} ${String(size(f)).padStart(7)}  later`)
console.log(`${'inbox route'.padEnd(20)} ${String(total).padStart(7)} of ${LIMIT}`)
process.exit(total > LIMIT ? 1 : 0)
