import { VisitorPanel } from '../conversation/visitor.tsx'
import { current } from '../conversation/store.ts'
import { panel } from '../frame/drawer.ts'
import { t } from '../locale/t.ts'
import { route } from '../route.ts'
import { Conversation } from '../conversation/conversation.tsx'
import { FirstRun, firstRun } from '../first/first.tsx'
import { List } from './list.tsx'

/** List, conversation and visitor; or, before anything has happened, the three first steps. */
export function Inbox() {
  const thread = current.value
  if (firstRun.value) return <FirstRun />
  return (
    <>
      <main class="contents">
        <h1 class="hidden">{t(`view.${route.value.view}`)}</h1>
        <List />
        <Conversation />
      </main>
      {panel.value && <div class="panel-scrim" onClick={() => (panel.value = false)} />}
      {thread && thread.status.value !== 'missing' && thread.status.value !== 'failed' && <VisitorPanel thread={thread} key={thread.id} />}
    </>
  )
}
