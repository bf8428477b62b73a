import { forget, keep, kept } from '../core/keep.ts'
import { me } from '../session/session.ts'

/** What is being written, per conversation and mode, kept with every keystroke under the person's own id. */
export type Mode = 'reply' | 'note'

const id = (conv: string, mode: Mode) => `baton.console.${me.peek()?.agent.id ?? ''}.draft.${conv}.${mode}`

export const readDraft = (conv: string, mode: Mode): string => kept(id(conv, mode))

export function saveDraft(conv: string, mode: Mode, text: string): void {
  if (text) keep(id(conv, mode), text)
  else forget(id(conv, mode))
}
