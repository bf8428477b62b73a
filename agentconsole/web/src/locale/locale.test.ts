import { expect, test } from 'vitest'
import { ar } from './ar.ts'
import { en, type Dictionary } from './en.ts'
import { hi } from './hi.ts'

const forms = (d: Dictionary, key: string): string[] => {
  const v = d[key as keyof Dictionary]
  return typeof v === 'string' ? [v] : Object.values(v)
}
const holes = (s: string) => [...s.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!).sort()

test.each([['hi', hi], ['ar', ar]] as const)('%s has every key of English, nothing else, and only its placeholders', (_, d) => {
  expect(Object.keys(d).sort()).toEqual(Object.keys(en).sort())
  for (const key of Object.keys(en)) {
    const allowed = new Set(forms(en as Dictionary, key).flatMap(holes))
    for (const form of forms(d, key)) {
      expect(form.trim(), key).not.toBe('')
      for (const h of holes(form)) expect(allowed, `${key}: ${form}`).toContain(h)
      // A count may be said in words ("one", "two"); everything else must be there.
      for (const h of allowed) if (h !== 'n') expect(holes(form), `${key}: ${form}`).toContain(h)
    }
  }
})

test('the other languages are translated', () => {
  for (const d of [hi, ar]) {
    const same = Object.keys(en).filter((k) => forms(d, k).join() === forms(en as Dictionary, k).join() && /[a-z]{4}/i.test(forms(d, k).join().replace(/\{\w+\}/g, '')))
    expect(same).toEqual([])
  }
})
