import { Conversation } from '../conversation/conversation.tsx'
import { FirstRun, firstRun } from '../first/first.tsx'
import { List } from './list.tsx'

/** List, conversation and visitor; or, before anything has happened, the three first steps. */
export function Inbox() {
  if (firstRun.value) return <FirstRun />
  return (
    <>
      <List />
      <Conversation />
    </>
  )
}
