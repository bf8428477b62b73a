import { clockTime, exact, spelled } from '../locale/time.ts'
import { known, listed, t } from '../locale/t.ts'
import { me } from '../session/session.ts'
import { Icon, Mark } from '../ui/icon.tsx'
import { useSignal } from '@preact/signals'
import { AiTag } from '../ui/parts.tsx'
import type { Packet } from '../types.ts'
import { jump } from './focus.ts'
import { lineWords, reasonOf } from './packet-line.ts'
import { excerpt, marked } from './marks.tsx'
import { safe } from './markdown.tsx'
import { Mood } from './mood.tsx'
import { packetOpen, togglePacket } from './packet-state.ts'
import type { Thread } from './thread.ts'

/** The whole story in one look: why it was handed over, in the visitor's own words, what happened so far, and how the visitor feels. */
export function PacketView({ thread }: { thread: Thread }) {
  const p = thread.packet.value
  if (!p) return null
  const open = packetOpen.value
  return (
    <section class="packet" aria-label={t('packet.title')}>
      <button type="button" class="packet-head" aria-expanded={open} aria-keyshortcuts="P" title={t(open ? 'packet.collapse' : 'packet.expand')} onClick={togglePacket}>
        <Mark size={18} />
        <b>{t('packet.title')}</b>
        <time dateTime={p.at} title={exact(p.at)}>{facts(p)}</time>
        {!open && <span class="packet-rule">{reasonOf(p.rule)}</span>}
        <Icon name={open ? 'up' : 'down'} />
      </button>
      {open && <Story p={p} thread={thread} />}
    </section>
  )
}

/** It is a snapshot, so it says its time. */
function facts(p: Packet): string {
  const out = [clockTime(p.at)]
  if (p.queued_seconds !== null) out.push(t('packet.queued', { time: spelled(p.queued_seconds) }))
  if (p.claimed_by) out.push(p.claimed_by === me.value?.agent.name ? t('packet.by.you') : t('packet.by', { name: p.claimed_by }))
  return listed(...out)
}

function Story({ p, thread }: { p: Packet; thread: Thread }) {
  return (
    <dl class="story">
      <dt>{t('packet.why')}</dt>
      <dd><Why p={p} thread={thread} /></dd>
      {p.summary.length > 0 && (
        <>
          <dt>{t('packet.summary')} <AiTag /></dt>
          <dd><Summary list={p.summary} thread={thread} /></dd>
        </>
      )}
      <dt>{t('packet.sources')}</dt>
      <dd class="story-sources">
        {p.sources.length === 0 && <span class="quiet-ink">{t('packet.none')}</span>}
        {p.sources.map((s) => <Source key={s.n} s={s} />)}
      </dd>
      {p.mood.points.length > 0 && (
        <>
          <dt>{t('packet.mood')}</dt>
          <dd class="story-mood">{p.mood.points.length > 1 && <Mood points={p.mood.points} />} <span>{moodWords(p)}</span></dd>
        </>
      )}
    </dl>
  )
}

const LINES = 5

/** Each line is one line, whole in its title; what is beyond the fifth is folded, so that the conversation keeps its room. */
function Summary({ list, thread }: { list: Packet['summary']; thread: Thread }) {
  const all = useSignal(false)
  const folded = list.length > LINES
  const shown = folded && !all.value ? list.slice(0, LINES - 1) : list
  return (
    <>
      <ul class="story-lines">
        {shown.map((s, i) => {
          const { label, text } = lineWords(s)
          return (
            <li key={`${s.seq} ${s.kind ?? ''} ${i}`}>
              <span class="story-line" title={label ? `${label}: ${text}` : text}>{label && <span>{`${label}:`}</span>} <bdi>{text}</bdi></span>
              <Ref seq={s.seq} thread={thread} />
            </li>
          )
        })}
      </ul>
      {folded && <button type="button" class="link story-more" aria-expanded={all.value} onClick={() => (all.value = !all.value)}>{all.value ? t('packet.less') : t('packet.more', { n: list.length - shown.length })}</button>}
    </>
  )
}

function Why({ p, thread }: { p: Packet; thread: Thread }) {
  const { from, to } = excerpt(p.why.text, p.why.matches)
  const all = Array.from(p.why.text).length
  return (
    <span>
      {reasonOf(p.rule)}{': '}
      <q dir="auto">{from > 0 && '… '}{marked(p.why.text, p.why.matches, from, to)}{to < all && ' …'}</q>{' '}
      <Ref seq={p.why.seq} thread={thread} />
    </span>
  )
}

function Ref({ seq, thread }: { seq: number; thread: Thread }) {
  const n = thread.ordinal(seq)
  return <button type="button" class="ref" title={t('conv.msg.label', { n })} onClick={() => (jump.value = { seq })}>{t('conv.msg', { n })}</button>
}

/** The page itself where it can be opened, otherwise the answer that showed it. */
function Source({ s }: { s: Packet['sources'][number] }) {
  const inner = <><span class="chip still">{s.n}</span><span>{s.title}</span></>
  if (safe(s.url)) return <a class="source" href={s.url} target="_blank" rel="noopener noreferrer">{inner}</a>
  return <button type="button" class="source" onClick={() => (jump.value = { seq: s.seq })}>{inner}</button>
}

const STEP = 0.15

/** The word is the server's; the line's own course is added only where it clearly has one. */
function moodWords(p: Packet): string {
  const key = `mood.${p.mood.word}`
  const word = known(key) ? t(key) : p.mood.word
  if (p.mood.word === 'calm') return word
  const pts = p.mood.points
  const lowest = Math.min(...pts)
  const last = pts[pts.length - 1]!
  if (pts.length < 2 || Math.max(...pts) - lowest < STEP) return word
  if (last === lowest) return t('mood.lowest', { mood: word })
  return last - lowest >= STEP ? t('mood.calmer', { mood: word }) : word
}
