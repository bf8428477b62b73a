import { batch, computed, signal } from '@preact/signals'
import { call, type ApiError } from '../api.ts'
import { t } from '../locale/t.ts'
import { onFrame, onWelcome } from '../realtime.ts'
import { asking, counts, leaving, readCounts, recount, took } from '../frame/known.ts'
import { phase } from '../session/session.ts'
import { announce } from '../ui/live.ts'
import { toast } from '../ui/toast.tsx'
import { causeWords } from './cause.ts'
import type { Kind } from './kinds.ts'
import { refusalWords } from '../refusal.ts'
import type { Document, DocumentCounts } from '../types.ts'

/** The documents as the page shows them. Indexing progress comes over the socket and goes straight into the row. */
export type Tab = 'all' | 'progress' | 'failed' | 'unused'

const documents = signal<ReadonlyMap<string, Document>>(new Map())
export const tab = signal<Tab>('all')
export const query = signal('')
/** A kind of file, or '' for all. */
export const kind = signal<Kind | ''>('')
export const status = signal<'loading' | 'ready' | 'failed'>('loading')
export const next = signal('')

export const working = (d: Document) => d.state !== 'ready' && d.state !== 'failed'
const rank = (d: Document) => (d.state === 'failed' ? 0 : working(d) ? 1 : 2)

function inTab(d: Document, of: Tab): boolean {
  if (of === 'failed') return d.state === 'failed'
  if (of === 'progress') return working(d)
  return of === 'all' || (d.state === 'ready' && d.cited_30d === 0)
}

/** What needs a person comes first, then what is being worked on, then the newest; what came together is by title. */
export const shown = computed(() =>
  [...documents.value.values()]
    .filter((d) => !leaving.value.has(d.id) && inTab(d, tab.value) && (!kind.value || d.type === kind.value))
    .sort((a, b) => rank(a) - rank(b) || Date.parse(b.updated_at) - Date.parse(a.updated_at) || a.title.localeCompare(b.title) || (a.id < b.id ? -1 : 1)),
)

/** The server's figures without what is on its way out. */
export const figures = computed<DocumentCounts>(() => {
  const c = counts.value
  const out = [...leaving.value.values()]
  const less = (n: number, f: (d: Document) => number) => Math.max(0, n - out.reduce((sum, d) => sum + f(d), 0))
  return { all: less(c.all, () => 1), progress: less(c.progress, (d) => +working(d)), failed: less(c.failed, (d) => +(d.state === 'failed')), unused: less(c.unused ?? 0, (d) => +inTab(d, 'unused')), passages: less(c.passages, (d) => d.passages) }
})

let turn = 0
/** What came by other ways since the list was asked for, and what was deleted at any time: an answer that is older must take neither back. */
const came = new Set<string>()
const gone = new Set<string>()

export async function load(): Promise<void> {
  const mine = ++turn
  const question = asking()
  came.clear()
  try {
    const page = await read('')
    if (mine !== turn) return
    batch(() => {
      const list = page.items.filter((d) => !gone.has(d.id)).map(newer)
      const here = new Set(list.map((d) => d.id))
      documents.value = new Map([...list, ...[...documents.peek().values()].filter((d) => came.has(d.id) && !here.has(d.id))].map((d) => [d.id, d]))
      took(page.counts, question)
      next.value = page.next
      status.value = 'ready'
    })
  } catch {
    if (mine === turn && status.peek() !== 'ready') status.value = 'failed'
  }
}

export async function more(): Promise<void> {
  const cursor = next.value
  const mine = turn
  if (!cursor) return
  next.value = ''
  try {
    const page = await read(cursor)
    if (mine !== turn) return
    batch(() => {
      page.items.forEach(put)
      next.value = page.next
    })
  } catch {
    if (mine === turn) next.value = cursor
  }
}

