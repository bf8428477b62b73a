import { signal } from '@preact/signals'

/** The one polite region. It speaks at most once in 3 s, and of what came in between only the newest. */
export const spoken = signal('')

const PAUSE_MS = 3_000
let next = ''
let timer = 0
let last = 0

export function announce(text: string): void {
  next = text
  if (timer) return
  timer = window.setTimeout(speak, Math.max(0, last + PAUSE_MS - Date.now()))
}

function speak(): void {
  timer = 0
  last = Date.now()
  // The same words twice would not be read; a changed ending makes them new.
  spoken.value = spoken.value === next ? next + '\u00a0' : next
}
