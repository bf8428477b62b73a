import { signal } from '@preact/signals'
import { backoff, store, uuid7, type Store } from '../../../../realtime/web/src/index.ts'
import { ApiError, call } from '../api.ts'
import { refusalWords } from '../refusal.ts'

/**
 * What was sent and is not yet in the conversation. An entry lies on disk from before it is first sent until the server has acknowledged it, so a
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

/** Whose outbox is open, and what the others of this tab still had in theirs where nothing can be kept on disk. */
let owner = ''
const left = new Map<string, Entry[]>()
let disk: Store<Entry>
/** Entries that are stored, and may be sent. */
const ready = new Set<string>()
const busy = new Set<string>()
const attempts = new Map<string, number>()
const timers = new Map<string, number>()

export async function openOutbox(agent: string): Promise<void> {
  left.set(owner, entries.value)
  owner = agent
  entries.value = left.get(agent) ?? []
  const own = (disk = store<Entry>(`baton.console.${agent}`, true))
  const restored = await own.all()
  // Somebody else may have signed in meanwhile, and somebody may have written.
  if (disk !== own) return
  const here = new Set(entries.value.map((e) => e.cid))
  for (const e of restored) ready.add(e.cid)
  entries.value = [...restored.filter((e) => !here.has(e.cid)), ...entries.value].sort((a, b) => (a.cid < b.cid ? -1 : 1))
  pumpAll()
}

export function post(conv: string, kind: Entry['kind'], body: string): void {
  const e: Entry = { cid: uuid7(Date.now(), (b) => crypto.getRandomValues(b)), conv, kind, body, at: new Date().toISOString() }
  entries.value = [...entries.value, e]
  void disk.put(e).then(() => {
    ready.add(e.cid)
    return pump(conv)
  })
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
  void disk.remove(cid)
  entries.value = entries.value.filter((e) => e.cid !== cid)
  if (!entries.value.some(unsent)) held.value = false
}

function change(cid: string, f: (e: Entry) => Entry): void {
  entries.value = entries.value.map((e) => {
    if (e.cid !== cid) return e
    const made = f(e)
    // An acknowledged entry is the server's; only what is still owed stays on disk.
    void (made.seq === undefined ? disk.put(made) : disk.remove(cid))
    return made
  })
}

const unsent = (e: Entry) => e.seq === undefined && !e.failed

async function pump(conv: string): Promise<void> {
  if (busy.has(conv) || timers.has(conv)) return
  busy.add(conv)
  try {
    // What is not stored yet holds back what was written after it.
    const next = () => entries.value.find((x) => x.conv === conv && unsent(x))
    for (let e = next(); e && ready.has(e.cid); e = next()) {
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
