import { panel } from '../frame/drawer.ts'
import { groupOf, rowOf } from '../inbox/store.ts'
import { secondsSince, urgency, waitWords } from '../inbox/wait.ts'
import { stopwatch } from '../locale/time.ts'
import { listed, t } from '../locale/t.ts'
import { go, href, route } from '../route.ts'
import { me, myId } from '../session/session.ts'
import { now } from '../ui/clock.ts'
import { Face } from '../ui/face.tsx'
import { Icon } from '../ui/icon.tsx'
import { Badge, Key } from '../ui/parts.tsx'
import type { Person, Row } from '../types.ts'
import { claim, handBack, resolve } from './store.ts'
import type { Thread } from './thread.ts'

export function Header({ thread }: { thread: Thread }) {
  const row = rowOf(thread.id)?.value
  return (
    <header class="head conversation-head">
      <button type="button" class="icon-btn only-narrow" aria-label={t('ui.back')} onClick={() => go(href(route.value.view))}><Icon name="back" size={18} /></button>
      <h2 dir="auto">{row?.visitor.name ?? ' '}</h2>
      {row && <Due row={row} />}
      <span class="head-space" />
      <Viewers people={thread.viewers.value} />
      {row && <Actions row={row} />}
      <button type="button" class="icon-btn only-medium" aria-label={t('act.visitor')} aria-expanded={panel.value} onClick={() => (panel.value = !panel.value)}><Icon name="panel" size={18} /></button>
    </header>
  )
}

/** How the wait stands, in words; only where a person owes an answer. */
function Due({ row }: { row: Row }) {
  const g = groupOf(row)
  const from = g === 'queue' ? (row.unanswered_since ?? row.waiting_since) : row.state === 'agent' ? row.unanswered_since : null
  if (row.state === 'agent' && g !== 'mine' && row.agent) return <Badge tone="quiet"><Icon name="lock" size={14} />{t('row.with', { name: row.agent.name })}</Badge>
  if (row.state === 'resolved') return <Badge tone="ok"><Icon name="done" size={14} />{t('group.resolved')}</Badge>
  if (!from) return null
  const due = me.value?.reply_due_seconds ?? 300
  const s = secondsSince(from, now.value)
  const u = urgency(s, due)
  const words = u === 'calm' ? (g === 'queue' ? t('timer.waiting', { time: stopwatch(s) }) : t('timer.due', { time: stopwatch(Math.ceil(due - s)) })) : waitWords(s, due, 'reply')
  return <Badge tone={u === 'late' ? 'bad' : u === 'soon' ? 'warn' : 'ok'}><Icon name={u === 'late' ? 'warn' : 'clock'} size={14} />{words}</Badge>
}

const FACES = 3

function Viewers({ people }: { people: Person[] }) {
  const others = people.filter((p) => p.id !== myId.value)
  if (!others.length) return null
  const names = listed(...others.map((p) => p.name))
  return (
    <span class="viewers" role="img" aria-label={t('conv.viewers', { names })} title={t('conv.viewers', { names })}>
      {others.slice(0, FACES).map((p) => <Face key={p.id} who={{ id: p.id, name: p.name, initials: p.initials, hue: p.hue }} size={20} hidden />)}
      {others.length > FACES && <span class="viewers-more">+{others.length - FACES}</span>}
      <Icon name="eye" />
    </span>
  )
}

function Actions({ row }: { row: Row }) {
  const g = groupOf(row)
  if (g === 'queue' || g === 'assistant') {
    return <button key="claim" type="button" class={g === 'queue' ? 'btn primary' : 'btn'} aria-keyshortcuts="C" onClick={() => void claim(row.id)}>{t('act.claim')}<Key>C</Key></button>
  }
  if (g !== 'mine') return null
  return (
    <>
      <button key="handback" type="button" class="btn" onClick={() => void handBack(row.id)}>{t('act.handback')}</button>
      <button key="resolve" type="button" class="btn" aria-keyshortcuts="E" onClick={() => void resolve(row.id)}>{t('act.resolve')}<Key>E</Key></button>
    </>
  )
}
