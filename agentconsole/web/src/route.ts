import { computed, signal } from '@preact/signals'
import type { View } from './types.ts'

/**
 * Addresses live behind the hash, so that the server knows one page only: #/inbox, #/inbox/CONVERSATION, #/knowledge, #/knowledge/DOCUMENT,
 * #/knowledge/DOCUMENT/PASSAGE.
 */
export interface Route { area: 'inbox' | 'knowledge'; view: View; id: string; part: string }

const VIEWS: readonly View[] = ['inbox', 'mine', 'unassigned', 'assistant', 'resolved']

export function parse(hash: string): Route {
  const [head = '', id = '', part = ''] = hash.replace(/^#\/?/, '').split('/')
  if (head === 'knowledge') return { area: 'knowledge', view: 'inbox', id, part }
  const view = VIEWS.find((v) => v === head)
  return { area: 'inbox', view: view ?? 'inbox', id: view ? id : '', part: '' }
}

// A sign-in link is no place: whoever pastes one into an open tab comes back to where they were.
const place = () => (location.hash.startsWith('#signin=') ? null : location.hash)
const hash = signal(place() ?? '')
const moved = () => (hash.value = place() ?? hash.peek())
addEventListener('hashchange', moved)
addEventListener('popstate', moved)

/** The place on screen, for putting it back into the address bar. */
export const here = (): string => hash.peek()

export const route = computed(() => parse(hash.value))

export function href(head: View | 'knowledge', id = '', part = ''): string {
  return `#/${head}${id ? '/' + id : ''}${part ? '/' + part : ''}`
}

/** Moving through the list with J and K replaces the entry: Back leaves the list rather than walking it again. */
export function go(to: string, replace = false): void {
  if (to === location.hash) return
  if (replace) history.replaceState(null, '', to)
  else history.pushState(null, '', to)
  hash.value = location.hash
}
