import { signal } from '@preact/signals'
import { call } from '../api.ts'
import { onFrame, onWelcome } from '../realtime.ts'
import { phase, setDocuments } from '../session/session.ts'
import type { Document, DocumentCounts, DocumentState } from '../types.ts'

/** How many documents there are. It stands in the sidebar on every page, so it follows the socket even where the knowledge page was never opened. */
export const counts = signal<DocumentCounts>({ all: 0, progress: 0, failed: 0, passages: 0 })

/** Taken off the page at once and deleted for good when the time to undo is over. */
export const leaving = signal<ReadonlyMap<string, Document>>(new Map())

let asked = 0
let newest = 0

/** Numbers a question whose answer carries the figures. Several may be on their way, and their answers come in any order. */
export const asking = (): number => ++asked

export function took(c: DocumentCounts, question: number): void {
  if (question < newest) return
  newest = question
  counts.value = c
  setDocuments(c.all)
}

/** The figures are the server's. The group in progress is asked for, because it is the shortest list to carry beside them. */
export async function readCounts(): Promise<void> {
  const question = asking()
  await call<{ counts: DocumentCounts }>('GET', '/documents?state=progress').then((p) => took(p.counts, question), () => {})
}

// Once things have settled, and while they do not settle at least every so often: a colleague may be adding a thousand files.
const SETTLE_MS = 400
let settle = 0
export function recount(): void {
  settle ||= window.setTimeout(() => {
    settle = 0
    void readCounts()
  }, SETTLE_MS)
}

// Progress within a state changes no figure.
const last = new Map<string, DocumentState>()
onFrame((f) => {
  if (f.t !== 'document') return
  const id = f.document?.id ?? f.id ?? ''
  if (!f.deleted && f.document && last.get(id) === f.document.state) return
  if (f.document) last.set(id, f.document.state)
  else last.delete(id)
  recount()
})

let before = false
onWelcome(() => {
  // The first one comes right after `me`, which has just told it.
  if (before && phase.peek() === 'in') recount()
  before = true
})
