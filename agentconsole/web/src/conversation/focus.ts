import { signal } from '@preact/signals'
import type { Mode } from './drafts.ts'

/** The composer of the open conversation, for keys and buttons that lead to it. */
export const mode = signal<Mode>('reply')
interface Box { area: HTMLTextAreaElement; mode: Mode; only: boolean }
let box: Box | null = null
let wanted = false

/** The box says what it is when it appears; `only` where the other mode is not offered. */
export function composerIs(now: Box | null): void {
  box = now
  // The box of the other mode goes before the wanted one comes.
  if (!wanted || !now) return
  wanted = false
  now.area.focus()
}

/** Whether a box was asked for that is not there yet: what is typed meanwhile is meant for it, and no command. */
export const composerAwaited = (): boolean => wanted

/** Nobody waits for the box any more: another conversation was opened, or none. */
export function composerForgotten(): void {
  wanted = false
}

/** The box has the focus before the next key comes, which would otherwise be read as a command. Where the conversation is still being read, the box takes it when it comes. */
export function focusComposer(to: Mode): void {
  if (!box) {
    wanted = true
    mode.value = to
    return
  }
  if (box.only || box.mode === to) return box.area.focus()
  wanted = true
  mode.value = to
}

/** Set by a summary line or a source: the transcript scrolls there and washes the message. */
export const jump = signal<{ seq: number } | null>(null)
