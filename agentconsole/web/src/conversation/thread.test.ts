import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Detail, Message } from '../types.ts'
import { Thread } from './thread.ts'

const message = (seq: number, more: Partial<Message> = {}): Message => ({ conv: 'c', seq, cid: 'k' + seq, kind: 'text', author: { kind: 'visitor' }, body: 'm' + seq, at: '2026-11-24T05:30:00.000Z', ...more })

const detail = (messages: Message[]): Detail => ({
  conversation: { id: 'c', state: 'assistant', epoch: 0, head: messages.length, visitor: { id: 'v', name: 'Ananya Rao', initials: 'AR', hue: 0, email: '' }, agent: null, preview: null, reason: null, waiting_since: null, last_visitor_at: null, unanswered_since: null, unread: 0, updated_at: '2026-11-24T05:30:00.000Z' },
  visitor: { id: 'v', name: 'Ananya Rao', initials: 'AR', hue: 0, email: '', verified: false, locale: 'en-IN', timezone: 'Asia/Kolkata', page: null, since: '2026-11-24T05:30:00.000Z', last_seen: '2026-11-24T05:30:00.000Z' },
  packet: null, messages, read: { delivered: 0, seen: 0 }, viewers: [], past: [],
})

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify(detail([message(1), message(2)]))))
})
afterEach(() => vi.useRealTimers())

async function ready(): Promise<Thread> {
  const t = new Thread('c')
  await t.load()
  return t
}
const seqs = (t: Thread) => t.messages.value.map((m) => m.seq)

test('messages are shown in order, without gaps and without repeats', async () => {
  const t = await ready()
  for (const seq of [2, 5, 4, 4, 1]) t.hear({ t: 'message', ...message(seq) })
  expect(seqs(t)).toEqual([1, 2])
  t.hear({ t: 'message', ...message(3) })
  expect(seqs(t)).toEqual([1, 2, 3, 4, 5])
})

test('resync forgets what came after and shows what follows', async () => {
  const t = await ready()
  t.hear({ t: 'resync', conv: 'c', from: 1 })
  expect(seqs(t)).toEqual([1])
  t.hear({ t: 'message', ...message(2, { body: 'restored' }) })
  expect(t.messages.value[1]!.body).toBe('restored')
})

const delta = (offset: number, text: string, more = {}) => ({ t: 'delta' as const, conv: 'c', run: 'r', epoch: 0, offset, text, ...more })

test('pieces of an answer fit by code points; one that does not fit is dropped; the message takes its place', async () => {
  const t = await ready()
  t.hear(delta(0, '₹😀'))
  t.hear(delta(2, ' free'))
  t.hear(delta(99, 'lost'))
  expect(t.stream.value?.text).toBe('₹😀 free')
  t.hear(delta(0, 'All over'))
  expect(t.stream.value?.text).toBe('All over')
  t.hear({ t: 'message', ...message(3, { author: { kind: 'assistant' }, run: 'r' }) })
  expect(t.stream.value).toBeNull()
})

test('nothing of the assistant is seen after a claim', async () => {
  const t = await ready()
  t.hear(delta(0, 'Well'))
  t.hear({ t: 'state', conv: 'c', state: 'agent', epoch: 1, head: 3, person: null })
  expect(t.stream.value).toBeNull()
  t.hear(delta(0, 'Well, as I was saying'))
  expect(t.stream.value).toBeNull()
})

test('a run that was given up goes away', async () => {
  const t = await ready()
  t.hear(delta(0, 'Well'))
  t.hear(delta(4, '', { end: true }))
  expect(t.stream.value).toBeNull()
})

test('the typing sign ends with its time, and with a message', async () => {
  const t = await ready()
  const sign = { t: 'typing' as const, conv: 'c', who: { kind: 'visitor' as const }, on: true, ttl: 6 }
  t.hear(sign)
  expect(t.typing.value).toHaveLength(1)
  vi.advanceTimersByTime(6_001)
  expect(t.typing.value).toHaveLength(0)
  t.hear(sign)
  t.hear({ t: 'message', ...message(3) })
  expect(t.typing.value).toHaveLength(0)
})

test('ticks only move forward, and only by the visitor', async () => {
  const t = await ready()
  t.hear({ t: 'read', conv: 'c', by: 'visitor', delivered: 5, seen: 4 })
  t.hear({ t: 'read', conv: 'c', by: 'visitor', delivered: 3, seen: 2 })
  t.hear({ t: 'read', conv: 'c', by: 'agent', delivered: 9, seen: 9 })
  expect(t.readBy.value).toMatchObject({ delivered: 5, seen: 4 })
})
