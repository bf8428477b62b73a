import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { again, discard, entries, openOutbox, post, pumpAll, settled } from './outbox.ts'

interface Sent { path: string; cid: string; body: string }
let sent: Sent[] = []
let answer: () => Response | Promise<Response> = () => new Response('{"seq":7,"at":"x"}')
const stored = () => Object.keys(localStorage).filter((k) => k.includes('.out.'))

beforeEach(() => {
  vi.useFakeTimers()
  localStorage.clear()
  for (const e of entries.value) discard(e.cid)
  sent = []
  answer = () => new Response('{"seq":7,"at":"x"}')
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    sent.push({ path, ...JSON.parse(String(init.body)) })
    return answer()
  })
  openOutbox('priya')
})
afterEach(() => vi.useRealTimers())

const flush = () => vi.advanceTimersByTimeAsync(0)

test('an entry is on disk before it is sent, and leaves it only with the acknowledgement', async () => {
  answer = () => Promise.reject(new TypeError('offline'))
  post('c', 'reply', 'Hello')
  expect(stored()).toHaveLength(1)
  await flush()
  expect(stored()).toHaveLength(1)
  answer = () => new Response('{"seq":7,"at":"x"}')
  pumpAll()
  await flush()
  expect(stored()).toHaveLength(0)
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
  answer = () => new Response('{"seq":7,"at":"x"}')
  openOutbox('priya')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(sent.at(-1)).toMatchObject({ cid, body: 'Kept', path: '/api/console/conversations/c/note' })
})

test('a conversation sends in order, one at a time, also after a failure in between', async () => {
  let n = 0
  answer = () => (++n === 1 ? new Response('', { status: 503 }) : new Response('{"seq":7,"at":"x"}'))
  post('c', 'reply', 'one')
  post('c', 'reply', 'two')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(sent.map((s) => s.body)).toEqual(['one', 'one', 'two'])
})

test('a refusal is kept for the person to decide, and does not hold up what follows', async () => {
  answer = () => new Response('{"code":"claimed","error":"Asha Kulkarni has this conversation."}', { status: 409 })
  post('c', 'reply', 'mine?')
  await flush()
  expect(entries.value[0]?.failed?.error).toBe('Asha Kulkarni has this conversation.')
  expect(stored()).toHaveLength(1)
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
  expect(stored()).toHaveLength(0)
})

test("another person's entries are not mine", async () => {
  answer = () => new Response('', { status: 503 })
  post('c', 'reply', 'from Priya')
  await flush()
  openOutbox('asha')
  expect(entries.value).toHaveLength(0)
  openOutbox('priya')
  expect(entries.value.map((e) => e.body)).toEqual(['from Priya'])
})
