import { batch, computed, signal } from '@preact/signals'
import { ApiError, call, whenSignedOut } from '../api.ts'
import { connect, disconnect } from '../realtime.ts'
import { here } from '../route.ts'
import type { Me, Status } from '../types.ts'

/** Who is signed in. `out` shows the sign-in page; what was typed stays in local storage under the person's id. */
export type Phase = 'starting' | 'in' | 'out' | 'unreachable'
export type Trouble = '' | 'lost' | 'link_used' | 'link_expired' | 'link_failed' | 'goodbye'

export const phase = signal<Phase>('starting')
export const trouble = signal<Trouble>('')
export const me = signal<Me | null>(null)
export const myId = computed(() => me.value?.agent.id ?? '')

const RETRY_MS = 3_000

export function start(): void {
  whenSignedOut(lost)
  addEventListener('hashchange', () => void fromLink())
  document.addEventListener('visibilitychange', lookAgain)
  addEventListener('focus', lookAgain)
  void fromLink().then((was) => {
    if (!was) void load()
  })
}

/** A link pasted into an open tab only changes the hash, so this runs at start and on every change of it. */
async function fromLink(): Promise<boolean> {
  const m = /^#signin=([^&]+)/.exec(location.hash)
  if (!m) return false
  // Removed before anything else: the address bar and the history never keep a secret.
  history.replaceState(null, '', location.pathname + here())
  phase.value = 'starting'
  await signIn(decodeURIComponent(m[1]!))
  return true
}

async function signIn(token: string): Promise<void> {
  try {
    enter(await call<Me>('POST', '/signin', { token }))
  } catch (e) {
    const code = e instanceof ApiError ? e.code : ''
    if (e instanceof ApiError && e.passing) {
      phase.value = 'unreachable'
      window.setTimeout(() => void signIn(token), RETRY_MS)
      return
    }
    // Someone who is signed in already and opens an old link goes on as before.
    try {
      const m = await whoAmI()
      if (m) return enter(m)
    } catch {
      // Then it is said what is wrong with the link.
    }
    out(code === 'link_used' || code === 'link_expired' ? code : 'link_failed')
  }
}

/** Null where nobody is signed in, which is an answer like another. */
async function whoAmI(): Promise<Me | null> {
  const m = await call<Me | { agent: null }>('GET', '/me')
  return m.agent ? (m as Me) : null
}

async function load(): Promise<void> {
  try {
    const m = await whoAmI()
    return m ? enter(m) : out('')
  } catch (e) {
    if (!(e instanceof ApiError) || !e.passing) return out('')
    phase.value = 'unreachable'
    window.setTimeout(() => void load(), RETRY_MS)
  }
}

/** Signed in again in another tab: this one comes back by itself. */
function lookAgain(): void {
  if (phase.value !== 'out' || document.visibilityState === 'hidden') return
  whoAmI().then((m) => m && phase.value === 'out' && enter(m), () => {})
}

function enter(m: Me): void {
  batch(() => {
    me.value = m
    trouble.value = ''
    phase.value = 'in'
  })
  connect(lost)
}

function lost(): void {
  if (phase.value === 'in') out('lost')
}

function out(why: Trouble): void {
  disconnect()
  batch(() => {
    trouble.value = why
    phase.value = 'out'
  })
}

export async function signOut(): Promise<void> {
  await call('POST', '/signout').catch(() => {})
  out('goodbye')
  history.replaceState(null, '', location.pathname)
}

export async function setStatus(status: Status): Promise<void> {
  const before = me.value
  if (!before) return
  me.value = { ...before, agent: { ...before.agent, status } }
  try {
    me.value = await call<Me>('PUT', '/me/status', { status })
  } catch (e) {
    me.value = before
    throw e
  }
}

/** The number of documents as uploads and deletions change it; `me` only tells it at sign-in. */
export function setDocuments(n: number): void {
  if (me.value && me.value.documents !== n) me.value = { ...me.value, documents: n }
}
