import { go, href, route } from '../route.ts'
import { order } from './store.ts'

/** Where the open conversation stood, for when it has just left the list: J and K then go on from there. */
let place = 0

export function step(by: 1 | -1): void {
  const ids = order.value
  if (!ids.length) return
  const at = ids.indexOf(route.value.id)
  const to = at >= 0 ? at + by : route.value.id ? place - (by > 0 ? 0 : 1) : 0
  const id = ids[Math.max(0, Math.min(ids.length - 1, to))]!
  open(id, !!route.value.id)
  // The focus goes along, so that a screen reader says where one is; keys that move never act from inside an input.
  requestAnimationFrame(() => {
    if (!/^(INPUT|TEXTAREA)$/.test(document.activeElement?.tagName ?? '')) document.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`)?.focus({ preventScroll: true })
  })
}

export function open(id: string, replace = false): void {
  place = Math.max(0, order.value.indexOf(id))
  go(href(route.value.view, id), replace)
}

export function remember(): void {
  const at = order.value.indexOf(route.value.id)
  if (at >= 0) place = at
}

