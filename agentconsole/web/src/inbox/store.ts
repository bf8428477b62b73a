import { batch, computed, signal, untracked, type ReadonlySignal, type Signal } from '@preact/signals'
import { call } from '../api.ts'
import { onFrame, onWelcome } from '../realtime.ts'
import { route } from '../route.ts'
import { me, myId, phase } from '../session/session.ts'
import { announce } from '../ui/live.ts'
import { t } from '../locale/t.ts'
import type { Counts, Row, View } from '../types.ts'

/**
 * Every row the console knows, each in a signal of its own: a changed row repaints itself and nothing else. Which rows a view shows, and in which
 * order, is computed; the list is repainted only when that order changes.
 */
const rows = new Map<string, Signal<Row>>()
const shape = signal(0)

export const counts = signal<Counts>({ waiting: 0, mine: 0, unassigned: 0, assistant: 0, resolved: 0 })
export const listState = signal<'loading' | 'ready' | 'failed'>('loading')
export const next = signal('')

const PAGE = 50

export type Group = 'mine' | 'queue' | 'assistant' | 'resolved'

export function rowOf(id: string): Signal<Row> | undefined {
  return rows.get(id)
}

export function groupOf(r: Row): Group | null {
  if (r.state === 'waiting') return 'queue'
  if (r.state === 'assistant') return 'assistant'
  if (r.state === 'resolved') return 'resolved'
  return r.agent?.id === myId.value ? 'mine' : null
}

const SHOWS: Record<View, readonly Group[]> = {
  inbox: ['mine', 'queue', 'assistant'],
  mine: ['mine'],
  unassigned: ['queue'],
  assistant: ['assistant'],
  resolved: ['resolved'],
}

export interface Section { group: Group; ids: string[] }

let before: Section[] = []

/** The sections of the view on screen. The same array comes back while the order stays, so that nothing is repainted for a new preview. */
export const sections: ReadonlySignal<Section[]> = computed(() => {
  void shape.value
  const wanted = SHOWS[route.value.view]
  const found = new Map<Group, Row[]>(wanted.map((g) => [g, []]))
  for (const s of rows.values()) {
    const g = groupOf(s.value)
    if (g) found.get(g)?.push(s.value)
  }
  const now = wanted.map((group) => ({ group, ids: sorted(group, found.get(group)!) })).filter((s) => s.ids.length)
  if (same(before, now)) return before
  return (before = now)
})

/** The group in which the chosen row stands: it changes when the row jumps. */
export const chosenGroup = computed(() => {
  void shape.value
  const r = rowOf(route.value.id)?.value
  return r ? groupOf(r) : null
})

export const order = computed(() => sections.value.flatMap((s) => s.ids))

function sorted(group: Group, list: Row[]): string[] {
  // Longest wait first where somebody waits; newest first where nobody does.
  const since = (r: Row) => moment(group === 'queue' ? r.waiting_since : group === 'mine' ? r.unanswered_since : null)
  return list
    .map((r) => ({ id: r.id, since: since(r), updated: moment(r.updated_at) }))
    .sort((a, b) => (a.since === b.since ? b.updated - a.updated || (a.id < b.id ? -1 : 1) : a.since - b.since))
    .map((r) => r.id)
}

/** Times are compared as numbers: written out, a fraction of a second may have one digit or three. Nothing comes last. */
function moment(at: string | null): number {
  return at ? Date.parse(at) : Infinity
}

function same(a: Section[], b: Section[]): boolean {
  return a.length === b.length && a.every((s, i) => s.group === b[i]!.group && s.ids.length === b[i]!.ids.length && s.ids.every((id, j) => id === b[i]!.ids[j]))
}

/** What came by other ways since the list was asked for. The answer may be older than that, and must not take it back. */
const brought = new Set<string>()
let countsCame = false

/** Takes a row from anywhere. An older picture of the same conversation never overwrites a newer one. */
export function put(row: Row): void {
  brought.add(row.id)
  place(row)
}

