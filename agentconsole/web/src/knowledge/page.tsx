import { signal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { drawer } from '../frame/drawer.ts'
import { knowledgeKeys } from '../keys/knowledge.ts'
import { keysOn } from '../keys/on.ts'
import { listed, number, t } from '../locale/t.ts'
import { route } from '../route.ts'
import { Icon } from '../ui/icon.tsx'
import { Menu, type Item } from '../ui/menu.tsx'
import { Key } from '../ui/parts.tsx'
import { AddPage, addingPage } from './add-page.tsx'
import { wanted } from './bench-focus.ts'
import { causeWords } from './cause.ts'
import { hovering, useDrop } from './drop.ts'
import { KINDS, type Kind } from './kinds.ts'
import { Passages } from './passages.tsx'
import { DocumentRow, UploadRow } from './row.tsx'
import { figures, kind, load, more, next, query, retryAll, shown, status, tab, type Tab } from './store.ts'
import { add, choose, leftOut, noted, refused, shownUploads } from './upload.ts'

/** The bench comes when the page is there: documents are looked at first. */
const Bench = signal<ComponentType<{ close?: (() => void) | undefined }> | null>(null)
let asked = false
function needBench(): void {
  if (asked) return
  asked = true
  void import('./bench.tsx').then((m) => (Bench.value = m.Bench), () => (asked = false))
}

/** On a wide screen the bench stands beside the documents; on a narrower one it lies over them when it is asked for. */
const WIDE = matchMedia('(min-width: 1400px)')
const wide = signal(WIDE.matches)
WIDE.addEventListener('change', () => (wide.value = WIDE.matches))
export const benchOpen = signal(false)

export function KnowledgePage() {
  useDrop()
  const opener = useRef<HTMLButtonElement>(null)
  const closeBench = () => {
    benchOpen.value = false
    opener.current?.focus()
  }
  const tryIt = () => {
    benchOpen.value = true
    wanted.value = true
  }
  useEffect(() => {
    void load()
    needBench()
    knowledgeKeys['/'] = () => document.querySelector<HTMLInputElement>('.know-search input')?.focus()
    knowledgeKeys['u'] = () => choose(add)
    knowledgeKeys['t'] = tryIt
    return () => {
      delete knowledgeKeys['/']
      delete knowledgeKeys['u']
      delete knowledgeKeys['t']
    }
  }, [])
  const { id, part } = route.value
  const B = Bench.value
  const beside = wide.value || benchOpen.value
  useEffect(() => {
    if (!benchOpen.value || wide.value) return
    const esc = (e: KeyboardEvent) => e.key === 'Escape' && !e.defaultPrevented && !route.peek().id && !document.querySelector('[popover]:popover-open, dialog[open]') && closeBench()
    addEventListener('keydown', esc)
    return () => removeEventListener('keydown', esc)
  }, [benchOpen.value, wide.value])
  return (
    <>
      <main id="main" class="know" data-open={id || wide.value ? '' : undefined} tabIndex={-1}>
        <Head opener={opener} tryIt={tryIt} />
        <Tabs />
        <div class="know-scroll">
          <LeftOutList />
          <Table />
          {next.value && <button type="button" class="btn quiet list-more" onClick={() => void more()}>{t('list.more')}</button>}
        </div>
        <footer class="hints">
          {keysOn.value && <span aria-hidden="true"><Key>/</Key>{t('know.key.search')}</span>}
          {keysOn.value && <span aria-hidden="true"><Key>U</Key>{t('know.key.add')}</span>}
          {keysOn.value && <span aria-hidden="true"><Key>T</Key>{t('know.key.try')}</span>}
          <span>{t('know.drop')}</span>
        </footer>
      </main>
      {B && beside && <B close={wide.value ? undefined : closeBench} />}
      {id && <Passages id={id} part={part} key={id} />}
      {addingPage.value && <AddPage />}
      {hovering.value && <div class="drop-over"><div><Icon name="upload" size={24} /><b>{t('know.drop.now')}</b><span>{t('know.drop.types')}</span></div></div>}
    </>
  )
}

function Head({ opener, tryIt }: { opener: { current: HTMLButtonElement | null }; tryIt: () => void }) {
  const c = figures.value
  const more: Item[] = [
    { kind: 'action', label: t('know.add.files'), key: 'U', icon: <Icon name="file" />, run: () => choose(add) },
    { kind: 'action', label: t('know.add.folder'), icon: <Icon name="folder" />, run: () => choose(add, 'folder') },
    { kind: 'action', label: t('know.add.page'), icon: <Icon name="link" />, run: () => (addingPage.value = true) },
  ]
  return (
    <header class="head">
      <button type="button" class="icon-btn only-narrow" aria-label={t('ui.menu')} onClick={() => (drawer.value = true)}><Icon name="menu" size={18} /></button>
      <h1>{t('nav.knowledge')}</h1>
      {c.all > 0 && <span class="know-count">{listed(t('know.count', { n: c.all }), t('know.passages', { n: c.passages }))}</span>}
      <span class="head-space" />
      {!wide.value && <button type="button" class="btn" ref={opener} aria-expanded={benchOpen.value} aria-keyshortcuts="T" aria-label={t('know.try')} onClick={tryIt}><Icon name="spark" /><span class="btn-words">{t('know.try')}</span></button>}
      <button type="button" class="btn know-link" onClick={() => (addingPage.value = true)}><Icon name="link" />{t('know.add.page')}</button>
      <span class="know-add">
        <button type="button" class="btn primary" aria-keyshortcuts="U" onClick={() => choose(add)}><Icon name="plus" />{t('know.add')}</button>
        <Menu class="btn primary know-more" label={t('know.add.more')} items={more}><Icon name="down" size={14} /></Menu>
      </span>
    </header>
  )
}

/** What a folder or an archive held that is no document: nothing is left out without a word. */
function LeftOutList() {
  return (
    <>
      {leftOut.value.map((x) => (
        <div key={x.id} class="left-out">
        <details>
          <summary><Icon name="info" /><span>{t('know.left', { n: x.list.length, from: x.from })}</span></summary>
          <ul>
            {x.list.map((f) => {
              const { error, fix } = causeWords(f)
              return <li key={f.name}><b dir="auto">{f.name}</b> <span dir="auto">{error || t('cause.wrong_type')} {fix}</span></li>
            })}
          </ul>
        </details>
        <button type="button" class="btn quiet" onClick={() => noted(x.id)}>{t('know.left.ok')}</button>
        </div>
      ))}
    </>
  )
}

const SEARCH_MS = 200

function Tabs() {
  const timer = useRef(0)
  const c = figures.value
  const failed = c.failed + refused.value
  const go = (to: Tab) => {
    tab.value = to
    void load()
  }
  const find = (text: string) => {
    query.value = text
    clearTimeout(timer.current)
    timer.current = window.setTimeout(() => void load(), SEARCH_MS)
  }
  const pick = (k: Kind | '') => {
    kind.value = k
    void load()
  }
  const kinds: Item[] = [
    { kind: 'title', label: t('know.kind') },
    { kind: 'radio', label: t('know.kind.all'), on: !kind.value, run: () => pick('') },
    ...KINDS.map((k): Item => ({ kind: 'radio', label: k, on: kind.value === k, run: () => pick(k) })),
  ]
  return (
    <div class="know-tabs">
      <div role="group" aria-label={t('know.table')}>
        <TabButton of="all" n={c.all + refused.value} go={go} />
        {(c.progress > 0 || tab.value === 'progress') && <TabButton of="progress" n={c.progress} go={go} />}
        {(failed > 0 || tab.value === 'failed') && <TabButton of="failed" n={failed} go={go} />}
        {((c.unused ?? 0) > 0 || tab.value === 'unused') && <TabButton of="unused" n={c.unused ?? 0} go={go} />}
        {tab.value === 'failed' && c.failed > 1 && <button type="button" class="btn quiet" onClick={() => void retryAll()}>{t('know.retry.all')}</button>}
      </div>
      <span class="know-tools">
      <label class="know-search">
        <Icon name="search" />
        <span class="hidden">{t('know.search')}</span>
        <input type="search" placeholder={t('know.search')} value={query.value} onInput={(e) => find(e.currentTarget.value)}
          onKeyDown={(e) => e.key === 'Escape' && (e.currentTarget.value ? find('') : e.currentTarget.blur())} />
      </label>
      <Menu class={kind.value ? 'icon-btn know-filter on' : 'icon-btn know-filter'} label={kind.value ? t('know.kind.of', { kind: kind.value }) : t('know.kind')} items={kinds}><Icon name="filter" /></Menu>
      </span>
    </div>
  )
}

function TabButton({ of, n, go }: { of: Tab; n: number; go: (t: Tab) => void }) {
  const bad = of === 'failed' && n > 0
  return (
    <button type="button" class={bad ? 'know-tab bad' : 'know-tab'} aria-pressed={tab.value === of} onClick={() => go(of)}>
      {bad && <Icon name="warn" />}{t(`know.${of}`)} <span class="num">{number(n)}</span>
    </button>
  )
}

function Table() {
  const list = shown.value
  const up = shownUploads.value
  if (!list.length && !up.length) return <Nothing />
  return (
    <table class="docs">
      <caption class="hidden">{t('know.table')}</caption>
      <thead>
        <tr>
          <th scope="col" class="doc-type"><span class="hidden">{t('know.document')}</span></th>
          <th scope="col">{t('know.document')}</th>
          <th scope="col" class="doc-num">{t('know.col.passages')}</th>
          <th scope="col" class="doc-num doc-cited">{t('know.cited')}</th>
          <th scope="col" class="doc-state">{t('know.state')}</th>
          <th scope="col" class="doc-menu"><span class="hidden">{t('ui.more')}</span></th>
        </tr>
      </thead>
      <tbody>
        {up.map((u) => <UploadRow key={'u' + u.id} u={u} />)}
        {list.map((d) => <DocumentRow key={d.id} d={d} />)}
      </tbody>
    </table>
  )
}

function Nothing() {
  if (status.value === 'loading') return <div class="know-none" aria-busy="true" />
  if (status.value === 'failed') {
    return <div class="know-none"><p>{t('know.load.failed')}</p><button type="button" class="btn" onClick={() => void load()}>{t('ui.retry')}</button></div>
  }
  if (query.value.trim()) return <div class="know-none"><p>{t('know.none.found', { q: query.value.trim() })}</p></div>
  if (kind.value) return <div class="know-none"><p>{t('know.none.kind', { kind: kind.value })}</p></div>
  if (tab.value !== 'all') return <div class="know-none"><p>{t(`know.none.${tab.value}`)}</p></div>
  return (
    <div class="know-none">
      <h2>{t('know.none')}</h2>
      <p>{t('know.none.text')}</p>
      <button type="button" class="btn primary" onClick={() => choose(add)}><Icon name="plus" />{t('know.add')}</button>
    </div>
  )
}
