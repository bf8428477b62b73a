import { signal } from '@preact/signals'
import type { Mode } from './drafts.ts'

/** The composer of the open conversation, for keys and buttons that lead to it. */
export const mode = signal<Mode>('reply')
let box: HTMLTextAreaElement | null = null

let wanted = false

export function composerIs(el: HTMLTextAreaElement | null): void {
  box = el
  if (wanted && el) {
    wanted = false
    el.focus()
  }
}

/** The box of the other mode takes the focus as soon as it is there: before the next key, which would otherwise be read as a command. */
export function focusComposer(to: Mode): void {
  if (mode.value === to && box) return box.focus()
  wanted = true
  mode.value = to
  // Where that mode is not offered, the box that is there will do.
  window.setTimeout(() => {
    if (wanted) box?.focus()
    wanted = false
  }, 50)
}

/** Set by a summary line or a source: the transcript scrolls there and washes the message. */
export const jump = signal<{ seq: number } | null>(null)
