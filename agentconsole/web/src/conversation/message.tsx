import { useSignal } from '@preact/signals'
import { clockTime, day, exact } from '../locale/time.ts'
import { t } from '../locale/t.ts'
import { me, myId } from '../session/session.ts'
import { AiTile, Face } from '../ui/face.tsx'
import { Icon } from '../ui/icon.tsx'
import { firstName } from '../ui/name.ts'
import { AiTag } from '../ui/parts.tsx'
import { sought } from '../core/sought.ts'
import { href } from '../route.ts'
import type { Citation, Message } from '../types.ts'
import { saveDraft, readDraft } from './drafts.ts'
import { focusComposer } from './focus.ts'
import { Markdown, safe } from './markdown.tsx'
import { marked } from './marks.tsx'
import { place } from './place.ts'
import { again, discard, type Entry } from './outbox.ts'
import type { Thread } from './thread.ts'

interface Props { m: Message; first: boolean; last: boolean; thread: Thread }

/** Shape first, colour second: a visitor is a filled bubble on the left, the assistant a white card with a hairline and a square tile, a person a soft accent bubble. */
export function Bubble(p: Props) {
  switch (p.m.author.kind) {
    case 'visitor':
      return <FromVisitor {...p} />
    case 'assistant':
      return <FromAssistant {...p} />
    default:
      return <FromPerson {...p} />
  }
}

function Time({ at }: { at: string }) {
  return <time dateTime={at} title={exact(at)}>{clockTime(at)}</time>
}

function FromVisitor({ m, first, last, thread }: Props) {
  const v = thread.visitor.value
  const why = thread.packet.value?.why
  return (
    <article class="msg visitor" data-seq={m.seq} data-first={first || undefined}>
      {first && (
        <header class="msg-meta"><b dir="auto">{firstName(v?.name ?? '')}</b> <Time at={m.at} /> <span>{t('conv.msg', { n: thread.ordinal(m.seq) })}</span></header>
      )}
      <div class="msg-line">
        <span class="msg-face">{last && v && <Face who={{ id: v.id, name: v.name, initials: v.initials, hue: v.hue }} size={24} hidden />}</span>
        <div class="bubble plain" dir="auto" title={first ? undefined : `${t('conv.msg', { n: thread.ordinal(m.seq) })}, ${clockTime(m.at)}`}>{why?.seq === m.seq ? marked(m.body, why.matches) : m.body}</div>
      </div>
    </article>
  )
}

function FromAssistant({ m, first, last, thread }: Props) {
  const shown = useSignal(0)
  const cites = m.citations ?? []
  const open = (c: Citation) => (shown.value = shown.value === c.n ? 0 : c.n)
  const c = cites.find((x) => x.n === shown.value)
  return (
    <article class="msg assistant" data-seq={m.seq} data-first={first || undefined}>
      {first && (
        <header class="msg-meta"><span>{t('conv.msg', { n: thread.ordinal(m.seq) })}</span> <Time at={m.at} /> <b>{t('conv.assistant')}</b> <AiTag /></header>
      )}
      <div class="msg-line">
        <div class="bubble card">
          <div class="md"><Markdown body={m.body} cites={{ list: cites, open }} /></div>
          {cites.length > 0 && (
            <ul class="cites" aria-label={t('conv.sources')}>
              {cites.map((x) => (
                <li key={x.n}>
                  <button type="button" class="source" aria-expanded={shown.value === x.n} onClick={() => open(x)}>
                    <span class="chip still">{x.n}</span><span>{x.title}</span>
                  </button>
                </li>
              ))}
            </ul>
          )}
          {c && <Quote c={c} />}
        </div>
        <span class="msg-face">{last && <AiTile />}</span>
      </div>
    </article>
  )
}

function Quote({ c }: { c: Citation }) {
  return (
    <div class="quote">
      {place(c) && <small>{place(c)}</small>}
      <p dir="auto"><mark>{c.quote}</mark></p>
      <small>
        {c.updated && day(c.updated)}
        {c.document && c.chunk && <a href={href('knowledge', c.document, c.chunk)} onClick={() => (sought.value = { chunk: c.chunk!, quote: c.quote })}>{t('know.open.passage')}</a>}
        {safe(c.url) && <a href={c.url} target="_blank" rel="noopener noreferrer">{t('know.open.page')} <Icon name="out" size={14} /></a>}
      </small>
    </div>
  )
}

