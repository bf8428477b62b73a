import { useEffect, useRef } from 'preact/hooks'
import { drawer } from '../frame/drawer.ts'
import { number, t, type Key } from '../locale/t.ts'
import { route } from '../route.ts'
import { Icon } from '../ui/icon.tsx'
import { Badge, Key as Kbd } from '../ui/parts.tsx'
import { keysOn } from '../keys/on.ts'
import { open, remember } from './move.ts'
import { RowItem } from './row.tsx'
import { chosenGroup, counts, listState, load, more, next, order, sections, type Group, type Section } from './store.ts'

const HEADS: Record<Group, { title: Key; right: Key | null }> = {
  mine: { title: 'group.mine', right: 'group.due' },
  queue: { title: 'group.queue', right: 'group.waiting' },
  assistant: { title: 'group.assistant', right: null },
  resolved: { title: 'group.resolved', right: null },
}

export function List() {
  const box = useRef<HTMLDivElement>(null)
  const view = route.value.view
  const chosen = route.value.id
  useEffect(() => {
    remember()
    if (!chosen) return
    const row = box.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(chosen)}"]`)
    row?.scrollIntoView({ block: 'nearest' })
    // The focus follows the choice only if it was in the list already: a composer never loses it.
    if (row && box.current?.contains(document.activeElement)) row.focus({ preventScroll: true })
  }, [chosen])
  // Claimed, it has jumped to the top of the list, perhaps out of sight.
  const mine = chosenGroup.value === 'mine'
  useEffect(() => {
    if (chosen && mine) box.current?.querySelector(`[data-row="${CSS.escape(chosen)}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [chosen, mine])

  return (
    <section class="list" aria-label={t('list.label')}>
      <header class="head">
        <button type="button" class="icon-btn only-narrow" aria-label={t('ui.menu')} onClick={() => (drawer.value = true)}><Icon name="menu" size={18} /></button>
        <h2>{t(`view.${view}`)}</h2>
        {counts.value.waiting > 0 && (view === 'inbox' || view === 'unassigned') && <Badge tone="warn">{t('nav.waiting', { n: counts.value.waiting })}</Badge>}
      </header>
      <div class="list-scroll" ref={box}>
        <Rows chosen={chosen} />
        {next.value && <button type="button" class="btn quiet list-more" onClick={() => void more()}>{t('list.more')}</button>}
      </div>
      {keysOn.value && (
        <footer class="hints" aria-hidden="true">
          <span><Kbd>J</Kbd><Kbd>K</Kbd>{t('keys.short.move')}</span>
          <span><Kbd>C</Kbd>{t('keys.short.claim')}</span>
          <span><Kbd>E</Kbd>{t('keys.short.resolve')}</span>
          <span class="hints-end"><Kbd>?</Kbd>{t('keys.short.all')}</span>
        </footer>
      )}
    </section>
  )
}

function Rows({ chosen }: { chosen: string }) {
  const ids = order.value
  if (listState.value === 'failed') {
    return (
      <div class="list-note"><p>{t('list.failed')}</p><button type="button" class="btn" onClick={() => { listState.value = 'loading'; void load(route.value.view) }}>{t('ui.retry')}</button></div>
    )
  }
  if (!ids.length) return listState.value === 'loading' ? <Skeleton /> : <p class="list-note">{t(`list.none.${route.value.view}`)}</p>
  // One row takes part in the Tab order: the chosen one, or the first.
  const stop = ids.includes(chosen) ? chosen : ids[0]!
  return (
    <div role="listbox" aria-label={t('list.label')} onKeyDown={arrows}>
      {sections.value.map((s) => <Part key={s.group} s={s} chosen={chosen} stop={stop} />)}
    </div>
  )
}

function Part({ s, chosen, stop }: { s: Section; chosen: string; stop: string }) {
  const head = HEADS[s.group]
  return (
    <div role="group" aria-label={t(head.title)} class="part">
      <div class="part-head" aria-hidden="true">
        <span>{t(head.title)}</span>
        <span>{head.right ? t(head.right) : s.group === 'assistant' ? number(counts.value.assistant) : ''}</span>
      </div>
      {s.ids.map((id) => <RowItem key={id} id={id} group={s.group} chosen={id === chosen} stop={id === stop} />)}
    </div>
  )
}

function arrows(e: KeyboardEvent): void {
  const ids = order.value
  const at = ids.indexOf((document.activeElement as HTMLElement)?.dataset['row'] ?? '')
  const to = e.key === 'ArrowDown' ? at + 1 : e.key === 'ArrowUp' ? at - 1 : e.key === 'Home' ? 0 : e.key === 'End' ? ids.length - 1 : null
  if (at >= 0 && (e.key === 'Enter' || e.key === ' ')) {
    e.preventDefault()
    open(ids[at]!)
    return
  }
  if (to === null || !ids[to]) return
  e.preventDefault()
  document.querySelector<HTMLElement>(`[data-row="${CSS.escape(ids[to]!)}"]`)?.focus()
}

/** Shaped like the rows, and shown only when reading takes longer than a blink. */
function Skeleton() {
  return (
    <div class="skeleton" role="status" aria-label={t('ui.loading')}>
      {[62, 48, 70, 55, 64, 50].map((w) => (
        <div class="skeleton-row" key={w}>
          <i class="skeleton-face" />
          <span><i data-w="name" /><i data-w={w > 58 ? 'long' : 'short'} /></span>
        </div>
      ))}
    </div>
  )
}
