import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { store } from '../../../../realtime/web/src/index.ts'
import { again, discard, entries, openOutbox, post, pumpAll, settled, type Entry } from './outbox.ts'

interface Sent { path: string; cid: string; body: string }
let sent: Sent[] = []
let answer: () => Response | Promise<Response> = () => new Response('{"seq":7,"at":"x"}')
const stored = (who = 'priya') => store<Entry>(`baton.console.${who}`, true).all()

beforeEach(async () => {
  // The database of the tests runs on setImmediate, which stays real.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  globalThis.indexedDB = new IDBFactory()
  for (const e of entries.value) discard(e.cid)
  sent = []
  answer = () => new Response('{"seq":7,"at":"x"}')
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    sent.push({ path, ...JSON.parse(String(init.body)) })
    return answer()
  })
  await openOutbox('priya')
})
afterEach(() => vi.useRealTimers())

/** Lets the database and the network have their turns, and `ms` go by. */
async function flush(ms = 0): Promise<void> {
  const turns = async () => {
    for (let i = 0; i < 40; i++) await new Promise((done) => setImmediate(done))
  }
  await turns()
  for (let t = 0; t < ms; t += 1000) {
    await vi.advanceTimersByTimeAsync(1000)
    await turns()
  }
}

test('an entry is on disk before it is sent, and leaves it only with the acknowledgement', async () => {
  answer = () => Promise.reject(new TypeError('offline'))
  post('c', 'reply', 'Hello')
  expect(sent).toHaveLength(0)
  await flush()
  expect(sent).toHaveLength(1)
  expect(await stored()).toHaveLength(1)
  answer = () => new Response('{"seq":7,"at":"x"}')
  pumpAll()
  await flush()
  expect(await stored()).toHaveLength(0)
  expect(entries.value[0]?.seq).toBe(7)
  expect(new Set(sent.map((s) => s.cid)).size).toBe(1)
  settled(entries.value[0]!.cid)
  expect(entries.value).toHaveLength(0)
})

test('after a reload the same cid goes out again', async () => {
  answer = () => new Response('{"code":"unavailable"}', { status: 503 })
  post('c', 'note', 'Kept')
  await flush()
  const cid = entries.value[0]!.cid
  entries.value = []
  for (const who of ['nobody', 'priya']) await openOutbox(who)
  expect(entries.value.map((e) => e.cid)).toEqual([cid])
  answer = () => new Response('{"seq":7,"at":"x"}')
  await flush(60_000)
  expect(sent.at(-1)).toMatchObject({ cid, body: 'Kept', path: '/api/console/conversations/c/note' })
})

test('a conversation sends in order, one at a time, also after a failure in between', async () => {
  let n = 0
  answer = () => (++n === 1 ? new Response('', { status: 503 }) : new Response('{"seq":7,"at":"x"}'))
  post('c', 'reply', 'one')
  post('c', 'reply', 'two')
  await flush(60_000)
  expect(sent.map((s) => s.body)).toEqual(['one', 'one', 'two'])
})

test('a refusal is kept for the person to decide, and does not hold up what follows', async () => {
  answer = () => new Response('{"code":"claimed","error":"Asha Kulkarni has this conversation."}', { status: 409 })
  post('c', 'reply', 'mine?')
  await flush()
  expect(entries.value[0]?.failed?.error).toBe('Asha Kulkarni has this conversation.')
  expect(await stored()).toHaveLength(1)
  answer = () => new Response('{"seq":7,"at":"x"}')
  post('c', 'note', 'fine')
  await flush()
  expect(sent.at(-1)?.body).toBe('fine')
  again(entries.value[0]!.cid)
  await flush()
  expect(entries.value.every((e) => e.seq === 7)).toBe(true)
})

test('what is taken back gives its words back and is gone', async () => {
  answer = () => new Response('{"code":"too_large","error":"Too long."}', { status: 413 })
  post('c', 'reply', 'long words')
  await flush()
  expect(discard(entries.value[0]!.cid)).toBe('long words')
  expect(await stored()).toHaveLength(0)
})

test("another person's entries are not mine", async () => {
  answer = () => new Response('', { status: 503 })
  post('c', 'reply', 'from Priya')
  await flush()
  await openOutbox('asha')
  expect(entries.value).toHaveLength(0)
  await openOutbox('priya')
  expect(entries.value.map((e) => e.body)).toEqual(['from Priya'])
})

test('where nothing can be kept on disk, memory holds it, over a sign-in as well', async () => {
  vi.stubGlobal('indexedDB', undefined)
  await openOutbox('priya')
  answer = () => new Response('', { status: 503 })
  post('c', 'reply', 'in memory')
  await flush(1000)
  expect(sent.at(-1)?.body).toBe('in memory')
  await openOutbox('asha')
  expect(entries.value).toHaveLength(0)
  await openOutbox('priya')
  answer = () => new Response('{"seq":7,"at":"x"}')
  await flush(60_000)
  expect(entries.value.map((e) => e.seq)).toEqual([7])
})
