import { claim } from '../conversation/store.ts'
import { known, t } from '../locale/t.ts'
import { ago, stopwatch } from '../locale/time.ts'
import { me } from '../session/session.ts'
import { now } from '../ui/clock.ts'
import { Face } from '../ui/face.tsx'
import { Icon } from '../ui/icon.tsx'
import { Badge, Key } from '../ui/parts.tsx'
import type { Row } from '../types.ts'
import { open } from './move.ts'
import { rowOf, type Group } from './store.ts'
import { secondsSince, urgency, waitWords } from './wait.ts'

export function RowItem({ id, group, chosen, stop }: { id: string; group: Group; chosen: boolean; stop: boolean }) {
  const r = rowOf(id)?.value
  if (!r) return null
  const take = group === 'queue' || group === 'assistant'
  return (
    <div class="row" role="option" id={`row-${id}`} data-row={id} data-take={take ? '' : undefined} aria-selected={chosen} tabIndex={stop ? 0 : -1} onClick={() => open(id)}>
      <Face who={r.visitor} hidden />
      <div class="row-body">
        <div class="row-top">
          <span class={r.unread && !chosen ? 'row-name unread' : 'row-name'} dir="auto">{r.visitor.name}{r.unread > 0 && !chosen && <span class="hidden">, {t('row.unread', { n: r.unread })}</span>}</span>
          <span class="row-end"><When r={r} group={group} /></span>
        </div>
        <Line r={r} />
        <Badges r={r} group={group} />
      </div>
      {take && (
        // The pointer's way only: from the keyboard it is C, and an option may not hold a control of its own.
        <span class="row-claim btn" aria-hidden="true" onClick={(e) => { e.stopPropagation(); void claim(id).then((row) => row && open(id)) }}>
          {t('act.claim')}<Key>C</Key>
        </span>
      )}
    </div>
  )
}

function due(): number {
  return me.value?.reply_due_seconds ?? 300
}

/** Since when somebody waits for a person here, or null. */
function since(r: Row, group: Group): string | null {
  return group === 'queue' ? (r.unanswered_since ?? r.waiting_since) : group === 'mine' ? r.unanswered_since : null
}

/** The figure at the end of the first line: it ticks where somebody waits, and says how long ago elsewhere. */
function When({ r, group }: { r: Row; group: Group }) {
  const from = since(r, group)
  if (!from) return <span class="when">{ago(r.preview?.at ?? r.updated_at, now.value)}</span>
  const s = secondsSince(from, now.value)
  const u = urgency(s, due())
  return (
    <span class={`when ${u}`}>
      {/* Amber says its words in the badge below. */}
      <Icon name="clock" size={14} /> {u === 'soon' ? stopwatch(s) : waitWords(s, due(), group === 'queue' ? 'queue' : 'reply')}
    </span>
  )
}

function Line({ r }: { r: Row }) {
  const p = r.preview
  if (!p) return <div class="row-line">&nbsp;</div>
  const text = plain(p.body)
  return (
    <div class="row-line">
      {p.author === 'assistant' && <span class="ai-ink"><Icon name="spark" size={14} /></span>}
      {p.author === 'agent' && <Icon name="reply" size={14} />}
      {p.author === 'agent' && <span class="row-who">{p.mine ? t('row.you', { text: '' }).trim() : t('row.name', { name: p.name ?? '', text: '' }).trim()}</span>}
      <span dir="auto">{text}</span>
    </div>
  )
}

/** One line of words: no marks of emphasis, no source numbers. */
export function plain(body: string): string {
  return body.replace(/\s*\[\d{1,3}\](?!\()/g, '').replace(/\[([^\]]+)\]\([^)]*\)/g, '$1').replace(/(\*\*|__|`|^#+\s|^[-*>]\s)/gm, '').replace(/\s+/g, ' ').trim()
}

export function reasonWords(reason: { rule: string; title: string }): string {
  const key = `rule.${reason.rule}`
  return known(key) ? t(key) : reason.title
}

function Badges({ r, group }: { r: Row; group: Group }) {
  if (group === 'assistant' || group === 'resolved') return null
  const from = since(r, group)
  const u = from ? urgency(secondsSince(from, now.value), due()) : 'calm'
  const reason = r.reason ? reasonWords(r.reason) : ''
  if (u === 'calm' && !reason) return null
  return (
    <div class="row-badges">
      {u === 'late' && <Badge tone="bad"><Icon name="warn" size={14} />{t('row.overdue')}</Badge>}
      {u === 'soon' && <Badge tone="warn"><Icon name="clock" size={14} />{waitWords(secondsSince(from!, now.value), due(), 'queue')}</Badge>}
      {u === 'calm' ? <Badge tone={r.reason?.rule === 'wants-human' ? 'quiet' : 'warn'}>{reason}</Badge> : reason && <span class="row-reason">{reason}</span>}
    </div>
  )
}
