import { useEffect, useRef } from 'preact/hooks'
import { drawer } from '../frame/drawer.ts'
import { knowledgeKeys } from '../keys/knowledge.ts'
import { keysOn } from '../keys/on.ts'
import { listed, number, t } from '../locale/t.ts'
import { route } from '../route.ts'
import { Icon } from '../ui/icon.tsx'
import { Key } from '../ui/parts.tsx'
import { hovering, useDrop } from './drop.ts'
import { Passages } from './passages.tsx'
import { DocumentRow, UploadRow } from './row.tsx'
import { figures, load, more, next, query, shown, status, tab, type Tab } from './store.ts'
import { add, choose, refused, shownUploads } from './upload.ts'

export function KnowledgePage() {
  useDrop()
  useEffect(() => {
    void load()
    knowledgeKeys['/'] = () => document.querySelector<HTMLInputElement>('.know-search input')?.focus()
    knowledgeKeys['u'] = () => choose(add)
    return () => {
      delete knowledgeKeys['/']
      delete knowledgeKeys['u']
    }
  }, [])
  const id = route.value.id
  return (
    <>
      <main id="main" class="know" data-open={id ? '' : undefined} tabIndex={-1}>
        <Head />
        <Tabs />
        <div class="know-scroll">
          <Table />
          {next.value && <button type="button" class="btn quiet list-more" onClick={() => void more()}>{t('list.more')}</button>}
        </div>
        <footer class="hints">
          {keysOn.value && <span aria-hidden="true"><Key>/</Key>{t('know.key.search')}</span>}
          {keysOn.value && <span aria-hidden="true"><Key>U</Key>{t('know.key.add')}</span>}
          <span>{t('know.drop')}</span>
        </footer>
      </main>
      {id && <Passages id={id} key={id} />}
      {hovering.value && <div class="drop-over"><div><Icon name="upload" size={24} /><b>{t('know.drop.now')}</b><span>{t('know.drop.types')}</span></div></div>}
    </>
  )
}

function Head() {
  const c = figures.value
  return (
    <header class="head">
      <button type="button" class="icon-btn only-narrow" aria-label={t('ui.menu')} onClick={() => (drawer.value = true)}><Icon name="menu" size={18} /></button>
      <h1>{t('nav.knowledge')}</h1>
      {c.all > 0 && <span class="know-count">{listed(t('know.count', { n: c.all }), t('know.passages', { n: c.passages }))}</span>}
      <span class="head-space" />
      <button type="button" class="btn primary" aria-keyshortcuts="U" onClick={() => choose(add)}><Icon name="plus" />{t('know.add')}</button>
    </header>
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
  return (
    <div class="know-tabs">
      <div role="group" aria-label={t('know.table')}>
        <TabButton of="all" n={c.all + refused.value} go={go} />
        {(c.progress > 0 || tab.value === 'progress') && <TabButton of="progress" n={c.progress} go={go} />}
        {(failed > 0 || tab.value === 'failed') && <TabButton of="failed" n={failed} go={go} />}
      </div>
      <label class="know-search">
        <Icon name="search" />
        <span class="hidden">{t('know.search')}</span>
        <input type="search" placeholder={t('know.search')} value={query.value} onInput={(e) => find(e.currentTarget.value)}
          onKeyDown={(e) => e.key === 'Escape' && (e.currentTarget.value ? find('') : e.currentTarget.blur())} />
      </label>
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
  if (tab.value !== 'all') return <div class="know-none"><p>{t(tab.value === 'failed' ? 'know.none.failed' : 'know.none.progress')}</p></div>
  return (
    <div class="know-none">
      <h2>{t('know.none')}</h2>
      <p>{t('know.none.text')}</p>
      <button type="button" class="btn primary" onClick={() => choose(add)}><Icon name="plus" />{t('know.add')}</button>
    </div>
  )
}
