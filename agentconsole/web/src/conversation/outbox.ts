import { signal } from '@preact/signals'
import { backoff, uuid7 } from '../../../../realtime/web/src/index.ts'
import { ApiError, call } from '../api.ts'
import { refusalWords } from '../refusal.ts'
import { forget, keep, kept, keysUnder } from '../core/keep.ts'

/**
 * What was sent and is not yet in the conversation. An entry lies in local storage from the keystroke until the server has acknowledged it, so a
 * reload, a crash or a lost session loses nothing; the same cid again is stored once. Each conversation sends in order, one at a time.
 */
export interface Entry {
  cid: string
  conv: string
  kind: 'reply' | 'note'
  body: string
  at: string
  /** Set when the server has it; the entry then only waits to be seen in the transcript. */
  seq?: number
  /** Set when it was refused and only a person can decide what becomes of it. */
  failed?: { code: string; error: string; fix: string }
}

export const entries = signal<Entry[]>([])
/** True while a passing failure (network, database) holds something back. */
export const held = signal(false)

let prefix = ''
const busy = new Set<string>()
const attempts = new Map<string, number>()
const timers = new Map<string, number>()

export function openOutbox(agent: string): void {
  prefix = `baton.console.${agent}.out.`
  entries.value = keysUnder(prefix).map((k) => parse(kept(k))).filter((e) => e !== null)
  for (const conv of new Set(entries.value.map((e) => e.conv))) void pump(conv)
}

function parse(text: string): Entry | null {
  try {
    const e = JSON.parse(text) as Entry
    return e.cid && e.conv ? e : null
  } catch {
    return null
  }
}

export function post(conv: string, kind: Entry['kind'], body: string): void {
  const e: Entry = { cid: uuid7(Date.now(), (b) => crypto.getRandomValues(b)), conv, kind, body, at: new Date().toISOString() }
  keep(prefix + e.cid, JSON.stringify(e))
  entries.value = [...entries.value, e]
  void pump(conv)
}

export function again(cid: string): void {
  change(cid, (e) => {
    const { failed: _, ...rest } = e
    return rest
  })
  const e = entries.value.find((x) => x.cid === cid)
  if (e) void pump(e.conv)
}

/** Takes an entry out and gives back its text, for the box it came from. */
export function discard(cid: string): string {
  const e = entries.value.find((x) => x.cid === cid)
  remove(cid)
  if (e) void pump(e.conv)
  return e?.body ?? ''
}

/** The message stands in the transcript: the entry has done its work. */
export function settled(cid: string): void {
  if (entries.value.some((e) => e.cid === cid)) remove(cid)
}

/** Called when the link is back: nobody waits for a timer. */
export function pumpAll(): void {
  for (const id of timers.values()) clearTimeout(id)
  timers.clear()
  attempts.clear()
  for (const conv of new Set(entries.value.map((e) => e.conv))) void pump(conv)
}

function remove(cid: string): void {
  forget(prefix + cid)
  entries.value = entries.value.filter((e) => e.cid !== cid)
  if (!entries.value.some(unsent)) held.value = false
}

function change(cid: string, f: (e: Entry) => Entry): void {
  entries.value = entries.value.map((e) => {
    if (e.cid !== cid) return e
    const made = f(e)
    // An acknowledged entry is the server's; only what is still owed stays on disk.
    if (made.seq === undefined) keep(prefix + cid, JSON.stringify(made))
    else forget(prefix + cid)
    return made
  })
}

const unsent = (e: Entry) => e.seq === undefined && !e.failed

async function pump(conv: string): Promise<void> {
  if (busy.has(conv) || timers.has(conv)) return
  busy.add(conv)
  try {
    for (let e = entries.value.find((x) => x.conv === conv && unsent(x)); e; e = entries.value.find((x) => x.conv === conv && unsent(x))) {
      if (!(await deliver(e))) return later(conv)
    }
  } finally {
    busy.delete(conv)
  }
}

/** False when it should be tried again later. */
async function deliver(e: Entry): Promise<boolean> {
  try {
    const { seq } = await call<{ seq: number; at: string }>('POST', `/conversations/${e.conv}/${e.kind}`, { cid: e.cid, body: e.body })
    attempts.delete(e.conv)
    held.value = false
    change(e.cid, (x) => ({ ...x, seq }))
    return true
  } catch (err) {
    if (!(err instanceof ApiError) || err.passing || err.status === 401) {
      held.value = true
      return false
    }
    change(e.cid, (x) => ({ ...x, failed: { code: err.code, ...refusalWords(err) } }))
    return true
  }
}

function later(conv: string): void {
  const n = attempts.get(conv) ?? 0
  attempts.set(conv, n + 1)
  timers.set(conv, window.setTimeout(() => {
    timers.delete(conv)
    void pump(conv)
  }, backoff(n, Math.random()) + 200))
}
