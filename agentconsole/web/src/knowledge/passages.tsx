import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { call } from '../api.ts'
import { onFrame } from '../realtime.ts'
import { t } from '../locale/t.ts'
import { day } from '../locale/time.ts'
import { go, href } from '../route.ts'
import { Icon } from '../ui/icon.tsx'
import type { Document, Passage } from '../types.ts'

interface Detail { document: Document; passages: Passage[] }

// One listener for all panels that come and go; the open one says what it wants to hear.
let heard: (d: Document) => void = () => {}
onFrame((f) => f.t === 'document' && f.document && heard(f.document))

/** What the assistant sees of a document: its passages in order, each with the headings it stands under. */
export function Passages({ id }: { id: string }) {
  const detail = useSignal<Detail | null>(null)
  const failed = useSignal(false)
  const close = useRef<HTMLButtonElement>(null)
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
  const d = detail.value?.document
  return (
    <aside class="passages" aria-label={t('know.panel', { title: d?.title ?? '' })} aria-busy={!d && !failed.value}>
      <header class="head">
        <h2 dir="auto">{d?.title ?? '\u00a0'}</h2>
        <span class="head-space" />
        <button type="button" class="icon-btn" ref={close} aria-label={t('ui.close')} onClick={() => go(href('knowledge'))}><Icon name="x" /></button>
      </header>
      <div class="passages-scroll" tabIndex={0} role="region" aria-label={t('know.col.passages')}>
        {failed.value && <div class="know-none"><p>{t('know.load.failed')}</p><button type="button" class="btn" onClick={load}>{t('ui.retry')}</button></div>}
        {d && <p class="passages-meta">{[t('know.passages', { n: d.passages }), d.file, d.state === 'ready' ? t('know.ready', { date: day(d.updated_at) }) : ''].filter(Boolean).join(' · ')}</p>}
        {detail.value && detail.value.passages.length === 0 && <p class="passages-meta">{t('know.panel.none')}</p>}
        <ol>
          {detail.value?.passages.map((p, i) => (
            <li key={p.id}>
              <h3 dir="auto"><span class="passage-n" aria-label={t('know.passage', { n: i + 1 })}>{i + 1}</span>{(p.heading?.length ? p.heading : [d?.title ?? '']).map((h, j) => <span key={j}>{h}</span>)}</h3>
              <p dir="auto">{p.text}</p>
            </li>
          ))}
        </ol>
      </div>
    </aside>
  )
}
