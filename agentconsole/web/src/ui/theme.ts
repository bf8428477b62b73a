import { signal } from '@preact/signals'
import { keep, kept } from '../core/keep.ts'

export type Theme = 'system' | 'light' | 'dark'
const STORE = 'baton.console.theme'

export const theme = signal<Theme>('system')

/** The style sheet follows `color-scheme` alone; `data-theme` only overrides what the system says. */
export function setTheme(to: Theme, remember = true): void {
  theme.value = to
  if (to === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = to
  if (remember) keep(STORE, to)
}

export function startTheme(): void {
  const v = kept(STORE)
  setTheme(v === 'light' || v === 'dark' ? v : 'system', false)
}
