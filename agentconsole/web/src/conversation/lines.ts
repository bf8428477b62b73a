import { clockTime } from '../locale/time.ts'
import { listed, t } from '../locale/t.ts'
import type { Message } from '../types.ts'
import type { Entry } from './outbox.ts'

/** What stands in the transcript, from top to bottom: days, runs of one author, events that belong together in one line. */
export type Line =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'text'; key: string; m: Message; first: boolean; last: boolean }
  | { kind: 'note'; key: string; m: Message }
  | { kind: 'event'; key: string; list: Message[] }
  | { kind: 'out'; key: string; e: Entry; first: boolean }

const who = (m: Message) => m.author.kind + (m.author.id ?? '')

export function lines(messages: readonly Message[], out: readonly Entry[]): Line[] {
  const made: Line[] = []
  let date = ''
  for (const m of messages) {
    if (m.kind === 'hidden') continue
    const d = new Date(m.at).toDateString()
    if (d !== date) {
      date = d
      made.push({ kind: 'day', key: 'd' + d, at: m.at })
    }
    const prev = made[made.length - 1]
    if (m.kind === 'event') {
      if (prev?.kind === 'event') prev.list.push(m)
      else made.push({ kind: 'event', key: 's' + m.seq, list: [m] })
    } else if (m.kind === 'note') {
      made.push({ kind: 'note', key: 's' + m.seq, m })
    } else {
      const first = !(prev?.kind === 'text' && who(prev.m) === who(m))
      if (!first && prev?.kind === 'text') prev.last = false
      made.push({ kind: 'text', key: 's' + m.seq, m, first, last: true })
    }
  }
  const has = new Set(messages.map((m) => m.cid))
  let first = true
  for (const e of out) {
    if (has.has(e.cid)) continue
    made.push({ kind: 'out', key: 'o' + e.cid, e, first })
    first = false
  }
  return made
}

/** "Assistant called a person at 11:06 am, you joined at 11:08 am". */
export function eventWords(list: readonly Message[], visitor: string, myName: string): string {
  const parts: string[] = []
  for (const m of list) {
    const name = m.event?.name ?? ''
    const time = clockTime(m.at)
    const someone = m.event?.who || m.author.name || ''
    const mine = !!someone && someone === myName
    const values = { time, visitor, who: someone || t('event.somebody') }
    if (name === 'asked') parts.push(t('event.asked', values))
    else if (name === 'called') parts.push(t('event.called', values))
    else if (name === 'left_line') parts.push(t('event.left_line', values))
    else if (name === 'joined') parts.push(t(mine ? 'event.joined.you' : 'event.joined', values))
    else if (name === 'handed_back') parts.push(t(mine ? 'event.handed_back.you' : 'event.handed_back', values))
    else if (name === 'resolved') parts.push(t(mine ? 'event.resolved.you' : 'event.resolved', values))
    else if (name === 'reopened') parts.push(t('event.reopened', values))
    else if (m.body) parts.push(m.body)
  }
  const text = listed(...parts)
  return text.charAt(0).toLocaleUpperCase() + text.slice(1)
}
