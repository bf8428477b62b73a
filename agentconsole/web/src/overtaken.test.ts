import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Thread } from './conversation/thread.ts'
import { counts as documentCounts } from './frame/known.ts'
import { counts, clear, load as loadInbox, order } from './inbox/store.ts'
import { asking, ask, over, trials } from './knowledge/bench-store.ts'
import { load as loadDocuments, shown } from './knowledge/store.ts'
import { connect, disconnect } from './realtime.ts'
import { me } from './session/session.ts'
import type { Detail, Document, Row, Turn } from './types.ts'

// The answer to a request and the frames of the socket take different roads: either may be the first. Here the request is always the slower one.

/** A socket that the test speaks through. */
let say: (frame: object) => void
class Socket {
  static readonly OPEN = 1
  readyState = 1
  onopen: () => void = () => {}
  onmessage: (e: { data: string }) => void = () => {}
  onclose: (e: { code: number }) => void = () => {}
  constructor() {
    say = (frame) => this.onmessage({ data: JSON.stringify(frame) })
    queueMicrotask(() => (this.onopen(), say({ t: 'welcome', v: 1, store: 's' })))
  }
  send(): void {}
  close(): void {}
}

interface Asked { path: string; answer: (body: unknown, status?: number) => Promise<void> }
let requests: Asked[] = []
const flush = () => vi.advanceTimersByTimeAsync(100)
/** The oldest unanswered request to a path. */
function request(path: string): Asked {
  const i = requests.findIndex((r) => r.path.startsWith('/api/console' + path))
  expect(i, `a request to ${path}, of ${requests.map((r) => r.path)}`).not.toBe(-1)
  return requests.splice(i, 1)[0]!
}

beforeEach(async () => {
  vi.useFakeTimers()
  requests = []
  vi.stubGlobal('WebSocket', Socket)
  vi.stubGlobal('fetch', (path: string) => new Promise<Response>((ok) => requests.push({ path, answer: async (body, status = 200) => (ok(new Response(JSON.stringify(body), { status })), void (await flush())) })))
  me.value = { agent: { id: 'p', name: 'Priya Nair', initials: 'PN', hue: 0, email: '', role: 'admin', status: 'online' }, workspace: { id: 'w', name: 'Tarang', mark: '' }, inbox: { key: '', snippet: '', demo: '' }, reply_due_seconds: 300, documents: 1 }
  connect(() => {})
  await flush()
  requests = []
})
afterEach(() => {
  disconnect()
  over()
  clear()
  vi.useRealTimers()
})

const message = (seq: number, kind: string, body: string) => ({ t: 'message', conv: 'c', seq, cid: 'k' + seq, kind: 'text', author: { kind }, body, at: '2026-11-24T05:30:00.000Z' })
const turn = (seq: number, outcome: string): Turn => ({ seq, outcome, confidence: 1, rule: '', reason: '', matches: [], rule_set: 0, model: '', timings: {}, passages: [] })

async function first(): Promise<void> {
  void ask('Do you ship?')
  await flush()
  await request('/preview').answer({ id: 'c', seq: 1 })
  say(message(2, 'assistant', 'We do.'))
  await request('/preview/c/turn/1').answer(turn(1, 'answered'))
}

test('an answer that comes before its question was acknowledged belongs to that question, and to no earlier one', async () => {
  await first()
  void ask('I want a person')
  await flush()
  say(message(3, 'visitor', 'I want a person'))
  say({ t: 'delta', conv: 'c', run: 'r', epoch: 0, offset: 0, text: 'I am' })
  say(message(4, 'assistant', 'I am calling a person.'))
  await request('/preview').answer({ id: 'c', seq: 3 })
  await request('/preview/c/turn/3').answer(turn(3, 'handoff'))
  expect(trials.value.map((x) => [x.seq, x.reply?.body, x.turn?.outcome])).toEqual([[1, 'We do.', 'answered'], [3, 'I am calling a person.', 'handoff']])
  expect(asking.value).toBe('')
})

test('where the acknowledgement never comes, the answer is not shown under the question before', async () => {
  await first()
  void ask('I want a person')
  await flush()
  say(message(4, 'assistant', 'I am calling a person.'))
  await request('/preview').answer({ code: 'unavailable', error: 'Away.' }, 503)
  expect(trials.value.map((x) => [x.reply?.body, !!x.failed])).toEqual([['We do.', false], [undefined, true]])
})

