import { beforeEach, expect, test } from 'vitest'
import { me } from '../session/session.ts'
import type { Row } from '../types.ts'
import { clear, order, put, rowOf, sections } from './store.ts'

const row = (id: string, more: Partial<Row> = {}): Row => ({
  id, state: 'waiting', epoch: 0, head: 1, visitor: { id: 'v' + id, name: id, initials: 'X', hue: 0, email: '' }, agent: null, preview: null, reason: null,
  waiting_since: '2026-11-24T05:30:00Z', last_visitor_at: null, unanswered_since: null, unread: 0, updated_at: '2026-11-24T05:30:00Z', ...more,
})
const priya = { id: 'p', name: 'Priya Nair', initials: 'PN', hue: 0 }

beforeEach(() => {
  clear()
  me.value = { agent: { ...priya, email: '', role: 'admin', status: 'online' }, workspace: { id: 'w', name: 'Tarang', mark: '' }, inbox: { key: '', snippet: '', demo: '' }, reply_due_seconds: 300, documents: 1 }
})

test('with you, then the queue, then the assistant; longest wait first, compared as times', () => {
  put(row('bot', { state: 'assistant' }))
  // Written out, .5 sorts behind .499 and before .51 only as a number.
  put(row('q2', { waiting_since: '2026-11-24T05:30:00.5Z' }))
  put(row('q1', { waiting_since: '2026-11-24T05:30:00.499Z' }))
  put(row('q3', { waiting_since: '2026-11-24T05:30:00.51Z' }))
  put(row('done', { state: 'agent', agent: priya }))
  put(row('owed', { state: 'agent', agent: priya, unanswered_since: '2026-11-24T05:31:00Z' }))
  put(row('theirs', { state: 'agent', agent: { ...priya, id: 'other' } }))
  put(row('over', { state: 'resolved' }))
  expect(order.value).toEqual(['owed', 'done', 'q1', 'q2', 'q3', 'bot'])
  expect(sections.value.map((s) => s.group)).toEqual(['mine', 'queue', 'assistant'])
})

test('a new preview does not make a new list', () => {
  put(row('a'))
  const before = sections.value
  put(row('a', { unread: 4, updated_at: '2026-11-24T05:30:01Z' }))
  expect(sections.value).toBe(before)
  expect(rowOf('a')?.value.unread).toBe(4)
})

test('an older picture of a row never overwrites a newer one', () => {
  put(row('a', { epoch: 1, state: 'agent', agent: priya, updated_at: '2026-11-24T05:31:00Z' }))
  put(row('a', { epoch: 0, updated_at: '2026-11-24T05:32:00Z' }))
  put(row('a', { epoch: 1, updated_at: '2026-11-24T05:30:59.9Z' }))
  expect(rowOf('a')?.value.state).toBe('agent')
})
