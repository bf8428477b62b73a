// The widget on pages of another origin, under the four conditions in which widgets break: a strict policy, Trusted Types without any
// policy, a nonce with strict-dynamic, and storage that throws. Environment: SERVER, KEY (the inbox's), PORT (where the pages are served; the origin
// http://localhost:PORT is allowed), CLOSED (a port whose origin is not).
import { createServer } from 'node:http'
import { ask, browser, check, open, page, sees } from './chromium.mjs'

const { SERVER, KEY, PORT, CLOSED } = process.env
const socket = SERVER.replace('http', 'ws')
const tag = (nonce = '') => `<script defer ${nonce} src="${SERVER}/w.js" data-inbox="${KEY}"></script>`
const head = '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>Elsewhere</title></head>'
const html = (body) => `${head}<body><main><h1>A shop elsewhere</h1></main>${body}</body></html>`

const pages = {
  '/strict': { csp: `default-src 'none'; script-src ${SERVER}; connect-src ${SERVER} ${socket}; style-src 'self'; img-src ${SERVER} data:`, body: html(tag()) },
  '/types': {
    csp: `default-src 'none'; script-src ${SERVER}; connect-src ${SERVER} ${socket}; style-src 'none'; img-src ${SERVER} data:; require-trusted-types-for 'script'; trusted-types 'none'`,
    body: html(tag()),
  },
  '/nonce': { csp: `script-src 'nonce-x1' 'strict-dynamic'`, body: html(tag('nonce="x1"')) },
  '/storage': {
    csp: '',
    body: html(`<script>Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } })</script>${tag()}`),
  },
}

const serve = (port) =>
  new Promise((done) => {
    const server = createServer((request, response) => {
      const found = pages[request.url] ?? { csp: '', body: html(tag()) }
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', ...(found.csp && { 'Content-Security-Policy': found.csp }) })
      response.end(found.body)
    })
    server.listen(Number(port), '127.0.0.1', () => done(server))
  })

const servers = await Promise.all([serve(PORT), serve(CLOSED)])
const chrome = await browser()
try {
  for (const name of Object.keys(pages)) {
    const p = await page(chrome)
    await p.addInitScript(() => document.addEventListener('securitypolicyviolation', (e) => console.error(`refused ${e.violatedDirective} ${e.blockedURI}`)))
    await p.goto(`http://localhost:${PORT}${name}`)
    await open(p)
    await ask(p, 'Do you ship to Bengaluru?')
    await sees(p, /2,500/, 'baton-chat')
    check(p.faults.length === 0, `${name}: nothing was refused${p.faults.length ? ', but: ' + p.faults.join(' | ') : ''}`)
    const cookies = await p.context().cookies()
    check(cookies.length === 0, `${name}: no cookie was set`)
    await p.context().close()
  }
  const refused = await page(chrome)
  await refused.goto(`http://localhost:${CLOSED}/`)
  // The launcher asks the server nothing: that this page may not chat shows when somebody opens it.
  await open(refused)
  await refused.waitForFunction(() => !document.querySelector('baton-chat')?.checkVisibility())
  check(refused.faults.some((f) => /origin/i.test(f)), 'a page of another origin is refused, hides the widget and says so once')
} finally {
  await chrome.close()
  for (const s of servers) {
    s.closeAllConnections()
    s.close()
  }
}
