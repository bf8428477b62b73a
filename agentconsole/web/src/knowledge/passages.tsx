import { useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { call } from '../api.ts'
import { sought } from '../core/sought.ts'
import { safe } from '../conversation/markdown.tsx'
import { onFrame } from '../realtime.ts'
import { t } from '../locale/t.ts'
import { day } from '../locale/time.ts'
import { go, href } from '../route.ts'
import { Icon } from '../ui/icon.tsx'
import type { Document, Passage } from '../types.ts'
import { quoted } from './quote.tsx'

interface Detail { document: Document; passages: Passage[] }

// One listener for all panels that come and go; the open one says what it wants to hear.
let heard: (d: Document) => void = () => {}
onFrame((f) => f.t === 'document' && f.document && heard(f.document))

/** What the assistant sees of a document: its passages in order, each with the headings it stands under. A passage that was cited is scrolled to, its quote marked. */
export function Passages({ id, part }: { id: string; part: string }) {
  const detail = useSignal<Detail | null>(null)
  const failed = useSignal(false)
  const list = useRef<HTMLOListElement>(null)
  const load = () => {
    failed.value = false
    call<Detail>('GET', `/documents/${id}`).then((d) => (detail.value = d), () => (failed.value = true))
  }
  useEffect(() => {
    load()
    heard = (d) => {
      if (d.id === id && d.state !== detail.peek()?.document.state) load()
    }
    const esc = (e: KeyboardEvent) => e.key === 'Escape' && !e.defaultPrevented && !document.querySelector('[popover]:popover-open, dialog[open]') && go(href('knowledge'))
    addEventListener('keydown', esc)
    return () => {
      heard = () => {}
      removeEventListener('keydown', esc)
    }
  }, [])
  // The focus goes back to what opened the panel, or to the document's row, before the panel is gone: later it could be taken from whoever has moved on.
  const panel = useRef<HTMLElement>(null)
  useLayoutEffect(() => {
    const from = document.activeElement
    const own = panel.current
    return () => {
      if (document.activeElement !== document.body && !own?.contains(document.activeElement)) return
      const back = from instanceof HTMLElement && from !== document.body && from.isConnected ? from : document.querySelector<HTMLElement>(`.docs a[href="${CSS.escape(href('knowledge', id))}"]`)
      back?.focus({ preventScroll: true })
    }
  }, [])
  const there = !!detail.value
  useEffect(() => {
    if (!there || !part) return
    const item = list.current?.querySelector<HTMLElement>(`[data-part="${CSS.escape(part)}"]`)
    ;(item?.querySelector('mark') ?? item)?.scrollIntoView({ block: 'center' })
    item?.focus({ preventScroll: true })
  }, [there, part])
  const d = detail.value?.document
  const marks = (p: Passage) => (sought.value?.chunk === p.id && sought.value.quote ? [sought.value.quote] : [])
  return (
    <aside ref={panel} class="passages" aria-label={t('know.panel', { title: d?.title ?? '' })} aria-busy={!d && !failed.value}>
      <header class="head">
        <h2 dir="auto">{d?.title ?? '\u00a0'}</h2>
        <span class="head-space" />
        <button type="button" class="icon-btn" aria-label={t('ui.close')} onClick={() => go(href('knowledge'))}><Icon name="x" /></button>
      </header>
      <div class="passages-scroll" tabIndex={0} role="region" aria-label={t('know.col.passages')}>
        {failed.value && <div class="know-none"><p>{t('know.load.failed')}</p><button type="button" class="btn" onClick={load}>{t('ui.retry')}</button></div>}
        {d && <Meta d={d} />}
        {d?.state === 'embedding' && <p class="passages-soon"><Icon name="info" size={14} />{t('know.words.long')}</p>}
        {detail.value && detail.value.passages.length === 0 && <p class="passages-meta">{t('know.panel.none')}</p>}
        {part && there && !detail.value!.passages.some((p) => p.id === part) && <p class="passages-soon"><Icon name="info" size={14} />{t('know.part.gone')}</p>}
        <ol ref={list}>
          {detail.value?.passages.map((p, i) => (
            <li key={p.id} data-part={p.id} tabIndex={-1} aria-current={p.id === part ? 'true' : undefined}>
              <h3 dir="auto"><span class="passage-n" aria-label={t('know.passage', { n: i + 1 })}>{i + 1}</span>{(p.heading?.length ? p.heading : [d?.title ?? '']).map((h, j) => <span key={j}>{h}</span>)}{!!p.page && <small class="num">{t('know.page', { n: p.page })}</small>}</h3>
              <p dir="auto">{quoted(p.text, marks(p))}</p>
            </li>
          ))}
        </ol>
      </div>
    </aside>
  )
}

/** What it is, how far it is, and the way to the original. */
function Meta({ d }: { d: Document }) {
  const facts = [t('know.passages', { n: d.passages }), d.pages ? t('know.pages', { n: d.pages }) : '', d.file, d.state === 'ready' ? t('know.ready', { date: day(d.updated_at) }) : ''].filter(Boolean)
  return (
    <div class="passages-meta">
      <p>{facts.join(' · ')}</p>
      <p class="passages-links">
        {d.original && <a href={`/api/console/documents/${d.id}/file`} download={d.file || d.title}><Icon name="down" size={14} />{t('know.original')}</a>}
        {d.url && safe(d.url) && <a href={d.url} target="_blank" rel="noopener noreferrer">{t('know.open.page')} <Icon name="out" size={14} /></a>}
      </p>
    </div>
  )
}