test('a bench that was begun anew hears nothing of the question before', async () => {
  void ask('Do you ship?')
  await flush()
  over()
  void ask('And to Pune?')
  await flush()
  await request('/preview').answer({ id: 'old', seq: 1 })
  await request('/preview').answer({ id: 'c', seq: 1 })
  expect(trials.value.map((x) => x.question)).toEqual(['And to Pune?'])
  say(message(2, 'assistant', 'There too.'))
  await flush()
  expect(trials.value[0]!.reply?.body).toBe('There too.')
})

test('the record is asked for again while only the way there fails', async () => {
  void ask('Do you ship?')
  await flush()
  await request('/preview').answer({ id: 'c', seq: 1 })
  say(message(2, 'assistant', 'We do.'))
  await request('/preview/c/turn/1').answer({ code: 'unavailable' }, 503)
  await vi.advanceTimersByTimeAsync(2_000)
  await request('/preview/c/turn/1').answer(turn(1, 'answered'))
  expect(trials.value[0]!.turn?.outcome).toBe('answered')
})

const row = (id: string): Row => ({ id, state: 'waiting', epoch: 1, head: 1, visitor: { id: 'v' + id, name: id, initials: 'X', hue: 0, email: '' }, agent: null, preview: null, reason: null, waiting_since: '2026-11-24T05:30:00Z', last_visitor_at: null, unanswered_since: null, unread: 0, updated_at: '2026-11-24T05:30:00Z' })
const none = { waiting: 0, mine: 0, unassigned: 0, assistant: 0, resolved: 0 }

test('a visitor who came while the inbox was being read stays in it, and is counted', async () => {
  void loadInbox('inbox')
  say({ t: 'row', row: row('new') })
  say({ t: 'counts', counts: { ...none, waiting: 1 } })
  await flush()
  await request('/conversations').answer({ items: [], counts: none, next: '' })
  expect([order.value, counts.value.waiting]).toEqual([['new'], 1])
  // The next reading is newer than all that, and what it no longer holds is gone.
  void loadInbox('inbox')
  await request('/conversations').answer({ items: [], counts: none, next: '' })
  expect([order.value, counts.value.waiting]).toEqual([[], 0])
})

const detail = (more: Partial<Detail>): Detail => ({
  conversation: row('c'), visitor: { id: 'v', name: 'Ananya Rao', initials: 'AR', hue: 0, email: '', verified: false, locale: 'en-IN', timezone: 'Asia/Kolkata', page: null, since: '2026-11-24T05:30:00.000Z', last_seen: '2026-11-24T05:30:00.000Z' },
  packet: null, messages: [], read: { delivered: 0, seen: 0 }, viewers: [], past: [], ...more,
})

test('a packet that is written while the conversation is being read is shown', async () => {
  const t = new Thread('c')
  void t.load()
  t.hear({ t: 'state', conv: 'c', state: 'waiting', epoch: 1, head: 1, person: null })
  t.hear({ t: 'viewers', conv: 'c', items: [{ id: 'a', name: 'Asha Kulkarni', initials: 'AK', hue: 0 }] })
  await request('/conversations/c').answer(detail({}))
  expect([t.packet.value, t.viewers.value.length]).toEqual([null, 1])
  await request('/conversations/c').answer(detail({ packet: { at: '', rule: { id: 'wants-human', title: '' }, why: { seq: 1, text: '', matches: [] }, summary: [], sources: [], mood: { points: [], word: '' }, queued_seconds: null, claimed_by: null } }))
  expect(t.packet.value?.rule.id).toBe('wants-human')
  expect(requests).toEqual([])
})

const doc = (id: string): Document => ({ id, title: id, file: '', type: 'MD', section: '', url: '', bytes: 1, passages: 1, cited_30d: 0, state: 'ready', done: 1, total: 1, cause: '', error: '', fix: '', created_at: '2026-11-24T05:00:00.000Z', updated_at: '2026-11-24T05:00:00.000Z' })
const figures = (all: number) => ({ all, progress: 0, failed: 0, passages: all })

test('a list of documents that was read earlier neither hides what came since nor brings back what was deleted', async () => {
  void loadDocuments()
  say({ t: 'document', document: doc('new') })
  say({ t: 'document', id: 'old', deleted: true })
  // The figures are asked for after the list, and answered before it.
  await vi.advanceTimersByTimeAsync(400)
  const list = request('/documents?state=&')
  await request('/documents?state=progress').answer({ items: [], counts: figures(1), next: '' })
  await list.answer({ items: [doc('old')], counts: figures(2), next: '' })
  expect(shown.value.map((d) => d.id)).toEqual(['new'])
  expect(documentCounts.value.all).toBe(1)
})
