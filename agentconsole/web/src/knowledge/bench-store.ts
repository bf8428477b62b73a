import { batch, computed, signal } from '@preact/signals'
import { ApiError, call } from '../api.ts'
import { t } from '../locale/t.ts'
import { onFrame, unwatch, watch } from '../realtime.ts'
import { announce } from '../ui/live.ts'
import { refusalWords } from '../refusal.ts'
import type { Frame, Message, Turn } from '../types.ts'

/**
 * The test bench: questions to the assistant in the name of a visitor that does not exist. The server answers them by the ordinary round; here they are a
 * conversation like another, watched over the socket, and beside each answer stands the record of how it came about.
 */
export interface Trial {
  seq: number
  question: string
  /** When it was asked, and when the first word came, on this browser's clock. */
  at: number
  first?: number
  run: string
  text: string
  reply?: Message
  turn?: Turn
  /** Nothing can be shown of it: why, and what to do. */
  failed?: { error: string; fix: string }
}

export const asking = signal('')
export const trials = signal<Trial[]>([])
export const conv = signal('')
export const sending = signal(false)
export const latest = computed<Trial | undefined>(() => trials.value.at(-1))
export const running = computed(() => sending.value || (!!latest.value && !latest.value.reply && !latest.value.failed))

/** Longer than the assistant's own patience: then nobody is at work. */
const PATIENCE_MS = 60_000
let patience = 0
let cursor = 0
/** Counts the visitors that were begun, so that what comes late for an earlier one is known. */
let visitor = 0

/**
 * What the socket brought while a question was on its way. The answer may come before the page hears that its question was taken: a rule answers within
 * milliseconds, and the two take different roads. It waits here until its question has a number.
 */
let early: Frame[] = []

export async function ask(text: string): Promise<void> {
  const question = text.trim()
  if (!question || running.value) return
  sending.value = true
  const at = performance.now()
  const mine = visitor
  try {
    const body: Record<string, string> = { text: question }
    if (conv.value) body['preview'] = conv.value
    const a = await call<{ id: string; seq: number }>('POST', '/preview', body)
    // Meanwhile somebody began anew: this one's answer is nobody's any more.
    if (mine === visitor) taken(a, { seq: a.seq, question, at, run: '', text: '' })
  } catch (e) {
    const err = e as ApiError
    if (mine !== visitor) return
    // A preview is kept for a day; a page that stood open longer begins a new one.
    if (err.status === 404 && conv.value) {
      over()
      sending.value = false
      return ask(text)
    }
    trials.value = [...trials.value, { seq: -trials.value.length - 1, question, at, run: '', text: '', failed: refusal(err) }]
  } finally {
    if (mine === visitor) settle()
  }
}

/** The server has the question: from here on its answer is waited for. */
function taken(a: { id: string; seq: number }, x: Trial): void {
  batch(() => {
    trials.value = [...trials.value, x]
    cursor = Math.max(cursor, x.seq)
    if (conv.value !== a.id) {
      if (conv.value) unwatch(conv.value)
      conv.value = a.id
    }
  })
  clearTimeout(patience)
  patience = window.setTimeout(() => change(x.seq, (y) => (y.reply ? y : { ...y, failed: { error: t('bench.silent'), fix: t('bench.silent.fix') } })), PATIENCE_MS)
  settle()
  // Asked again each time: what came between the question and the watch is sent at once.
  watch(a.id, () => cursor)
}

/** No question is on its way any more: what waited for it is taken up. */
function settle(): void {
  sending.value = false
  const waited = early
  early = []
  waited.forEach(take)
}

function refusal(e: ApiError): { error: string; fix: string } {
  if (e.status === 429) return { error: t('bench.fast'), fix: t('bench.fast.fix') }
  if (e.status === 0) return { error: t('act.offline'), fix: '' }
  const { error, fix } = refusalWords(e)
  return { error: error || t('bench.failed'), fix }
}

