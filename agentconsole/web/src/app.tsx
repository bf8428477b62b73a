import type { ComponentType } from 'preact'
import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Sidebar } from './frame/sidebar.tsx'
import { Banner } from './frame/banner.tsx'
import { drawer } from './frame/drawer.ts'
import { Inbox } from './inbox/inbox.tsx'
import { KeySheet, keySheet } from './keys/sheet.tsx'
import { listenKeys } from './keys/keys.ts'
import { t, lang } from './locale/t.ts'
import { route } from './route.ts'
import { me, phase } from './session/session.ts'
import { SignIn } from './session/signin.tsx'
import { spoken } from './ui/live.ts'
import { Toasts } from './ui/toast.tsx'
import './frame/wiring.ts'

/** Areas beside the inbox come when they are first opened. */
const Knowledge = signal<ComponentType | null>(null)
let asked = false
function needKnowledge(): void {
  if (asked) return
  asked = true
  void import('./knowledge/page.tsx').then((m) => (Knowledge.value = m.KnowledgePage), () => (asked = false))
}

export function App() {
  useEffect(listenKeys, [])
  // Read here once, so that every word on the page follows the language.
  void lang.value
  return (
    <>
      <Body />
      <Toasts><Banner /></Toasts>
      <div class="hidden" role="status" aria-live="polite" aria-atomic="true">{spoken.value}</div>
    </>
  )
}

function Body() {
  const p = phase.value
  if (p === 'out') return <SignIn />
  if (p !== 'in' || !me.value) return <Starting away={p === 'unreachable'} />
  const knowledge = route.value.area === 'knowledge'
  if (knowledge) needKnowledge()
  const Page = Knowledge.value
  return (
    <div class="shell" data-drawer={drawer.value ? 'open' : undefined} data-open={route.value.id && !knowledge ? 'conversation' : undefined}>
      <a class="skip" href="#main" onClick={(e) => { e.preventDefault(); document.getElementById('main')?.focus() }}>{t('ui.skip')}</a>
      <Sidebar />
      {drawer.value && <div class="drawer-scrim" onClick={() => (drawer.value = false)} />}
      {knowledge ? Page ? <Page /> : <main id="main" class="area" aria-busy="true" tabIndex={-1}><h1 class="hidden">{t('nav.knowledge')}</h1></main> : <Inbox />}
      {keySheet.value && <KeySheet />}
    </div>
  )
}

/** Nothing for the first moments: a page that starts at once should not flash a spinner. */
function Starting({ away }: { away: boolean }) {
  return (
    <main class="starting" aria-busy="true">
      <h1 class="hidden">Baton</h1>
      {away && <p>{t('signin.away')}</p>}
    </main>
  )
}
