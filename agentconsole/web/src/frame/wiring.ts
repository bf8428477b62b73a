import { effect, untracked } from '@preact/signals'
import * as conversations from '../conversation/store.ts'
import { openOutbox } from '../conversation/outbox.ts'
import * as inbox from '../inbox/store.ts'
import { t } from '../locale/t.ts'
import { route } from '../route.ts'
import { me, myId, phase } from '../session/session.ts'
import { loadTeam } from './team.ts'
import { drawer, panel } from './drawer.ts'

/** What happens by itself: the view follows the address, the title counts who waits, a new person starts with nothing of the last one's. */

let person = ''
effect(() => {
  if (phase.value !== 'in' || !myId.value) return
  if (person === myId.value) return
  const another = person !== ''
  person = myId.value
  untracked(() => {
    if (another) {
      inbox.clear()
      conversations.clear()
    }
    void openOutbox(person)
    void loadTeam()
  })
})

effect(() => {
  // Named here, so that signing in again reads the view anew.
  void phase.value
  void me.value?.agent.id
  inbox.follow()
})

effect(() => {
  void route.value
  drawer.value = false
  panel.value = false
})

effect(() => {
  const m = me.value
  if (phase.value !== 'in' || !m) {
    document.title = 'Baton'
    return
  }
  const n = inbox.counts.value.waiting
  const place = route.value.area === 'knowledge' ? t('nav.knowledge') : t(`view.${route.value.view}`)
  document.title = `${n ? `(${n}) ` : ''}${place} · ${m.workspace.name}`
})