/** Stops the answer where it stands, as a visitor's Stop does. */
export function stop(): void {
  const x = latest.value
  if (x?.run && conv.value) call('POST', `/preview/${conv.value}/stop`, { run: x.run }).catch(() => {})
}

/** The next question is a new visitor's. */
export function over(): void {
  if (conv.value) unwatch(conv.value)
  clearTimeout(patience)
  visitor++
  cursor = 0
  early = []
  batch(() => {
    sending.value = false
    conv.value = ''
    trials.value = []
  })
}

function change(seq: number, f: (x: Trial) => Trial): void {
  trials.value = trials.value.map((x) => (x.seq === seq ? f(x) : x))
}

onFrame((f: Frame) => {
  if (!conv.value || !('conv' in f) || f.conv !== conv.value) return
  if (sending.value) early.push(f)
  else take(f)
})

function take(f: Frame): void {
  const now = latest.value
  if (f.t === 'message') {
    cursor = Math.max(cursor, f.seq)
    const x = f.author.kind === 'assistant' && asked(trials.value, f.seq)
    if (x && !x.reply) replied(x.seq, f)
  } else if (f.t === 'delta' && now && !now.reply) change(now.seq, (x) => grown(x, f))
}

/** The question that an answer is to: the last one before it. One that the server never numbered has a number below zero, and no answer. */
export function asked(list: readonly Trial[], seq: number): Trial | undefined {
  return list.findLast((x) => x.seq > 0 && x.seq < seq)
}

/** One more piece of the answer. A piece that does not fit is dropped: the whole message comes in the end. */
export function grown(x: Trial, f: Extract<Frame, { t: 'delta' }>): Trial {
  if (f.end) return f.run === x.run ? { ...x, text: '' } : x
  const first = x.first ?? performance.now()
  if (f.offset === 0) return { ...x, run: f.run, text: f.text, first }
  if (f.run === x.run && [...x.text].length === f.offset) return { ...x, text: x.text + f.text, first }
  return x
}

function replied(seq: number, reply: Message): void {
  if (seq === latest.value?.seq) clearTimeout(patience)
  change(seq, ({ failed: _, ...x }) => ({ ...x, reply, first: x.first ?? performance.now() }))
  announce(`${t('bench.answer')}: ${reply.body.replace(/\[\d+\]|[*_`]/g, '')}`)
  void recorded(conv.value, seq, 1)
}

const RECORD_MS = 2_000
const RECORD_TRIES = 5

/** Reads the record, which is stored in one transaction with the answer. Where only the way there failed, it is tried again: the verdict is what the bench is for. */
async function recorded(id: string, seq: number, tries: number): Promise<void> {
  try {
    const turn = await call<Turn>('GET', `/preview/${id}/turn/${seq}`)
    if (id === conv.value) change(seq, (x) => ({ ...x, turn }))
  } catch (e) {
    if ((e as ApiError).passing && tries < RECORD_TRIES && id === conv.value) setTimeout(() => void recorded(id, seq, tries + 1), RECORD_MS)
  }
}

/** How long each step took, in the order in which they followed each other. The record holds how far the round was at the end of a step. */
export function steps(turn: Turn): { key: 'signals' | 'search' | 'first' | 'write'; ms: number }[] {
  const at = turn.timings
  const out: { key: 'signals' | 'search' | 'first' | 'write'; ms: number }[] = []
  let before = 0
  for (const [key, end] of [['signals', at['signals']], ['search', at['search']], ['first', at['first']], ['write', at['model'] ?? at['total']]] as const) {
    if (end === undefined || end < before) continue
    out.push({ key, ms: end - before })
    before = end
  }
  return out
}

/** What the rules would have done: a person called, a person offered, or neither. */
export function verdict(turn: Turn): 'handoff' | 'offer' | 'none' {
  if (turn.outcome === 'handoff') return 'handoff'
  return turn.outcome === 'offer' || turn.outcome === 'unanswered' ? 'offer' : 'none'
}
