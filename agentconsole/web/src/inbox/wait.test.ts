import { expect, test } from 'vitest'
import { lines } from '../conversation/lines.ts'
import { parse } from '../route.ts'
import type { Message } from '../types.ts'
import { plain } from './row.tsx'
import { urgency, waitWords } from './wait.ts'

test.each([
  [52, 'queue', 'calm', '0:52'], [52, 'reply', 'calm', '4:08'], [224.9, 'queue', 'calm', '3:44'], [225, 'queue', 'soon', '3:45 of 5:00'], [228, 'reply', 'soon', '3:48 of 5:00'],
  [299.9, 'queue', 'soon', '4:59 of 5:00'], [300, 'queue', 'late', '5:00 late'], [321, 'reply', 'late', '5:21 late'], [3725, 'queue', 'late', '1:02:05 late'],
] as const)('%d s in the %s', (s, kind, u, words) => {
  expect(urgency(s, 300)).toBe(u)
  expect(waitWords(s, 300, kind)).toBe(words)
})

test.each([
  ['', 'inbox', 'inbox', '', ''], ['#/mine', 'inbox', 'mine', '', ''], ['#/inbox/abc', 'inbox', 'inbox', 'abc', ''], ['#/knowledge/d1', 'knowledge', 'inbox', 'd1', ''], ['#/knowledge/d1/p2', 'knowledge', 'inbox', 'd1', 'p2'],
  ['#/nowhere/abc', 'inbox', 'inbox', '', ''],
])('route %s', (hash, area, view, id, part) => {
  expect(parse(hash)).toEqual({ area, view, id, part })
})

test('a preview is one line of words', () => {
  expect(plain('You get **free shipping**\n\n- to [Bengaluru](/x). [1]')).toBe('You get free shipping to Bengaluru.')
})

const m = (seq: number, kind: Message['kind'], author: Message['author']['kind'], at = '2026-11-24T05:30:00.000Z'): Message => ({ conv: 'c', seq, cid: 'k' + seq, kind, author: { kind: author }, body: 'x', at, ...(kind === 'event' ? { event: { name: 'called' } } : {}) })

test('runs of one author share a head and a face; events share a line; hidden ones are not shown', () => {
  const made = lines([m(1, 'text', 'visitor'), m(2, 'text', 'visitor'), m(3, 'hidden', 'system'), m(4, 'event', 'system'), m(5, 'event', 'system'), m(6, 'text', 'assistant', '2026-11-25T05:30:00.000Z')], [])
  expect(made.map((l) => l.kind)).toEqual(['day', 'text', 'text', 'event', 'day', 'text'])
  expect(made[1]).toMatchObject({ first: true, last: false })
  expect(made[2]).toMatchObject({ first: false, last: true })
})

test('what was sent from here stands once: as an entry until its message is there', () => {
  const e = { cid: 'k1', conv: 'c', kind: 'reply' as const, body: 'x', at: '' }
  expect(lines([], [e]).map((l) => l.kind)).toEqual(['out'])
  expect(lines([m(1, 'text', 'agent')], [e]).map((l) => l.kind)).toEqual(['day', 'text'])
})