function read(cursor: string): Promise<{ items: Document[]; counts: DocumentCounts; next: string }> {
  const p = new URLSearchParams({ state: tab.peek() === 'all' ? '' : tab.peek(), q: query.peek().trim(), type: kind.peek(), cursor })
  return call('GET', `/documents?${p}`)
}

/** What is held, where it is newer than what was read: an event may overtake the answer to a request. */
function newer(d: Document): Document {
  const old = documents.peek().get(d.id)
  return old && !follows(old, d) ? old : d
}

const ORDER = ['queued', 'reading', 'splitting', 'embedding', 'ready', 'failed']

/** Whether `d` is later than `old`. Indexing stamps a document when its passages are stored and not with every vector, so within one stamp the further state counts. */
export function follows(old: Document, d: Document): boolean {
  const by = Date.parse(d.updated_at) - Date.parse(old.updated_at)
  if (by) return by > 0
  const on = ORDER.indexOf(d.state) - ORDER.indexOf(old.state)
  return on > 0 || (on === 0 && d.done >= old.done)
}

// Events are hints and one may be lost: while something is being worked on, the list is read again now and then.
const HEAL_MS = 5000
setInterval(() => {
  if (phase.peek() !== 'in' || ![...documents.peek().values()].some(working)) return
  const mine = turn
  const question = asking()
  read('').then((page) => mine === turn && batch(() => (page.items.forEach(put), took(page.counts, question))), () => {})
}, HEAL_MS)

export function put(d: Document): void {
  if (gone.has(d.id)) return
  came.add(d.id)
  const old = documents.peek().get(d.id)
  if (old && !follows(old, d)) return
  documents.value = new Map(documents.peek()).set(d.id, d)
  if (d.state === 'failed' && old && old.state !== 'failed') announce(`${d.title}: ${t('know.cant')}. ${causeWords(d).error}`)
}

function drop(id: string): void {
  gone.add(id)
  const copy = new Map(documents.peek())
  if (copy.delete(id)) documents.value = copy
}

onFrame((f) => {
  if (f.t !== 'document') return
  const id = f.document?.id ?? f.id ?? ''
  const old = documents.peek().get(id)
  if (f.deleted) drop(id)
  // While a search is on, only what it found is followed.
  else if (f.document && (old || (!query.peek() && tab.peek() !== 'unused'))) put(f.document)
})
onWelcome(() => phase.peek() === 'in' && void load())

const UNDO_MS = 10_000

/** The request goes out only when the time is over; until then nothing has happened, and the words say so. */
export function removeLater(d: Document): void {
  leaving.value = new Map(leaving.value).set(d.id, d)
  const back = () => {
    const copy = new Map(leaving.value)
    copy.delete(d.id)
    leaving.value = copy
  }
  toast({
    icon: 'trash', tone: 'warn', ms: UNDO_MS,
    text: t('know.deleted', { title: d.title }),
    action: { label: t('ui.undo'), run: back },
    done: () =>
      // The figures first, so that they do not rise once more before they fall.
      void remove(d.id).then(readCounts).then(
        () => batch(() => (drop(d.id), back())),
        () => {
          back()
          toast({ icon: 'warn', tone: 'bad', text: t('know.deleted.failed', { title: d.title }) })
        },
      ),
  })
}

export async function remove(id: string): Promise<void> {
  await call('DELETE', `/documents/${id}`)
  recount()
}

/** Everything that failed, one after another: a hundred at once would only fail together. */
export async function retryAll(): Promise<void> {
  for (const d of [...documents.peek().values()].filter((x) => x.state === 'failed')) await retry(d)
}

export async function retry(d: Document): Promise<void> {
  try {
    put(await call<Document>('POST', `/documents/${d.id}/retry`))
    recount()
  } catch (e) {
    const said = refusalWords(e as ApiError)
    toast({ icon: 'warn', tone: 'bad', text: [said.error || t('know.retry.failed'), said.fix].filter(Boolean).join(' ') })
  }
}
