import { computed, signal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { counts, listState } from '../inbox/store.ts'
import { me } from '../session/session.ts'
import { route } from '../route.ts'

/** Before the first conversation the inbox shows three steps instead of an empty list. */
export const firstRun = computed(() => {
  const c = counts.value
  return listState.value === 'ready' && !!me.value && route.value.view === 'inbox' && !route.value.id && c.mine + c.unassigned + c.assistant + c.resolved + c.waiting === 0
})

const Steps = signal<ComponentType | null>(null)
let asked = false

/** The steps are seen once or twice in a workspace's life, so they do not weigh on every start. */
export function FirstRun() {
  if (!asked) {
    asked = true
    void import('./steps.tsx').then((m) => (Steps.value = m.Steps), () => (asked = false))
  }
  const S = Steps.value
  return S ? <S /> : <main id="main" class="area" aria-busy="true" tabIndex={-1} />
}
