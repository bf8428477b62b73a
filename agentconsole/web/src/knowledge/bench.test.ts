import { describe, expect, test } from 'vitest'
import { grown, steps, verdict, type Trial } from './bench-store.ts'
import { whole } from './add-page.tsx'
import { kindOf, sortOut } from './kinds.ts'
import { excerptOf, find } from './quote.tsx'
import { follows } from './store.ts'
import type { Document, Turn } from '../types.ts'

const trial: Trial = { seq: 1, question: 'Do you ship?', at: 0, run: '', text: '' }
const delta = (run: string, offset: number, text: string, end = false) => ({ t: 'delta' as const, conv: 'c', run, epoch: 0, offset, text, ...(end ? { end } : {}) })

test('an answer grows by pieces that fit, counted in code points, and starts over where it must', () => {
  let x = grown(trial, delta('r', 0, 'हाँ 👍'))
  expect(x.text).toBe('हाँ 👍')
  x = grown(x, delta('r', [...x.text].length, ', we do'))
  expect(x.text).toBe('हाँ 👍, we do')
  expect(grown(x, delta('r', 2, 'lost'))).toBe(x)
  expect(grown(x, delta('other', 99, 'late'))).toBe(x)
  expect(grown(x, delta('s', 0, 'Again')).text).toBe('Again')
  expect(grown(x, delta('r', 0, '', true)).text).toBe('')
})

const turn = (more: Partial<Turn>): Turn => ({ seq: 1, outcome: 'answered', confidence: 0.9, rule: '', reason: '', matches: [], rule_set: 0, model: 'm', timings: {}, passages: [], ...more })

test('the steps are the times between the ends of the steps', () => {
  expect(steps(turn({ timings: { signals: 1, search: 10, first: 90, model: 400, total: 401 } }))).toEqual([{ key: 'signals', ms: 1 }, { key: 'search', ms: 9 }, { key: 'first', ms: 80 }, { key: 'write', ms: 310 }])
  expect(steps(turn({ timings: { signals: 1, total: 2 } }))).toEqual([{ key: 'signals', ms: 1 }, { key: 'write', ms: 1 }])
})

test.each([['handoff', 'handoff'], ['offer', 'offer'], ['unanswered', 'offer'], ['answered', 'none'], ['greeting', 'none'], ['stopped', 'none']])('%s means %s', (outcome, want) => {
  expect(verdict(turn({ outcome }))).toBe(want)
})

describe('a quote in its passage', () => {
  test('is found over broken lines', () => expect(find('We ship\nfree of charge.', 'ship free')).toEqual([3, 12]))
  test('is taken literally', () => expect(find('Costs (₹299)?', '(₹299)?')).toEqual([6, 13]))
  test('is not invented', () => expect(find('We ship.', 'We do not')).toBeNull())
  test('is what an excerpt is cut around', () => {
    const text = `${'Before. '.repeat(60)}The cited sentence stands here. ${'After. '.repeat(60)}`
    const cut = excerptOf(text, ['The cited sentence stands here.'])
    expect(cut).toContain('The cited sentence stands here.')
    expect(cut.length).toBeLessThan(300)
    expect(cut.startsWith('… ') && cut.endsWith(' …')).toBe(true)
  })
})

test('of a folder only documents are sent, what systems leave there is not worth a word, and what was chosen by itself is always tried', () => {
  const f = (name: string, path = '') => Object.defineProperty(new File(['x'], name), 'webkitRelativePath', { value: path })
  const got = sortOut([f('a.pdf', 'help/a.pdf'), f('b.png', 'help/b.png'), f('.DS_Store', 'help/.DS_Store'), f('x', '__MACOSX/x'), f('c.exe')])
  expect(got.take.map((x) => x.name)).toEqual(['a.pdf', 'c.exe'])
  expect(got.left.map((x) => x.name)).toEqual(['b.png'])
})

test.each([['a.htm', 'HTML'], ['a.markdown', 'MD'], ['a.PDF', 'PDF'], ['a.tsv', 'CSV'], ['readme', '']])('%s is of kind %s', (name, kind) => expect(kindOf(name)).toBe(kind))

test.each([['shop.example/help', 'https://shop.example/help'], [' http://shop.example ', 'http://shop.example/'], ['localhost:8080/x', 'https://localhost:8080/x'], ['javascript:alert(1)', ''], ['ftp://x.example', ''], ['', '']])('%s is the address %s', (text, want) => {
  expect(whole(text)).toBe(want)
})

const doc = (more: Partial<Document>): Document => ({ id: 'd', title: 'T', file: '', type: 'MD', section: '', url: '', bytes: 1, passages: 0, cited_30d: 0, state: 'embedding', done: 0, total: 5, cause: '', error: '', fix: '', created_at: '2026-11-24T05:00:00.000Z', updated_at: '2026-11-24T05:00:00.000Z', ...more })

test('within one stamp the further state counts, so an answer to a request that was overtaken takes nothing back', () => {
  expect(follows(doc({ state: 'ready', done: 5 }), doc({ done: 5 }))).toBe(false)
  expect(follows(doc({ done: 3 }), doc({ done: 2 }))).toBe(false)
  expect(follows(doc({}), doc({ state: 'ready' }))).toBe(true)
  expect(follows(doc({ state: 'failed' }), doc({ state: 'queued', updated_at: '2026-11-24T05:00:01.000Z' }))).toBe(true)
  expect(follows(doc({ state: 'queued', updated_at: '2026-11-24T05:00:01.000Z' }), doc({ state: 'ready' }))).toBe(false)
})
