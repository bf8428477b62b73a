import type { ComponentChildren } from 'preact'
import { isolated, listed, number, t } from '../locale/t.ts'
import { day, exact } from '../locale/time.ts'
import { go, href, route } from '../route.ts'
import { safe } from '../conversation/markdown.tsx'
import { Icon } from '../ui/icon.tsx'
import { Menu, type Item } from '../ui/menu.tsx'
import { Badge } from '../ui/parts.tsx'
import { causeWords, fixWords } from './cause.ts'
import type { Document } from '../types.ts'
import { kindOf } from './kinds.ts'
import { removeLater, retry, working } from './store.ts'
import { add, again, choose, dismiss, type Upload } from './upload.ts'

const COLUMNS = 6

export function DocumentRow({ d }: { d: Document }) {
  if (d.state === 'failed') return <FailedRow d={d} />
  const open = route.value.id === d.id
  return (
    <tr class="doc" data-open={open || undefined} onClick={(e) => !(e.target as Element).closest('a, button, .menu') && go(href('knowledge', d.id))}>
      <td class="doc-type"><span class="tile">{d.type}</span></td>
      <td class="doc-name">
        <a href={href('knowledge', d.id)} aria-current={open ? 'true' : undefined} dir="auto">{d.title}</a>
        <small>{listed(isolated(d.section || place(d)), d.pages ? t('know.pages', { n: d.pages }) : '')}</small>
      </td>
      <td class="doc-num">{d.passages > 0 && number(d.passages)}</td>
      <td class="doc-num doc-cited">{d.state === 'ready' && number(d.cited_30d)}</td>
      <td class="doc-state"><State d={d} /></td>
      <td class="doc-menu"><Menu class="icon-btn" label={t('know.row.menu', { title: d.title })} items={actions(d)}><Icon name="more" /></Menu></td>
    </tr>
  )
}

function actions(d: Document): Item[] {
  const out: Item[] = [{ kind: 'action', label: t('know.view'), icon: <Icon name="lines" />, run: () => go(href('knowledge', d.id)) }]
  if (d.original) out.push({ kind: 'action', label: t('know.original'), icon: <Icon name="down" />, run: () => location.assign(`/api/console/documents/${d.id}/file`) })
  if (d.url && safe(d.url)) out.push({ kind: 'action', label: t('know.open.page'), icon: <Icon name="out" />, run: () => void window.open(d.url, '_blank', 'noopener') })
  out.push({ kind: 'action', label: t('know.replace'), icon: <Icon name="upload" />, run: () => choose((f) => add(f, d), 'file') })
  out.push({ kind: 'line' }, { kind: 'action', label: t('ui.delete'), icon: <Icon name="trash" />, danger: true, run: () => leave(() => removeLater(d)) })
  return out
}

/** Its file, or the page it was read from without what every address begins with. */
function place(d: Document): string {
  return /^https?:/.test(d.url) && !d.original ? d.url.replace(/^https?:\/\/(www\.)?/, '') : d.file
}

/** The row of the pressed button goes; the focus moves to the row that takes its place rather than nowhere. */
function leave(run: () => void): void {
  const row = document.activeElement?.closest('tr.doc')
  const to = row?.nextElementSibling ?? row?.previousElementSibling
  run()
  requestAnimationFrame(() => {
    if (document.activeElement !== document.body) return
    const next = to?.isConnected ? to.querySelector<HTMLElement>('.doc-menu button, .failed-acts button') : null
    ;(next ?? document.getElementById('main'))?.focus()
  })
}

function State({ d }: { d: Document }) {
  if (d.state === 'embedding') return <Found d={d} />
  if (working(d) && d.stuck) return <Stuck d={d} />
  // What went wrong once and is being tried again by itself is told, but asks nobody for anything.
  if (d.cause && d.state !== 'ready') return <span class="state-again" title={causeWords(d).error}><Icon name="sync" />{t('know.again')}<small dir="auto">{causeWords(d).error}</small></span>
  switch (d.state) {
    case 'ready':
      return <span class="state-ready" title={exact(d.updated_at)}><Icon name="check" />{t('know.ready', { date: day(d.updated_at) })}</span>
    case 'queued':
      return <span class="state-quiet">{t('know.queued')}</span>
    case 'reading':
      return <Progress name={t('know.reading')} note={d.total ? t('know.page.of', { done: d.done, total: d.total }) : ''} share={0.06} />
    case 'splitting':
      return <Progress name={t('know.splitting')} note={d.done ? t('know.sofar', { n: d.done }) : ''} share={0.14} />
    default:
      return null
  }
}

function Stuck({ d }: { d: Document }) {
  return <span class="state-stuck"><Icon name="clock" size={14} />{t('know.stuck')}<button type="button" class="link" onClick={() => void retry(d)}>{t('ui.retry')}</button></span>
}

