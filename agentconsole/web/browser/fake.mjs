// A scripted stand-in for the server, for development and for the pictures of states: the staff API of docs/console-api.md over the scene of the
// shop, in memory. `npm run fake` serves dist/ at http://127.0.0.1:8090/console/#signin=demo; POST /fake/… plays the visitor and other people.
import { Fake as Shop } from '../../../widget/web/browser/fake.mjs'
import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { WebSocketServer } from 'ws'
import { asha, imran, jaya, priya, rohan, scene, uid } from './scene.mjs'

const DIST = new URL('../dist/', import.meta.url).pathname
export const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self' ws: wss:; require-trusted-types-for 'script'; trusted-types 'none'"
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' }
const MARK = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36"><rect width="36" height="36" rx="10" fill="#14403c"/><path d="M8 20c4-8 7-8 10-3s6 5 10-2" fill="none" stroke="#f4d9a0" stroke-width="2.5" stroke-linecap="round"/><path d="M8 25c4-8 7-8 10-3s6 5 10-2" fill="none" stroke="#fff" stroke-opacity=".6" stroke-width="2" stroke-linecap="round"/></svg>'

export async function start({ port = 0, empty = false } = {}) {
  const world = empty ? { conversations: new Map(), documents: [] } : scene()
  let signedIn = true
  let down = false
  const sockets = new Set()
  const tokens = new Set()
  const status = { [priya.id]: 'online' }
  const seen = new Map()

  const isoNow = () => new Date().toISOString()
  const counts = () => {
    const rows = [...world.conversations.values()].map((c) => c.row)
    const waiting = rows.filter((r) => r.state === 'waiting').length
    return { waiting, mine: rows.filter((r) => r.state === 'agent' && r.agent?.id === priya.id).length, unassigned: waiting, assistant: rows.filter((r) => r.state === 'assistant').length, resolved: rows.filter((r) => r.state === 'resolved').length }
  }
  const row = (c) => {
    const last = c.messages.filter((m) => m.kind === 'text').at(-1)
    const lastVisitor = c.messages.filter((m) => m.author.kind === 'visitor').at(-1)
    const { id, name, initials, hue, status: s, email } = c.visitor
    return { id: c.id, head: c.messages.length, visitor: { id, name, initials, hue, status: s, email }, last_visitor_at: lastVisitor?.at ?? null,
      preview: c.row.state === 'waiting' && lastVisitor ? { author: 'visitor', body: lastVisitor.body, at: lastVisitor.at } : last ? { author: last.author.kind, body: last.body, at: last.at, ...(last.author.kind === 'agent' ? { name: last.author.name, mine: last.author.id === priya.id } : {}) } : null, ...c.row, agent: c.row.agent && brief(c.row.agent) }
  }
  const brief = ({ id, name, initials, hue, status: s }) => ({ id, name, initials, hue, status: s })
  const me = () => ({ agent: { ...priya, status: status[priya.id] }, workspace: { id: 'w1', name: 'Tarang', mark: '/mark.svg' },
    inbox: { key: 'pk_7hq2m4t6', snippet: '<script defer src="http://127.0.0.1:8080/w.js" data-inbox="pk_7hq2m4t6"></script>', demo: '/demo' }, reply_due_seconds: 300, documents: world.documents.length })
  const team = () => ({ items: [rohan, asha, imran, jaya].map((p, i) => ({ ...brief(p), open: [4, 2, 0, 0][i] })).concat({ ...brief(priya), status: status[priya.id], open: counts().mine, you: true }) })
  const docCounts = () => ({ all: world.documents.length, progress: world.documents.filter((d) => !['ready', 'failed'].includes(d.state)).length, failed: world.documents.filter((d) => d.state === 'failed').length, unused: world.documents.filter((d) => d.state === 'ready' && !d.cited_30d).length, passages: world.documents.reduce((n, d) => n + d.passages, 0) })

  const cast = (frame, only) => sockets.forEach((s) => s.welcome && (!only || s.watching.has(only)) && s.ws.send(JSON.stringify(frame)))
  const changed = (c) => {
    c.row.updated_at = isoNow()
    cast({ t: 'row', row: row(c) })
    cast({ t: 'counts', counts: counts() })
    cast({ t: 'state', conv: c.id, state: c.row.state, epoch: c.row.epoch, head: c.messages.length, since: isoNow(), person: c.row.agent ? brief(c.row.agent) : null, online: 3, contact: false }, c.id)
  }
  const add = (c, m) => {
    const made = { conv: c.id, seq: c.messages.length + 1, cid: uid(), kind: 'text', body: '', at: isoNow(), ...m }
    c.messages.push(made)
    c.row.updated_at = made.at
    cast({ t: 'message', ...made }, c.id)
    cast({ t: 'row', row: row(c) })
    return made
  }
  const author = (p) => ({ kind: 'agent', id: p.id, name: p.name, initials: p.initials, hue: p.hue })
  const claim = (c, who) => {
    Object.assign(c.row, { state: 'agent', agent: who, epoch: c.row.epoch + 1, waiting_since: null, unread: 0 })
    if (c.packet) c.packet.claimed_by = who.name
    add(c, { kind: 'event', author: { kind: 'system' }, event: { name: 'joined', who: who.name } })
    changed(c)
  }

  const fail = (s, code, error, fix = '', more = {}) => Object.assign(new Error(error), { s, body: { code, error, fix, ...more } })
  const verbs = {
    claim(c) {
      if (c.row.state === 'agent' && c.row.agent.id !== priya.id) throw fail(409, 'claimed', `${c.row.agent.name} has this conversation.`, 'Open it to read along, or ask her to hand it over.', { current: row(c) })
      if (c.row.agent?.id !== priya.id) claim(c, priya)
      return row(c)
    },
    reply(c, b) {
      const old = seen.get(b.cid)
      if (old) return old
      if (/refuse/i.test(b.body)) throw fail(413, 'too_large', 'The message is over 16,000 characters.', 'Send it in parts.')
      verbs.claim(c)
      c.row.unanswered_since = null
      const m = add(c, { cid: b.cid, author: author(priya), body: b.body })
      setTimeout(() => { c.read = { delivered: m.seq, seen: c.read.seen, at: isoNow() }; cast({ t: 'read', conv: c.id, by: 'visitor', ...c.read }, c.id) }, 300)
      const out = { seq: m.seq, at: m.at }
      seen.set(b.cid, out)
      return out
    },
    note(c, b) {
      const old = seen.get(b.cid)
      if (old) return old
      const m = add(c, { cid: b.cid, kind: 'note', author: author(priya), body: b.body })
      const out = { seq: m.seq, at: m.at }
      seen.set(b.cid, out)
      return out
    },
    handback(c) {
      Object.assign(c.row, { state: 'assistant', agent: null, unanswered_since: null })
      add(c, { kind: 'event', author: { kind: 'system' }, event: { name: 'handed_back', who: priya.name } })
      changed(c)
      return row(c)
    },
    resolve(c, b) {
      if (b.undo && c.row.state !== 'resolved') throw fail(409, 'stale', 'The conversation has moved on.', 'Look at it as it is now.', { current: row(c) })
      if (b.undo) Object.assign(c.row, { state: 'agent', agent: priya })
      else Object.assign(c.row, { state: 'resolved', unanswered_since: null })
      add(c, { kind: 'event', author: { kind: 'system' }, event: { name: b.undo ? 'reopened' : 'resolved', who: priya.name } })
      changed(c)
      return row(c)
    },
    read(c) {
      c.row.unread = 0
      return null
    },
  }

  function conversations(url) {
    const view = url.searchParams.get('view')
    const mine = (r) => r.state === 'agent' && r.agent?.id === priya.id
    const shows = { inbox: (r) => mine(r) || r.state === 'waiting' || r.state === 'assistant', mine, unassigned: (r) => r.state === 'waiting', assistant: (r) => r.state === 'assistant', resolved: (r) => r.state === 'resolved' }
    return { items: [...world.conversations.values()].map(row).filter(shows[view]), counts: counts(), next: '' }
  }

  function api(method, path, url, body) {
    if (path === '/signin') {
      if (body.token === 'used' || tokens.has(body.token)) throw fail(401, 'link_used', 'This link has been used.')
      if (body.token === 'cut') throw fail(401, 'link_unknown', 'This sign-in link is not known here.')
      if (body.token === 'expired') throw fail(401, 'link_expired', 'This link has expired.')
      signedIn = true
      return me()
    }
    if (path === '/me' && !signedIn) return { agent: null }
    if (!signedIn) throw fail(401, 'signed_out', 'Sign in again.')
    if (path === '/signout') {
      signedIn = false
      sockets.forEach((s) => s.ws.close(4401))
      return null
    }
    if (path === '/me') return me()
    if (path === '/me/status') {
      status[priya.id] = body.status
      cast({ t: 'team', ...team() })
      return me()
    }
    if (path === '/team') return team()
    if (path === '/conversations') return conversations(url)
    const conv = /^\/conversations\/([^/]+)(?:\/(\w+))?$/.exec(path)
    if (conv) {
      const c = world.conversations.get(conv[1])
      if (!c) throw fail(404, 'not_found', 'No such conversation.')
      if (conv[2]) return verbs[conv[2]](c, body)
      return { conversation: row(c), visitor: c.visitor, packet: c.packet, messages: c.messages, read: c.read, viewers: c === world.ananya ? [brief(rohan)] : [], past: c.past }
    }
    if (path.startsWith('/preview')) return trial(path, body)
    return docs(method, path, url, body)
  }

  // The test bench: what a question gets, word by word, and how it came about.
  const ANSWER = 'Tell us within 7 days of delivery. A damaged item is **replaced or refunded free**, and we collect it from your door. [1] Keep the box until the courier has been. [2]'
  let trials = 0
  const turns = new Map()
  function trial(path, b) {
    const turn = /^\/preview\/([^/]+)\/turn\/(\d+)$/.exec(path)
    if (turn) {
      if (!turns.has(turn[1] + turn[2])) throw fail(404, 'not_found', 'There is no such conversation in this workspace.', 'Go back to the inbox.')
      return turns.get(turn[1] + turn[2])
    }
    if (path.endsWith('/stop')) return null
    const id = b.preview ?? uid()
    const seq = ++trials * 2 - 1
    const [doc] = world.documents.filter((d) => d.title === 'Damaged on arrival')
    const person = /person|शख्स|व्यक्ति|شخص/i.test(b.text)
    const words = (person ? 'Of course. I am calling a person.' : ANSWER).split(/(?<= )/)
    const say = (i) => {
      const text = words[i]
      if (text !== undefined) {
        cast({ t: 'delta', conv: id, run: 'r' + seq, epoch: 0, offset: [...words.slice(0, i).join('')].length, text, pages: 2 }, id)
        if (world.slow && i === words.length - 12) return
        return setTimeout(say, 12, i + 1)
      }
      const p = (n, k, title, position, score, w, m, text) => ({ id: 'p' + k, document: doc?.id ?? 'd', title, heading: [title], text, position, page: 0, url: '', score, words: w, meaning: m, n, refused: !n, gone: false })
      const found = person ? [] : [
        p(1, 0, 'Damaged on arrival', 1, 0.91, 11.4, 0.89, 'If an item arrives damaged, tell us within 7 days of delivery. We replace it or refund it free and collect it from your door.'),
        p(2, 1, 'Damaged on arrival', 2, 0.78, 8.2, 0.84, 'Keep the box until the courier has been. Send one photo of the damage.'),
        p(0, 2, 'Change of mind: returns within 10 days', 0, 0.41, 4.1, 0.7, ''), p(0, 3, 'Warranty terms, all products', 11, 0.33, 2.9, 0.66, ''), p(0, 4, 'service-centres-south.txt', 3, 0.29, 0, 0.61, '')]
      turns.set(id + seq, { seq, outcome: person ? 'handoff' : 'answered', confidence: person ? 0 : 0.88, rule: person ? 'wants-human' : '', reason: person ? 'Asked for a person' : '', matches: person ? [{ start: 18, end: 24 }] : [], rule_set: 0, model: person ? '' : 'extractive', timings: person ? { signals: 1.2, total: 1.4 } : { signals: 1.2, search: 10.3, model: 32.8, total: 33 }, passages: found, at: isoNow() })
      cast({ t: 'message', conv: id, seq: seq + 1, cid: uid(), kind: 'text', author: { kind: 'assistant' }, body: words.join(''), at: isoNow(), run: 'r' + seq, outcome: 'answered', citations: person ? [] : [
        { n: 1, title: 'Damaged on arrival', section: 'What we do', url: '', quote: 'tell us within 7 days of delivery', document: doc?.id, chunk: 'p0' }, { n: 2, title: 'Damaged on arrival', section: 'What we need', url: '', quote: 'Keep the box until the courier has been.', document: doc?.id, chunk: 'p1' }] }, id)
    }
    setTimeout(say, 60, 0)
    return { id, seq, at: isoNow() }
  }

  function docs(method, path, url, body) {
    if (path === '/documents/known') return { items: (body.hashes ?? []).filter((h) => world.hashes?.has(h)).map((hash) => ({ hash, id: world.documents[0].id, title: world.hashes.get(hash), file: '' })) }
    const [, id, verb] = /^\/documents(?:\/([^/]+))?(?:\/(\w+))?$/.exec(path) ?? []
    if (!id && method === 'GET') {
      const q = (url.searchParams.get('q') ?? '').toLowerCase()
      const state = url.searchParams.get('state')
      const want = (d) => (!state || (state === 'progress' ? !['ready', 'failed'].includes(d.state) : d.state === state)) && (!q || d.title.toLowerCase().includes(q))
      return { items: world.documents.filter(want), counts: docCounts(), next: '' }
    }
    if (!id && body?.url) {
      if (/404/.test(body.url)) throw fail(422, 'unreadable', 'The page was not found (404).', 'Check the address, and add it again.', { items: [] })
      const d = { ...upload(Buffer.from('filename="page.html"'))[0], url: body.url, title: body.url.replace(/^https?:\/\//, '') }
      return { items: [d] }
    }
    if (!id) {
      const items = upload(body)
      if (items.every((d) => d.state === 'failed')) throw fail(422, 'unreadable', items[0].error, items[0].fix, { items })
      return { items }
    }
    const d = world.documents.find((x) => x.id === id)
    if (!d) throw fail(404, 'not_found', 'No such document.')
    if (method === 'DELETE') {
      world.documents = world.documents.filter((x) => x !== d)
      cast({ t: 'document', id, deleted: true })
      return null
    }
    if (verb === 'retry') {
      index(d)
      return d
    }
    const text = ['Tell us within 7 days of delivery. A damaged item is replaced or refunded free, and we collect it from your door. Keep the box until the courier has been.', 'Send one photo of the damage and one of the label. That is enough; nobody has to come by and look at it.', 'Refunds go back the way you paid: UPI within 24 hours, cards within 5 working days. COD orders are paid to your bank account.']
    return { document: d, passages: d.passages ? text.map((x, i) => ({ id: 'p' + i, heading: [d.title, ['What we do', 'What we need', 'When the money is back'][i]], text: x, position: i + 1 })) : [] }
  }

  function index(d) {
    const steps = [{ state: 'reading' }, { state: 'splitting', total: 8, done: 0, passages: 8 }, { state: 'embedding', done: 3 }, { state: 'embedding', done: 6 }, { state: 'ready', done: 8 }]
    Object.assign(d, { state: 'queued', error: '', fix: '', cause: '' })
    cast({ t: 'document', document: d })
    steps.forEach((s, i) => setTimeout(() => { Object.assign(d, s, { updated_at: isoNow() }); cast({ t: 'document', document: d }) }, 400 * (i + 1)))
  }

  function upload(raw) {
    const names = [...raw.toString('latin1').matchAll(/filename="([^"]+)"/g)].map((m) => Buffer.from(m[1], 'latin1').toString())
    return names.map((file) => {
      const ext = file.split('.').pop().toUpperCase()
      const ok = ['MD', 'HTML', 'TXT', 'PDF', 'DOCX', 'CSV', 'ZIP'].includes(ext)
      const d = { id: uid(), title: file, file, type: ext.slice(0, 4), section: '', url: '', bytes: 10, passages: 0, cited_30d: 0, state: ok ? 'queued' : 'failed', done: 0, total: 0, cause: ok ? '' : 'wrong_type', error: ok ? '' : `This is a ${ext} file, which cannot be read here.`, fix: ok ? '' : 'Export it as Markdown (.md), HTML (.html) or plain text (.txt), and upload that.', created_at: isoNow(), updated_at: isoNow() }
      // A refused file is not kept.
      if (ok) {
        world.documents.unshift(d)
        index(d)
      }
      return d
    })
  }

  // What a visitor or another person does, for scripts.
  const fake = {
    down: (b) => { down = b.down; if (down) sockets.forEach((s) => s.ws.terminate()) },
    signout: () => { signedIn = false; sockets.forEach((s) => s.ws.close(4401)) },
    kick: () => sockets.forEach((s) => s.ws.terminate()),
    say: (b) => { const c = world.conversations.get(b.conv); c.row.unread++; c.row.unanswered_since ??= isoNow(); add(c, { author: { kind: 'visitor' }, body: b.body }) },
    presence: (b) => { const c = world.conversations.get(b.conv); c.visitor.status = b.status; cast({ t: 'row', row: row(c) }) },
    add: (b) => { upload(Buffer.from(`filename="${b.file}"`)) },
    document: (b) => { const d = { id: uid(), file: '', type: 'PDF', section: '', url: '', bytes: 10, passages: 0, cited_30d: 0, done: 0, total: 0, cause: '', error: '', fix: '', created_at: isoNow(), updated_at: isoNow(), ...b }; world.documents.unshift(d); cast({ t: 'document', document: d }) },
    slow: () => { world.slow = true },
    twin: (b) => { (world.hashes ??= new Map()).set(b.hash, b.title) },
    reopen: (b) => { const c = world.conversations.get(b.conv); Object.assign(c.row, { state: 'assistant', agent: null }); add(c, { author: { kind: 'visitor' }, body: b.body }); changed(c) },
    typing: (b) => cast({ t: 'typing', conv: b.conv, who: { kind: b.kind ?? 'visitor', ...(b.name ? { name: b.name } : {}) }, on: b.on ?? true, ttl: 6 }, b.conv),
    delta: (b) => cast({ t: 'delta', conv: b.conv, run: 'run1', epoch: b.epoch ?? 0, offset: b.offset, text: b.text, pages: 2 }, b.conv),
    answer: (b) => add(world.conversations.get(b.conv), { author: { kind: 'assistant' }, body: b.body, run: 'run1', outcome: 'answered', citations: [] }),
    steal: (b) => claim(world.conversations.get(b.conv), asha),
    ids: () => ({ ananya: world.ananya?.id, faizal: world.faizal?.id, sneha: world.sneha?.id, meera: [...world.conversations.values()].find((c) => c.visitor.name === 'Meera Joshi')?.id }),
  }

  // The visitor's side, for the picture of the widget beside the first steps.
  const shop = Object.assign(new Shop(), { origin: 'http://x' })
  const server = createServer(async (req, res) => {
    const url = new URL(req.url, 'http://x')
    if (/^\/(widget|api\/visitor)/.test(url.pathname)) return shop.http(req, res)
    const send = (s, type, body, more = {}) => res.writeHead(s, { 'content-type': type, ...more }).end(body)
    try {
      const chunks = []
      for await (const c of req) chunks.push(c)
      const raw = Buffer.concat(chunks)
      const multipart = (req.headers['content-type'] ?? '').startsWith('multipart/')
      const body = multipart ? raw : raw.length ? JSON.parse(raw) : {}
      if (url.pathname.startsWith('/fake/')) return send(200, 'application/json', JSON.stringify(fake[url.pathname.slice(6)](body) ?? {}))
      if (url.pathname === '/mark.svg') return send(200, 'image/svg+xml', MARK)
      if (url.pathname.startsWith('/api/console')) {
        if (down) return send(503, 'application/json', JSON.stringify({ code: 'unavailable', error: 'The database is away.', fix: '' }))
        const out = api(req.method, url.pathname.slice('/api/console'.length), url, body)
        return out === null ? send(204, 'text/plain') : send(multipart ? 202 : 200, 'application/json', JSON.stringify(out))
      }
      if (url.pathname.startsWith('/console/')) {
        const file = url.pathname.slice('/console/'.length) || 'index.html'
        let data = await readFile(join(DIST, file))
        if (file === 'index.html') data = data.toString().replaceAll('__V__', '1')
        return send(200, TYPES[extname(file)] ?? 'text/plain', data, { 'content-security-policy': CSP, 'cache-control': 'no-cache' })
      }
      send(404, 'text/plain', 'not here')
    } catch (e) {
      if (e.s) return send(e.s, 'application/json', JSON.stringify(e.body))
      send(e.code === 'ENOENT' ? 404 : 500, 'text/plain', String(e.stack))
    }
  })

  const visitors = new WebSocketServer({ noServer: true, handleProtocols: () => 'baton.v1' })
  const wss = new WebSocketServer({ noServer: true, handleProtocols: (p) => (p.has('baton.console.v1') ? 'baton.console.v1' : false) })
  server.on('upgrade', (req, sock, head) => {
    if (down) return sock.destroy()
    if (req.url.startsWith('/api/visitor')) return visitors.handleUpgrade(req, sock, head, (ws) => shop.socket(ws))
    wss.handleUpgrade(req, sock, head, (ws) => {
      const s = { ws, watching: new Set(), welcome: false }
      sockets.add(s)
      if (!signedIn) return ws.close(4401)
      ws.on('close', () => sockets.delete(s))
      ws.on('message', (d) => {
        const f = JSON.parse(d)
        if (f.t === 'hello') {
          s.welcome = true
          ws.send(JSON.stringify({ t: 'welcome', v: 1, store: 's1' }))
        } else if (f.t === 'watch') {
          s.watching.add(f.conv)
          world.conversations.get(f.conv)?.messages.filter((m) => m.seq > f.after).forEach((m) => ws.send(JSON.stringify({ t: 'message', ...m })))
        } else if (f.t === 'unwatch') s.watching.delete(f.conv)
        else if (f.t === 'ping') ws.send(JSON.stringify({ t: 'head', seq: 0 }))
        else if (f.t === 'read') world.conversations.get(f.conv).row.unread = 0
      })
    })
  })
  await new Promise((ok) => server.listen(port, '127.0.0.1', ok))
  const at = `http://127.0.0.1:${server.address().port}`
  return { url: at, ids: fake.ids(), close: () => { [...sockets, ...shop.sockets].forEach((s) => s.ws.terminate()); server.closeAllConnections(); server.close() } }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const s = await start({ port: Number(process.env.PORT ?? 8090), empty: process.argv.includes('--empty') })
  console.log(`${s.url}/console/#signin=demo`)
}
