import { afterEach, expect, test } from 'vitest'
import { setLang } from '../locale/t.ts'
import { ar } from '../locale/ar.ts'
import { hi } from '../locale/hi.ts'
import { causeWords, fixWords } from './cause.ts'

afterEach(() => setLang('en', false))

// The codes of packages knowledge and knowledge/source.
const codes = ['empty', 'too_large', 'wrong_type', 'not_text', 'charset', 'no_text', 'damaged', 'too_long', 'name', 'timeout', 'internal', 'embed_key', 'embed_busy',
  'too_complex', 'encrypted', 'copy_protected', 'scanned', 'garbled', 'macros', 'old_format', 'missing_pdftotext', 'table_columns', 'table_quotes', 'table_rows', 'archive', 'archive_nested', 'archive_name',
  'archive_too_many', 'archive_bomb', 'duplicate', 'fetch_address', 'fetch_off', 'fetch_private', 'fetch_robots', 'fetch_sign_in', 'fetch_missing', 'fetch_refused', 'fetch_busy', 'fetch_server', 'fetch_timeout',
  'fetch_no_host', 'fetch_unreachable', 'fetch_tls', 'fetch_redirects']
const said = { error: 'The file is 21.0 MiB, and at most 20 MiB are read.', fix: 'Split it into several files.' }

test.each(codes)('%s is said in the reader’s language, and in English by the server’s own words', async (cause) => {
  expect(causeWords({ cause, ...said })).toEqual(said)
  for (const [l, d] of [['hi', hi], ['ar', ar]] as const) {
    await setLang(l, false)
    const key = cause.startsWith('embed_') ? 'embed' : cause
    expect(causeWords({ cause, ...said })).toEqual({ error: d[`cause.${key}` as never], fix: d[`fix.${key}` as never] })
  }
})

test('a code that nobody knows is said as it came', async () => {
  await setLang('ar', false)
  expect(causeWords({ cause: 'new', ...said })).toEqual(said)
})

test('after the colon an English sentence goes on small, a name stays', async () => {
  expect(fixWords('Upload it again.')).toBe('Fix: upload it again.')
  expect(fixWords('OPENAI_BASE_URL is wrong.')).toBe('Fix: OPENAI_BASE_URL is wrong.')
})