/** Visitors are answered from it by its words already; how far its meaning is, and what holds that up, stands below. */
function Found({ d }: { d: Document }) {
  return (
    <div class="found">
      <span class="found-words"><Icon name="check" size={14} />{t('know.words')}</span>
      {d.stuck ? <Stuck d={d} />
        : d.cause ? <span class="state-again" title={causeWords(d).error}><small dir="auto">{t('know.meaning.again')} {causeWords(d).error}</small></span>
          : <Progress name={t('know.meaning')} note={d.total ? t('know.of', { done: d.done, total: d.total }) : ''} share={d.total ? d.done / d.total : 0} />}
    </div>
  )
}

/** The bar moves in steps as events come, never by a timer. */
function Progress({ name, note, share }: { name: string; note?: string; share: number }) {
  return (
    <div class="progress">
      <span>{name}</span><small class="num">{note}</small>
      <div class="bar" role="progressbar" aria-label={name} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(share * 100)}>
        <i ref={(e) => void (e && (e.style.inlineSize = `${share * 100}%`))} />
      </div>
    </div>
  )
}

/** What happened, then what to do about it, then the one action that does it. */
function FailedRow({ d }: { d: Document }) {
  // Its words were stored before a model refused it: it is read and found, only not by its meaning.
  const found = d.passages > 0 && d.cause.startsWith('embed')
  const replace = () => choose((f) => add(f, d), 'file')
  return (
    <Failed type={d.type} title={d.title} {...causeWords(d)} {...(found ? { tone: 'warn', badge: t('know.words.only') } as const : {})}>
      {found ? <button type="button" class="btn" onClick={() => void retry(d)}>{t('ui.retry')}</button>
        : <button type="button" class="btn" onClick={replace}>{t('know.replace')}</button>}
      <span>
        {found ? <button type="button" class="btn quiet" onClick={replace}>{t('know.replace')}</button>
          : <button type="button" class="btn quiet" onClick={() => void retry(d)}>{t('ui.retry')}</button>}
        <button type="button" class="btn quiet" onClick={() => leave(() => removeLater(d))}>{t('ui.delete')}</button>
      </span>
    </Failed>
  )
}

interface FailedProps { type: string; title: string; error: string; fix: string; tone?: 'bad' | 'warn'; badge?: string; children: ComponentChildren }

function Failed({ type, title, error, fix, tone = 'bad', badge, children }: FailedProps) {
  return (
    <tr class={`doc failed ${tone}`}>
      <td class="doc-type"><span class="tile">{type}</span></td>
      <td colSpan={COLUMNS - 1}>
        <div class="failed-in">
          <div class="failed-text">
            <b dir="auto">{title}</b> <Badge tone={tone}><Icon name={tone === 'bad' ? 'warn' : 'info'} size={14} />{badge ?? t('know.cant')}</Badge>
            <p dir="auto">{error}</p>
            {fix && <p class="failed-fix" dir="auto">{tone === 'bad' ? fixWords(fix) : fix}</p>}
          </div>
          <div class="failed-acts">{children}</div>
        </div>
      </td>
    </tr>
  )
}

export function UploadRow({ u }: { u: Upload }) {
  const type = kindOf(u.file.name)
  const twin = u.twin
  if (twin) {
    return (
      <Failed type={type} title={u.file.name} tone="warn" badge={t('know.twin')} error={t('know.twin.text', { title: twin.title })} fix={t('know.twin.fix')}>
        <a class="btn" href={href('knowledge', twin.id)}>{t('know.twin.show')}</a>
        <button type="button" class="btn quiet" onClick={() => leave(() => dismiss(u.id))}>{t('sent.discard')}</button>
      </Failed>
    )
  }
  if (u.failed) {
    return (
      <Failed type={type} title={u.file.name} {...causeWords(u.failed)}>
        {u.failed.again
          ? <button type="button" class="btn" onClick={() => again(u)}>{t('ui.retry')}</button>
          : <button type="button" class="btn" onClick={() => choose((f) => { dismiss(u.id); add(f, u.replaces) }, 'file')}>{t('know.replace')}</button>}
        <button type="button" class="btn quiet" onClick={() => leave(() => dismiss(u.id))}>{t('sent.discard')}</button>
      </Failed>
    )
  }
  return (
    <tr class="doc">
      <td class="doc-type"><span class="tile">{type}</span></td>
      <td class="doc-name"><span dir="auto">{u.file.name}</span><small>&nbsp;</small></td>
      <td class="doc-num" />
      <td class="doc-num doc-cited" />
      <td class="doc-state"><Progress name={t('know.uploading')} note={t('know.percent', { n: Math.round(u.share * 100) })} share={u.share} /></td>
      <td class="doc-menu" />
    </tr>
  )
}
