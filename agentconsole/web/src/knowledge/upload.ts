import { computed, signal } from '@preact/signals'
import { ApiError, call, read } from '../api.ts'
import { t } from '../locale/t.ts'
import { refusalWords } from '../refusal.ts'
import { toast } from '../ui/toast.tsx'
import type { Document, Skipped } from '../types.ts'
import { recount } from '../frame/known.ts'
import { knownContents, sha256, type KnownContent } from './hash.ts'
import { ACCEPT, sortOut } from './kinds.ts'
import { put, query, remove, tab } from './store.ts'

/** A file on its way. It becomes a document when the server has it; what never arrives stays as a row that says why. */
export interface Upload {
  id: number
  file: File
  /** The document it takes the place of, once it has arrived and can be read. */
  replaces?: Document
  share: number
  /** The same content is here already; nothing was sent. */
  twin?: KnownContent
  /** `again`: the same file may work later; otherwise only another one helps. */
  failed?: { cause: string; error: string; fix: string; again: boolean }
}

/** What was left out of a folder or an archive, until somebody has looked at it. */
export interface LeftOut { id: number; from: string; list: Skipped[] }

export const uploads = signal<Upload[]>([])
export const leftOut = signal<LeftOut[]>([])
/** What was refused stands on the page until somebody has looked at it, so the tabs count it. */
export const refused = computed(() => uploads.value.filter((u) => u.failed).length)

/** The uploads that belong to the tab and the search on screen. */
export const shownUploads = computed(() => {
  const words = query.value.trim().toLowerCase()
  return uploads.value.filter((u) => (tab.value === 'all' || (tab.value !== 'unused' && (tab.value === 'failed') === !!(u.failed || u.twin))) && u.file.name.toLowerCase().includes(words))
})

const MAX_BYTES = 20 * 1024 * 1024
/** Three at a time: enough to keep the line full, few enough that the first is there soon. */
const AT_ONCE = 3
/** So many files are asked about at once before they are sent; reading them takes a moment, and the first should not wait for the last. */
const ASKED_AT_ONCE = 20

let serial = 0
let running = 0
const queue: Upload[] = []

export function add(files: Iterable<File>, replaces?: Document): void {
  const { take, left } = sortOut(files)
  const made = take.map((file): Upload => {
    const u: Upload = { id: ++serial, file, share: 0 }
    if (replaces) u.replaces = replaces
    if (file.size > MAX_BYTES) u.failed = { cause: 'too_large', error: t('cause.too_large'), fix: t('fix.too_large'), again: false }
    return u
  })
  uploads.value = [...uploads.value, ...made]
  if (left.length) note(left[0]!.webkitRelativePath.split('/')[0]!, left.map((f) => ({ name: f.webkitRelativePath, cause: 'wrong_type', error: '', fix: '' })))
  void sendNew(made.filter((u) => !u.failed))
}

/** Asks about the contents before they are sent: a folder that was dropped twice should cost nothing. */
async function sendNew(list: Upload[]): Promise<void> {
  for (let i = 0; i < list.length; i += ASKED_AT_ONCE) {
    const part = list.slice(i, i + ASKED_AT_ONCE)
    const hashes: string[] = []
    for (const u of part) hashes.push(await sha256(u.file))
    const known = await knownContents(hashes)
    part.forEach((u, j) => {
      const twin = known.get(hashes[j]!)
      if (twin) change(u.id, (x) => ({ ...x, twin }))
      else queue.push(u)
    })
    pump()
  }
}

function note(from: string, list: Skipped[]): void {
  leftOut.value = [...leftOut.value, { id: ++serial, from, list }]
}

export function noted(id: number): void {
  leftOut.value = leftOut.value.filter((x) => x.id !== id)
}

/** A page of the web. It throws what the server says against it, for the dialog to show. */
export async function addPage(url: string): Promise<void> {
  took(await call<Answer>('POST', '/documents', { url }), url)
}

interface Answer { items: Document[]; skipped?: Skipped[] }

/** Documents go to the list; what was refused or left out of an archive is listed with its reason. */
function took(a: Answer, from: string): void {
  const many = a.items.length + (a.skipped?.length ?? 0) > 1
  const bad = many ? a.items.filter((d) => d.state === 'failed' && !d.passages && d.cause) : []
  a.items.filter((d) => !bad.includes(d)).forEach(put)
  const list = [...(a.skipped ?? []), ...bad.map((d) => ({ name: d.file, cause: d.cause, error: d.error, fix: d.fix }))]
  if (list.length) note(from, list)
  recount()
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
      .then((a) => arrived(u, a), (e: ApiError) => refuse(u, e))
      .finally(() => {
        running--
        pump()
      })
  }
}

/** A refusal of one file names its cause in the entry that stands for it. */
function refuse(u: Upload, e: ApiError): void {
  const entry = (e.body['items'] as Document[] | undefined)?.[0]
  const said = refusalWords(e)
  change(u.id, (x) => ({ ...x, failed: { cause: entry?.cause ?? String(e.body['cause'] ?? ''), error: entry?.error || said.error || t('know.upload.failed', { file: u.file.name }), fix: entry?.fix || said.fix, again: e.passing } }))
}

async function arrived(u: Upload, a: Answer): Promise<void> {
  const items = a.items
  took(a, u.file.name)
  dismiss(u.id)
  const old = u.replaces
  // The old one goes only when the new one can be used.
  if (!old || items.every((d) => d.state === 'failed' || d.id === old.id)) return
  await remove(old.id).catch(() => toast({ icon: 'warn', tone: 'bad', text: t('know.replace.kept', { title: old.title }) }))
}

/** XMLHttpRequest, because fetch tells nothing about what has been sent. */
function send(u: Upload): Promise<Answer> {
  return new Promise((ok, no) => {
    const form = new FormData()
    form.append('file', u.file, u.file.name)
    const x = new XMLHttpRequest()
    x.open('POST', '/api/console/documents')
    x.upload.onprogress = (e) => e.lengthComputable && change(u.id, (y) => ({ ...y, share: e.loaded / e.total }))
    x.onerror = x.onabort = () => no(new ApiError(0, 'offline', '', t('act.offline')))
    x.onload = () => {
      try {
        ok(read<Answer>(x.status, x.responseText, '/documents'))
      } catch (e) {
        no(e)
      }
    }
    x.send(form)
  })
}

/** Opens the system's dialog for files, or for a folder; `done` gets what was chosen. */
export function choose(done: (files: File[]) => void, what: 'files' | 'file' | 'folder' = 'files'): void {
  const input = document.createElement('input')
  input.type = 'file'
  if (what === 'folder') input.webkitdirectory = true
  else input.accept = ACCEPT
  input.multiple = what !== 'file'
  input.onchange = () => done([...(input.files ?? [])])
  input.click()
}
