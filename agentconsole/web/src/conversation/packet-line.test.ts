import { afterEach, expect, test } from 'vitest'
import { setLang } from '../locale/t.ts'
import { lineWords } from './packet-line.ts'

afterEach(() => setLang('en', false))

const said: [string, string, string, string][] = [
  ['wants', 'Wrote: ', '“My screen is broken”', 'كتب'],
  ['told', 'Was told: ', 'Damaged items are replaced. (Returns)', 'قيل له'],
  ['missing', 'Not found in the help pages: ', '“Do you fly?”', 'لم يوجد في صفحات المساعدة'],
  ['tried', 'Says: ', '“I restarted it”', 'يقول'],
  ['fact', 'Order number: ', 'TE-48213', 'رقم الطلب'],
  ['fact', 'E-mail address: ', 'ananya@example.in', 'البريد الإلكتروني'],
  ['fact', 'Phone number: ', '+91 98765 43210', 'رقم الهاتف'],
  ['fact', 'Amount: ', '₹24,990', 'المبلغ'],
  ['fact', 'PIN code: ', '560001', 'الرمز البريدي'],
]

test.each(said)('a line of kind %s is worded in the reader’s language, whether or not the text says “%s”', async (kind, prefix, text, arabic) => {
  const english = { label: prefix.slice(0, -2), text }
  expect(lineWords({ kind, text: prefix + text, seq: 1 })).toEqual(english)
  expect(lineWords({ kind, text, seq: 1 })).toEqual(english)
  await setLang('ar', false)
  expect(lineWords({ kind, text: prefix + text, seq: 1 })).toEqual({ label: arabic, text })
  expect(lineWords({ kind, text, seq: 1 })).toEqual({ label: arabic, text })
})

test('what is needed is named too; a text without a kind stays as it is', async () => {
  await setLang('hi', false)
  expect(lineWords({ kind: 'needed', text: 'Still needed: the order number', seq: 1 })).toEqual({ label: 'अभी चाहिए', text: 'ऑर्डर संख्या' })
  expect(lineWords({ text: 'Was told: something', seq: 1 })).toEqual({ label: '', text: 'Was told: something' })
})
