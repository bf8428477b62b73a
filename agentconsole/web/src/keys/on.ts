import { signal } from '@preact/signals'
import { keep, kept } from '../core/keep.ts'

/** Single keys can be switched off (WCAG 2.1.4), because people who speak their commands would fire them by accident. */
const STORE = 'baton.console.keys'
export const keysOn = signal(kept(STORE) !== 'off')

export function setKeys(on: boolean): void {
  keysOn.value = on
  keep(STORE, on ? 'on' : 'off')
}
