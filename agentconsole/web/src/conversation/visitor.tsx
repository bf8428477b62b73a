import { useEffect, useRef } from 'preact/hooks'
import { panel } from '../frame/drawer.ts'
import { over } from '../frame/over.ts'
import { lostSince } from '../realtime.ts'
import { agoWords, clockTime, day, languageName, zoneName } from '../locale/time.ts'
import { listed, number, t } from '../locale/t.ts'
import { href } from '../route.ts'
import { now } from '../ui/clock.ts'
import { Face } from '../ui/face.tsx'
import { Icon } from '../ui/icon.tsx'
import type { Visitor } from '../types.ts'
import { safe } from './markdown.tsx'
import type { Thread } from './thread.ts'

/** What is known of the visitor, and nothing that is only hoped for. */
export function VisitorPanel({ thread }: { thread: Thread }) {
  const v = thread.visitor.value
  const box = useRef<HTMLElement>(null)
  useEffect(() => (panel.value && box.current ? over(box.current, () => (panel.value = false)) : undefined), [panel.value])
  return (
    <aside ref={box} class="visitor-panel" aria-label={t('visitor.label')} data-open={panel.value || undefined}>
      {v && (
        <>
          <header class="visitor-head">
            <Face who={v} size={40} status={v.status} hidden />
            <span>
              <h2 dir="auto">{v.name}</h2>
              {v.verified ? <small class="ok-ink"><Icon name="shield" size={14} />{t('visitor.verified')}</small> : <small><Icon name="info" size={14} />{t('visitor.unverified')}</small>}
            </span>
            <button type="button" class="icon-btn only-medium" aria-label={t('ui.close')} onClick={() => (panel.value = false)}><Icon name="x" /></button>
          </header>
          <Facts v={v} />
          <Past thread={thread} />
        </>
      )}
    </aside>
  )
}

function Facts({ v }: { v: Visitor }) {
  const zone = v.timezone ? zoneName(v.timezone) : ''
  const local = v.timezone ? clockTime(now.value, v.timezone) : ''
  return (
    <>
      <dl class="facts">
        <Fact name={t('visitor.email')}>{v.email ? <a href={`mailto:${v.email}`}>{v.email}</a> : <span class="quiet-ink">{t('visitor.none')}</span>}</Fact>
        {local && <Fact name={t('visitor.time')}>{listed(local, zone)}</Fact>}
        {v.locale && <Fact name={t('visitor.language')}>{languageName(v.locale)}</Fact>}
        {v.page?.url && <Fact name={t('visitor.page')}><Page page={v.page} /></Fact>}
      </dl>
      <dl class="facts">
        <Fact name={t('visitor.since')}>{day(v.since)}</Fact>
        <Fact name={t('visitor.seen')}>{seenWords(v)}</Fact>
      </dl>
    </>
  )
}

/** While the link is lost nobody knows who is there: the last moment that is known is told instead. */
function seenWords(v: Visitor): string {
  if (v.status !== 'online') return agoWords(v.last_seen, now.value)
  return lostSince.value ? agoWords(new Date(lostSince.value).toISOString(), now.value) : t('status.online')
}

function Fact({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>
}

function Page({ page }: { page: { url: string; title: string } }) {
  let path = page.url
  try {
    const u = new URL(page.url, location.origin)
    path = u.pathname + u.search
  } catch {
    // Shown as it came.
  }
  return safe(page.url) ? <a href={page.url} target="_blank" rel="noopener noreferrer" title={page.title}><bdi dir="ltr">{path}</bdi></a> : <>{path}</>
}

function Past({ thread }: { thread: Thread }) {
  const past = thread.past.value
  return (
    <section class="past">
      <h3>{t('visitor.past')}{past.length > 0 && <span>{number(past.length)}</span>}</h3>
      {past.length === 0 && <p class="quiet-ink">{t('visitor.past.none')}</p>}
      <ul>
        {past.map((p) => (
          <li key={p.id}>
            <a href={href('resolved', p.id)}>
              {p.agent ? <Icon name="person" /> : <span class="ai-ink"><Icon name="spark" /></span>}
              <span><b dir="auto">{p.title}</b><small>{listed(day(p.at), p.agent ?? t('past.assistant'))}</small></span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}
