import type { ComponentChildren } from 'preact'

/** Text with the quoted words in `mark`. White space may differ: a page breaks its lines where an answer does not. */
export function quoted(text: string, quotes: readonly string[]): ComponentChildren[] {
  const spans = quotes.map((q) => find(text, q)).filter((s): s is [number, number] => !!s).sort((a, b) => a[0] - b[0])
  const out: ComponentChildren[] = []
  let at = 0
  for (const [a, b] of spans) {
    if (b <= at) continue
    const from = Math.max(a, at)
    if (from > at) out.push(text.slice(at, from))
    out.push(<mark>{text.slice(from, b)}</mark>)
    at = b
  }
  if (at < text.length) out.push(text.slice(at))
  return out
}

/** Where a quote stands in a text, as UTF-16 offsets; null where it does not. */
export function find(text: string, quote: string): [number, number] | null {
  const words = quote.trim().split(/\s+/).filter(Boolean)
  if (!words.length) return null
  const m = new RegExp(words.map((w) => w.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('\\s+'), 'u').exec(text)
  return m ? [m.index, m.index + m[0].length] : null
}

const ROOM = 220
const LEAD = 60

/** The part of a passage that is worth its room: around the first quote, or its beginning; cut at words. */
export function excerptOf(text: string, quotes: readonly string[]): string {
  const flat = text.replace(/\s+/g, ' ').trim()
  if (flat.length <= ROOM) return flat
  const spans = quotes.map((q) => find(flat, q)).filter((s): s is [number, number] => !!s)
  const first = spans.length ? Math.min(...spans.map((s) => s[0])) : 0
  const last = spans.length ? Math.max(...spans.map((s) => s[1])) : 0
  let from = first > LEAD ? first - LEAD : 0
  while (from > 0 && !/\s/.test(flat[from - 1]!)) from--
  let to = Math.min(flat.length, Math.max(last, from + ROOM))
  while (to < flat.length && !/\s/.test(flat[to]!)) to++
  return `${from > 0 ? '… ' : ''}${flat.slice(from, to)}${to < flat.length ? ' …' : ''}`
}
