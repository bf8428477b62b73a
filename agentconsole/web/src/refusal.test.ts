import { afterEach, expect, test } from 'vitest'
import { readFileSync } from 'node:fs'
import { ApiError } from './api.ts'
import { known, setLang } from './locale/t.ts'
import { refusalWords } from './refusal.ts'

afterEach(() => setLang('en', false))

const stale = new ApiError(409, 'stale', 'The conversation has moved on.', 'Look at it as it is now.')

test('English keeps the server’s own words; other languages go by the code', async () => {
  expect(refusalWords(stale)).toEqual({ error: 'The conversation has moved on.', fix: 'Look at it as it is now.' })
  await setLang('hi', false)
  expect(refusalWords(stale).error).toMatch(/\p{Script=Devanagari}/u)
  await setLang('ar', false)
  expect(refusalWords(stale).fix).toMatch(/\p{Script=Arabic}/u)
})

test('who was first is named in every language', async () => {
  await setLang('hi', false)
  expect(refusalWords(new ApiError(409, 'claimed', 'Asha has this conversation.', '', { agent: { name: 'Asha' } })).error).toContain('Asha')
})

test('a code of a later server is said as it came', async () => {
  await setLang('ar', false)
  expect(refusalWords(new ApiError(418, 'teapot', 'I am a teapot.', 'Ask for tea.'))).toEqual({ error: 'I am a teapot.', fix: 'Ask for tea.' })
})

test('every code of the server’s table has words', () => {
  const go = readFileSync('../errors.go', 'utf8')
  const codes = new Set([...go.matchAll(/Code: "(\w+)"/g)].map((m) => m[1]!))
  expect(codes.size).toBeGreaterThan(10)
  // Said on pages of their own: the sign-in page, the files' causes, and who has a conversation.
  for (const elsewhere of ['link_used', 'link_expired', 'link_unknown', 'signed_out', 'unreadable', 'claimed']) codes.delete(elsewhere)
  for (const code of codes) expect(known(`api.${code}`) && known(`api.${code}.fix`), code).toBe(true)
})
