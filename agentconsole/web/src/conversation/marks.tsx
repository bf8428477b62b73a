import type { ComponentChildren } from 'preact'
import type { Span } from '../types.ts'

/** Text with the matched words in `mark`. Offsets count code points, as the server does. */
export function marked(text: string, spans: readonly Span[], from = 0, to = Infinity): ComponentChildren[] {
  const points = Array.from(text)
  const end = Math.min(to, points.length)
  const out: ComponentChildren[] = []
  let at = from
  for (const s of [...spans].sort((a, b) => a.start - b.start)) {
    const a = Math.max(s.start, at)
    const b = Math.min(s.end, end)
    if (b <= a) continue
    if (a > at) out.push(points.slice(at, a).join(''))
    out.push(<mark>{points.slice(a, b).join('')}</mark>)
    at = b
  }
  if (at < end) out.push(points.slice(at, end).join(''))
  return out
}

const ROOM = 110
const LEAD = 28

/** The part of a long message around its matches: cut at words, with an ellipsis where something is left out. */
export function excerpt(text: string, spans: readonly Span[]): { from: number; to: number } {
  const points = Array.from(text)
  if (points.length <= ROOM || !spans.length) return { from: 0, to: Math.min(points.length, ROOM * 2) }
  const first = Math.min(...spans.map((s) => s.start))
  const last = Math.max(...spans.map((s) => s.end))
  let from = Math.max(0, first - LEAD)
  while (from > 0 && !/\s/.test(points[from - 1]!)) from--
  let to = Math.min(points.length, Math.max(last + LEAD, from + ROOM))
  while (to < points.length && !/\s/.test(points[to]!)) to++
  return { from, to }
}
