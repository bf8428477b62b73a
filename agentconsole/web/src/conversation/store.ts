import { computed, effect, signal, untracked } from '@preact/signals'
import { ApiError, call } from '../api.ts'
import { put, rowOf } from '../inbox/store.ts'
import { onFrame, onWelcome } from '../realtime.ts'
import { refusalWords } from '../refusal.ts'
import { route } from '../route.ts'
import { phase } from '../session/session.ts'
import { t, type Key } from '../locale/t.ts'
import { toast } from '../ui/toast.tsx'
import { Thread } from './thread.ts'
import { composerForgotten } from './focus.ts'
import { pumpAll } from './outbox.ts'
import type { Row } from '../types.ts'

/** The conversations that were opened lately. Coming back to one is instant: it is shown as held and then brought up to date. */
const threads = new Map<string, Thread>()
const KEPT = 24

export const current = signal<Thread | null>(null)

/** The row of the open conversation: state, agent, name. */
export const currentRow = computed(() => (current.value && current.value.status.value === 'ready' ? rowOf(current.value.id)?.value ?? null : null))

/** Counts the people who signed in on this page: the conversation in the address is then opened anew. */
const turn = signal(0)

effect(() => {
  void turn.value
  const id = phase.value === 'in' && route.value.area === 'inbox' ? route.value.id : ''
  if (current.peek()?.id === id) return
  current.peek()?.close()
  composerForgotten()
  if (!id) {
    current.value = null
    return
  }
  const thread = threads.get(id) ?? new Thread(id)
  threads.delete(id)
  threads.set(id, thread)
  for (const old of threads.keys()) if (threads.size > KEPT) threads.delete(old)
  current.value = thread
  untracked(() => thread.open())
})

effect(() => {
  const thread = current.value
  if (!thread || thread.status.value !== 'ready' || !thread.visitor.value) return
  const status = rowOf(thread.id)?.value.visitor.status
  untracked(() => thread.presence(status))
})

onFrame((f) => {
  if ('conv' in f && f.conv) threads.get(f.conv)?.hear(f)
})

onWelcome(() => {
  void current.peek()?.load()
  pumpAll()
})

export function clear(): void {
  current.value?.close()
  current.value = null
  threads.clear()
  turn.value++
}

/** Claim, hand back and resolve: the answer is the row as it now is, also where somebody else was first. */
async function act(id: string, verb: string, body: unknown, failed: Key): Promise<Row | null> {
  try {
    const row = await call<Row>('POST', `/conversations/${id}/${verb}`, body)
    put(row)
    holdFocus()
    return row
  } catch (e) {
    const err = e as ApiError
    if (err.current) put(err.current as Row)
    if (err.status !== 401) {
      const words = err.passing || !err.message ? `${t(failed)}${err.passing ? ' ' + t('act.offline') : ''}` : Object.values(refusalWords(err)).filter(Boolean).join(' ')
      toast({ icon: 'warn', tone: 'bad', text: words })
    }
    return null
  }
}

/** The button that was pressed is often gone afterwards; the focus then goes to the conversation rather than nowhere. */
function holdFocus(): void {
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) document.getElementById('main')?.focus({ preventScroll: true })
  })
}

export const claim = (id: string) => act(id, 'claim', {}, 'act.claim.failed')

export async function handBack(id: string): Promise<void> {
  const row = await act(id, 'handback', {}, 'act.handback.failed')
  if (row) toast({ icon: 'spark', tone: 'ok', text: t('act.handed', { name: row.visitor.name }) })
}

const UNDO_MS = 10_000
/** The server takes a resolve back for 20 s; a notice that is held any longer would promise too much. */
const UNDO_MOST_MS = 18_000

export async function resolve(id: string): Promise<void> {
  const row = await act(id, 'resolve', {}, 'act.resolve.failed')
  if (!row) return
  toast({
    icon: 'done', tone: 'ok', ms: UNDO_MS, most: UNDO_MOST_MS,
    text: t('act.resolved', { name: row.visitor.name }),
    // The visitor wrote again, or a colleague was quicker: there is nothing left to take back.
    stale: () => rowOf(id)?.value.state !== 'resolved',
    action: { label: t('ui.undo'), run: () => void act(id, 'resolve', { undo: true }, 'act.undo.failed') },
  })
}
