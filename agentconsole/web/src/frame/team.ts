import { signal } from '@preact/signals'
import { call } from '../api.ts'
import { onFrame, onWelcome } from '../realtime.ts'
import type { Teammate } from '../types.ts'

export const team = signal<Teammate[]>([])

/** Whether a frame has told the team since it was asked for: the answer may then be the older one. */
let told = false

export async function loadTeam(): Promise<void> {
  told = false
  try {
    const { items } = await call<{ items: Teammate[] }>('GET', '/team')
    if (!told) team.value = items
  } catch {
    // The list that is shown stays; the next welcome reads it again.
  }
}

onWelcome(() => void loadTeam())
onFrame((f) => {
  // A frame may be the same for everyone; who "you" is was learnt from the list.
  if (f.t !== 'team') return
  team.value = f.items
  told = true
})
