import { readFileSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { known, setLang } from '../locale/t.ts'
import { lineWords, reasonOf } from './packet-line.ts'

afterEach(() => setLang('en', false))

const lines: [string, Record<string, string>, string, string, string][] = [
  ['wants.wrote', { text: 'My screen is broken' }, 'Wrote', 'كتب', '“My screen is broken”'],
  ['told.answer', { text: 'Damaged items are replaced.', page: 'Returns' }, 'Was told', 'قيل له', '\u2068Damaged items are replaced.\u2069 (\u2068Returns\u2069)'],
  ['missing.question', { text: 'Do you fly?' }, 'Not found in the help pages', 'لم يوجد في صفحات المساعدة', '“Do you fly?”'],
  ['tried.says', { text: 'I restarted it' }, 'Says', 'يقول', '“I restarted it”'],
  ['fact.order', { value: 'TE-48213' }, 'Order number', 'رقم الطلب', 'TE-48213'],
  ['fact.email', { value: 'ananya@example.in' }, 'E-mail address', 'البريد الإلكتروني', 'ananya@example.in'],
  ['fact.phone', { value: '+91 98765 43210' }, 'Phone number', 'رقم الهاتف', '+91 98765 43210'],
  ['fact.amount', { value: '₹24,990' }, 'Amount', 'المبلغ', '₹24,990'],
  ['fact.pin', { value: '560001' }, 'PIN code', 'الرمز البريدي', '560001'],
]

test.each(lines)('%s is worded in the reader’s language, and what was written stays', async (code, args, english, arabic, text) => {
  const line = { kind: code.split('.')[0]!, code, args, text: 'the English', seq: 1 }
  expect(lineWords(line)).toEqual({ label: english, text })
  await setLang('ar', false)
  expect(lineWords(line)).toEqual({ label: arabic, text })
})

test('what is needed is named; a code of a later server is said in its English', async () => {
  await setLang('hi', false)
  expect(lineWords({ kind: 'needed', code: 'needed.order', text: 'Still needed: the order number', seq: 1 })).toEqual({ label: 'अभी चाहिए', text: 'ऑर्डर संख्या' })
  expect(lineWords({ kind: 'fact', code: 'fact.shoe', args: { value: '42' }, text: 'Shoe size: 42', seq: 1 })).toEqual({ label: '', text: 'Shoe size: 42' })
})

test('a reason is worded by its code with its number; the workspace’s own words stay', async () => {
  await setLang('ar', false)
  expect(reasonOf({ id: 'failures', title: 'Three questions in a row without an answer', code: 'failures', args: { n: '3' } })).toMatch(/^3 /)
  expect(reasonOf({ id: 'vip', title: 'A customer of the first hour' })).toBe('A customer of the first hour')
})

test('every code of the server has words', () => {
  const go = readFileSync('../../assistant/packetcode.go', 'utf8')
  const codes = [...go.matchAll(/code\w+\s+= "([\w.]+)"/g)].map((m) => m[1]!)
  expect(codes.length).toBeGreaterThan(8)
  for (const code of codes) expect(lineWords({ kind: '', code, text: '', seq: 1 }).label, code).not.toBe('')
  const rules = [...readFileSync('../../escalation/default.go', 'utf8').matchAll(/ID: "([\w-]+)"/g)].map((m) => m[1]!)
  for (const rule of [...rules, 'offer-accepted', 'assistant-fault', 'person-button', 'claimed']) {
    expect(known(`reason.${rule}`), rule).toBe(true)
    expect(known(`rule.${rule}`), rule).toBe(true)
  }
})
