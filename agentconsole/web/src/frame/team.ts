import { signal } from '@preact/signals'
import { call } from '../api.ts'
import { onFrame, onWelcome } from '../realtime.ts'
import type { Teammate } from '../types.ts'

export const team = signal<Teammate[]>([])

export async function loadTeam(): Promise<void> {
  try {
    team.value = (await call<{ items: Teammate[] }>('GET', '/team')).items
  } catch {
    // The list that is shown stays; the next welcome reads it again.
  }
}

onWelcome(() => void loadTeam())
onFrame((f) => {
  // A frame may be the same for everyone; who "you" is was learnt from the list.
  if (f.t === 'team') team.value = f.items
})