function FromPerson({ m, first, last, thread }: Props) {
  const a = m.author
  const mine = a.id === myId.value
  const face = { id: a.id ?? '', name: a.name ?? '', initials: a.initials ?? '', hue: a.hue ?? 0 }
  return (
    <article class="msg person" data-seq={m.seq} data-first={first || undefined}>
      {first && (
        <header class="msg-meta"><Ticks m={m} thread={thread} /> <Time at={m.at} /> <b dir="auto">{mine ? t('conv.you') : a.name}</b></header>
      )}
      <div class="msg-line">
        <div class="bubble soft md" title={first ? undefined : clockTime(m.at)}><Markdown body={m.body} /></div>
        <span class="msg-face">{last && <Face who={face} size={24} hidden />}</span>
      </div>
    </article>
  )
}

function Ticks({ m, thread }: { m: Message; thread: Thread }) {
  const { delivered, seen } = thread.readBy.value
  const state = seen >= m.seq ? 'seen' : delivered >= m.seq ? 'delivered' : 'sent'
  return <span class={`ticks ${state}`}><Icon name={state === 'sent' ? 'check' : 'checks'} size={14} />{t(`sent.${state}`)}</span>
}

export function Note({ m }: { m: Message }) {
  const mine = m.author.id === myId.value
  return (
    <article class="note" data-seq={m.seq}>
      <header><Icon name="lock" size={14} /> <b>{mine ? t('conv.note.you') : t('conv.note', { name: m.author.name ?? '' })}</b> <Time at={m.at} /></header>
      <div class="md"><Markdown body={m.body} /></div>
    </article>
  )
}

/** What was sent from here and is not in the conversation yet: it stands at the end and never jumps when it is stored. */
export function Outgoing({ e }: { e: Entry }) {
  const note = e.kind === 'note'
  const words = (
    <span class={e.failed ? 'out-state bad' : 'out-state'}>
      {e.failed ? (
        <>
          <Icon name="warn" size={14} /><span>{e.failed.error || t('sent.failed')}</span>
          <button type="button" class="link" onClick={() => again(e.cid)}>{t('sent.again')}</button>
          <button type="button" class="link" onClick={() => takeBack(e)}>{t('sent.edit')}</button>
        </>
      ) : e.seq !== undefined ? <><Icon name="check" size={14} />{t('sent.sent')}</> : t('sent.sending')}
    </span>
  )
  if (note) {
    return (
      <article class="note pending">
        <header><Icon name="lock" size={14} /> <b>{t('conv.note.you')}</b> {words}</header>
        <div class="md"><Markdown body={e.body} /></div>
      </article>
    )
  }
  const a = me.value!.agent
  return (
    <article class={e.failed ? 'msg person failed' : 'msg person pending'} data-first>
      <header class="msg-meta">{words} <b>{t('conv.you')}</b></header>
      <div class="msg-line">
        <div class="bubble soft md"><Markdown body={e.body} /></div>
        <span class="msg-face"><Face who={{ id: a.id, name: a.name, initials: a.initials, hue: a.hue }} size={24} hidden /></span>
      </div>
    </article>
  )
}

/** Not sent after all: the words go back into the box, before what stands there now. */
function takeBack(e: Entry): void {
  // The draft first: the box reads it again when the entry goes.
  saveDraft(e.conv, e.kind, [e.body, readDraft(e.conv, e.kind)].filter(Boolean).join('\n'))
  discard(e.cid)
  focusComposer(e.kind)
}

export function Streaming({ thread }: { thread: Thread }) {
  const s = thread.stream.value
  if (!s) return null
  return (
    <article class="msg assistant streaming" data-first aria-busy="true">
      <header class="msg-meta"><span>{t('conv.writing')}</span> <b>{t('conv.assistant')}</b> <AiTag /></header>
      <div class="msg-line">
        <div class="bubble card"><div class="md"><Markdown body={s.text.replace(/\s*\[\d*$/, '')} /><span class="caret" aria-hidden="true" /></div></div>
        <span class="msg-face"><AiTile /></span>
      </div>
    </article>
  )
}
