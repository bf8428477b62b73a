import { claim, current, currentRow, resolve } from '../conversation/store.ts'
import { composerAwaited, focusComposer } from '../conversation/focus.ts'
import { togglePacket } from '../conversation/packet-state.ts'
import { drawer, panel } from '../frame/drawer.ts'
import { groupOf, rowOf } from '../inbox/store.ts'
import { open, step } from '../inbox/move.ts'
import { route } from '../route.ts'
import { phase } from '../session/session.ts'
import { knowledgeKeys } from './knowledge.ts'
import { undoable, undo } from '../ui/toast.tsx'
import { keysOn } from './on.ts'
import { keySheet } from './sheet.tsx'

/** Single keys act only outside of inputs and only without Ctrl, Alt or Meta, so they never eat a letter. */
export function listenKeys(): () => void {
  addEventListener('keydown', pressed)
  return () => removeEventListener('keydown', pressed)
}

function pressed(e: KeyboardEvent): void {
  if (e.defaultPrevented || e.isComposing || phase.value !== 'in' || document.querySelector('dialog[open], [popover]:popover-open')) return
  if (e.key === 'Escape') return escape()
  if (e.ctrlKey || e.metaKey || e.altKey || !keysOn.value || typing(e.target)) return
  // Letters that follow an R belong to the reply, also while its box is still on the way.
  if (composerAwaited() && current.value?.status.value === 'loading') return e.preventDefault()
  const run = action(e.key)
  if (!run) return
  e.preventDefault()
  run()
}

function escape(): void {
  if (drawer.value || panel.value) {
    drawer.value = false
    panel.value = false
  }
}

function typing(target: EventTarget | null): boolean {
  const el = target as HTMLElement | null
  return !!el && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName))
}

function action(key: string): (() => void) | null {
  if (key === '?') return () => (keySheet.value = true)
  // Before all else: the notice that shows the key is on screen for seconds, wherever one is.
  if (key.toLowerCase() === 'z') return undoable() ? undo : null
  if (route.value.area === 'knowledge') return knowledgeKeys[key.toLowerCase()] ?? null
  const row = currentRow.value
  switch (key.toLowerCase()) {
    case 'j':
      return () => step(1)
    case 'k':
      return () => step(-1)
    case 'c':
      return () => claimHere()
    case 'r':
      return current.value ? () => focusComposer('reply') : null
    case 'n':
      return current.value ? () => focusComposer('note') : null
    case 'e':
      return row && groupOf(row) === 'mine' ? () => void resolve(row.id) : null
    case 'p':
      return current.value?.packet.value ? togglePacket : null
    default:
      return null
  }
}

/** C takes what shows the key: the row under the focus, else the open conversation, else the row under the pointer. */
function claimHere(): void {
  const row = (e: Element | null | undefined) => e?.closest<HTMLElement>('[data-take]')?.dataset['row'] ?? ''
  const id = row(document.activeElement) || (takes(route.value.id) ? route.value.id : row(document.querySelector('.row[data-take]:hover')))
  if (takes(id)) void claim(id).then((r) => r && open(id))
}

function takes(id: string): boolean {
  const row = id && rowOf(id)?.value
  const g = row ? groupOf(row) : null
  return g === 'queue' || g === 'assistant'
}
