import { computed, signal } from '@preact/signals'
import { ApiError, read } from '../api.ts'
import { t } from '../locale/t.ts'
import { toast } from '../ui/toast.tsx'
import type { Document } from '../types.ts'
import { recount } from '../frame/known.ts'
import { put, query, remove, tab } from './store.ts'

/** A file on its way. It becomes a document when the server has it; what never arrives stays as a row that says why. */
export interface Upload {
  id: number
  file: File
  /** The document it takes the place of, once it has arrived and can be read. */
  replaces?: Document
  share: number
  /** `again`: the same file may work later; otherwise only another one helps. */
  failed?: { cause: string; error: string; fix: string; again: boolean }
}

export const uploads = signal<Upload[]>([])
/** What was refused stands on the page until somebody has looked at it, so the tabs count it. */
export const refused = computed(() => uploads.value.filter((u) => u.failed).length)

/** The uploads that belong to the tab and the search on screen. */
export const shownUploads = computed(() => {
  const words = query.value.trim().toLowerCase()
  return uploads.value.filter((u) => (tab.value === 'all' || (tab.value === 'failed') === !!u.failed) && u.file.name.toLowerCase().includes(words))
})

export const ACCEPT = '.md,.markdown,.html,.htm,.txt,text/markdown,text/html,text/plain'
const MAX_BYTES = 20 * 1024 * 1024
/** Three at a time: enough to keep the line full, few enough that the first is there soon. */
const AT_ONCE = 3

let serial = 0
let running = 0
const queue: Upload[] = []

export function add(files: Iterable<File>, replaces?: Document): void {
  const made = [...files].map((file): Upload => {
    const u: Upload = { id: ++serial, file, share: 0 }
    if (replaces) u.replaces = replaces
    if (file.size > MAX_BYTES) u.failed = { cause: 'too_large', error: t('cause.too_large'), fix: t('fix.too_large'), again: false }
    return u
  })
  uploads.value = [...uploads.value, ...made]
  queue.push(...made.filter((u) => !u.failed))
  pump()
}

export function again(u: Upload): void {
  change(u.id, ({ failed: _, ...rest }) => ({ ...rest, share: 0 }))
  const fresh = uploads.value.find((x) => x.id === u.id)
  if (fresh) queue.push(fresh)
  pump()
}

export function dismiss(id: number): void {
  uploads.value = uploads.value.filter((u) => u.id !== id)
}

function change(id: number, f: (u: Upload) => Upload): void {
  uploads.value = uploads.value.map((u) => (u.id === id ? f(u) : u))
}

function pump(): void {
  while (running < AT_ONCE && queue.length) {
    const u = queue.shift()!
    running++
    void send(u)
      .then((items) => arrived(u, items), (e: ApiError) => refuse(u, e))
      .finally(() => {
        running--
        pump()
      })
  }
}

/** A refusal of one file names its cause in the entry that stands for it. */
function refuse(u: Upload, e: ApiError): void {
  const entry = (e.body['items'] as Document[] | undefined)?.[0]
  change(u.id, (x) => ({ ...x, failed: { cause: entry?.cause ?? '', error: entry?.error || e.message || t('know.upload.failed', { file: u.file.name }), fix: entry?.fix || e.fix, again: e.passing } }))
}

async function arrived(u: Upload, items: Document[]): Promise<void> {
  items.forEach(put)
  dismiss(u.id)
  recount()
  const old = u.replaces
  // The old one goes only when the new one can be used.
  if (!old || items.every((d) => d.state === 'failed' || d.id === old.id)) return
  await remove(old.id).catch(() => toast({ icon: 'warn', tone: 'bad', text: t('know.replace.kept', { title: old.title }) }))
}

/** XMLHttpRequest, because fetch tells nothing about what has been sent. */
function send(u: Upload): Promise<Document[]> {
  return new Promise((ok, no) => {
    const form = new FormData()
    form.append('file', u.file, u.file.name)
    const x = new XMLHttpRequest()
    x.open('POST', '/api/console/documents')
    x.upload.onprogress = (e) => e.lengthComputable && change(u.id, (y) => ({ ...y, share: e.loaded / e.total }))
    x.onerror = x.onabort = () => no(new ApiError(0, 'offline', '', t('act.offline')))
    x.onload = () => {
      try {
        ok(read<{ items: Document[] }>(x.status, x.responseText, '/documents').items)
      } catch (e) {
        no(e)
      }
    }
    x.send(form)
  })
}

/** Opens the system's file dialog; `done` gets what was chosen. */
export function choose(done: (files: File[]) => void, multiple = true): void {
  const input = document.createElement('input')
  input.type = 'file'
  input.accept = ACCEPT
  input.multiple = multiple
  input.onchange = () => done([...(input.files ?? [])])
  input.click()
}
