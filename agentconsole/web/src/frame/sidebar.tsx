import { useEffect, useRef } from 'preact/hooks'
import { counts } from '../inbox/store.ts'
import { number, t } from '../locale/t.ts'
import { href, route } from '../route.ts'
import { drawer } from './drawer.ts'
import { leaving } from './known.ts'
import { over } from './over.ts'
import { me, myId } from '../session/session.ts'
import { Face, shownStatus } from '../ui/face.tsx'
import { lostSince } from '../realtime.ts'
import { Icon, type IconName } from '../ui/icon.tsx'
import { Badge } from '../ui/parts.tsx'
import type { View } from '../types.ts'
import { MeMenu } from './me.tsx'
import { team } from './team.ts'

const VIEWS: readonly { view: View; icon: IconName }[] = [
  { view: 'inbox', icon: 'inbox' },
  { view: 'mine', icon: 'person' },
  { view: 'unassigned', icon: 'people' },
  { view: 'assistant', icon: 'spark' },
  { view: 'resolved', icon: 'done' },
]

export function Sidebar() {
  const m = me.value!
  const box = useRef<HTMLElement>(null)
  useEffect(() => (drawer.value && box.current ? over(box.current, () => (drawer.value = false)) : undefined), [drawer.value])
  return (
    <nav ref={box} class="sidebar" aria-label={t('nav.views')}>
      <div class="workspace">
        <img src={m.workspace.mark} alt="" width="24" height="24" onError={(e) => e.currentTarget.remove()} />
        <span class="workspace-name">{m.workspace.name}</span>
      </div>
      <div class="sidebar-scroll" onClick={(e) => (e.target as Element).closest('a') && (drawer.value = false)}>
        <ul class="nav">{VIEWS.map((v) => <ViewLink key={v.view} {...v} />)}</ul>
        <h2 class="nav-title">{t('nav.manage')}</h2>
        <ul class="nav"><KnowledgeLink /></ul>
        <Team />
      </div>
      <MeMenu />
    </nav>
  )
}

function ViewLink({ view, icon }: { view: View; icon: IconName }) {
  const on = route.value.area === 'inbox' && route.value.view === view
  const c = counts.value
  // Resolved only grows; a number there says nothing that anyone acts on.
  const n = view === 'inbox' ? c.waiting : view === 'resolved' ? 0 : c[view]
  return (
    <li>
      <a class="nav-row" href={href(view)} aria-current={on ? 'page' : undefined} title={t(`view.${view}`)}>
        <Icon name={icon} size={18} />
        <span class="nav-label">{t(`view.${view}`)}</span>
        {view === 'inbox' && n > 0 ? <Badge tone="warn">{t('nav.waiting', { n })}</Badge> : view !== 'resolved' && <span class="nav-count">{number(n)}</span>}
      </a>
    </li>
  )
}

function KnowledgeLink() {
  const on = route.value.area === 'knowledge'
  const n = Math.max(0, me.value!.documents - leaving.value.size)
  return (
    <li>
      <a class="nav-row" href={href('knowledge')} aria-current={on ? 'page' : undefined} title={t('nav.knowledge')}>
        <Icon name="book" size={18} />
        <span class="nav-label">{t('nav.knowledge')}</span>
        {n > 0 && <span class="nav-count">{number(n)}</span>}
      </a>
    </li>
  )
}

function Team() {
  const others = team.value.filter((p) => p.id !== myId.value)
  if (!others.length) return null
  const here = team.value.filter((p) => p.status === 'online').length
  return (
    <>
      <h2 class="nav-title">{t('nav.team')}{!lostSince.value && <span>{t('nav.online', { n: here })}</span>}</h2>
      <ul class="team">
        {others.map((p) => (
          <li key={p.id} class="team-row" title={p.name}>
            <Face who={p} size={22} hidden />
            <span class="hidden">{t('nav.open.label', { name: p.name, status: t(`status.${shownStatus(p.status)}`), n: p.open })}</span>
            <span class="team-name" aria-hidden="true">{p.name}</span>
            <span class="team-note" aria-hidden="true">{shownStatus(p.status) === 'online' ? t('nav.open', { n: p.open }) : t(`status.${shownStatus(p.status)}`)}</span>
          </li>
        ))}
      </ul>
    </>
  )
}