function place(row: Row): void {
  const s = rows.get(row.id)
  if (!s) {
    rows.set(row.id, signal(row))
    shape.value++
    return
  }
  const old = s.peek()
  if (row.epoch < old.epoch || (row.epoch === old.epoch && moment(row.updated_at) < moment(old.updated_at))) return
  s.value = row
}

let reading = 0

export async function load(view: View): Promise<void> {
  const turn = ++reading
  brought.clear()
  countsCame = false
  try {
    const page = await call<{ items: Row[]; counts: Counts; next: string }>('GET', `/conversations?view=${view}&limit=${PAGE}`)
    if (turn !== reading) return
    batch(() => {
      forgetMissing(view, page.items, !page.next)
      page.items.forEach(place)
      if (!countsCame) counts.value = page.counts
      next.value = page.next
      listState.value = 'ready'
    })
  } catch {
    // The rows that are shown stay; only an empty list says that it could not be read.
    if (turn === reading && listState.peek() === 'loading') listState.value = 'failed'
  }
}

/** What the whole list no longer holds has left the view while this console was not listening. A row that came after the list was asked for may be newer than it. */
function forgetMissing(view: View, items: Row[], whole: boolean): void {
  if (!whole) return
  const here = new Set(items.map((r) => r.id))
  for (const [id, s] of rows) {
    const g = groupOf(s.peek())
    if (g && SHOWS[view].includes(g) && !here.has(id) && !brought.has(id)) rows.delete(id)
  }
  shape.value++
}

export async function more(): Promise<void> {
  const cursor = next.value
  const turn = reading
  if (!cursor) return
  next.value = ''
  try {
    const page = await call<{ items: Row[]; next: string }>('GET', `/conversations?view=${route.value.view}&limit=${PAGE}&cursor=${encodeURIComponent(cursor)}`)
    batch(() => {
      page.items.forEach(place)
      // Another view was opened meanwhile; it has a cursor of its own.
      if (turn === reading) next.value = page.next
    })
  } catch {
    if (turn === reading) next.value = cursor
  }
}

// Rows that come in one frame of the screen are painted together: 200 events a second are 60 repaints at most.
let arrived: Row[] = []
let planned = 0

function flush(): void {
  planned = 0
  const list = arrived
  arrived = []
  batch(() => list.forEach(take))
}

function take(row: Row): void {
  const old = rows.get(row.id)?.peek()
  if (row.state === 'waiting' && old?.state !== 'waiting' && listState.peek() === 'ready') announce(t('say.waiting', { name: row.visitor.name }))
  put(row)
}

onFrame((f) => {
  if (f.t === 'counts') {
    counts.value = f.counts
    countsCame = true
  }
  if (f.t !== 'row') return
  arrived.push(f.row)
  brought.add(f.row.id)
  // A hidden tab paints no frames, and its title still has to count.
  planned ||= document.visibilityState === 'hidden' ? window.setTimeout(flush, 50) : requestAnimationFrame(flush)
})

onWelcome(() => void load(route.peek().view))

/** A new view is read when it is opened; it shows at once what is known. */
let shown: View | '' = ''
export function follow(): void {
  const view = route.value.view
  if (phase.value !== 'in' || !me.value || route.value.area !== 'inbox') return
  if (view === shown) return
  shown = view
  untracked(() => {
    next.value = ''
    // A view that is known to hold something says so until it is read; an empty workspace keeps its first steps on screen.
    const c = counts.value
    if (!order.value.length && c.mine + c.waiting + c.assistant + c.resolved > 0) listState.value = 'loading'
  })
  void load(view)
}

/** Another person signed in: nothing of the first one may stay on screen. */
export function clear(): void {
  rows.clear()
  before = []
  shown = ''
  batch(() => {
    shape.value++
    listState.value = 'loading'
    next.value = ''
  })
}
