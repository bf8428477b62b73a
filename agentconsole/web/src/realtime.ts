import { signal } from '@preact/signals'
import { Link, type LinkEffect } from '../../../realtime/web/src/index.ts'
import type { Frame } from './types.ts'

/**
 * The console's one socket. When to open, greet, ping and give up is decided by the protocol core in realtime/web; this file only carries it out.
 * The socket brings hints and live frames; what is true is read over HTTP after every (re)connect, by the listeners of `onWelcome`.
 */
export type Reach = 'connecting' | 'open' | 'lost'
export const reach = signal<Reach>('connecting')

const PATIENCE_MS = 1_500
/** Since when the link is lost, or 0. Most breaks are over before anyone could read about them; only a lasting one is told. */
export const lostSince = signal(0)
let patience = 0
reach.subscribe((r) => {
  clearTimeout(patience)
  const at = Date.now()
  if (r === 'lost') patience = window.setTimeout(() => (lostSince.value = at), PATIENCE_MS)
  else if (r === 'open') lostSince.value = 0
})

const SUBPROTOCOL = 'baton.console.v1'

const listeners = new Set<(f: Frame) => void>()
const welcomes = new Set<() => void>()
const watched = new Map<string, () => number>()

let link: Link | null = null
let socket: WebSocket | null = null
let timer = 0
let onSignedOut: () => void = () => {}

export function onFrame(f: (frame: Frame) => void): void {
  listeners.add(f)
}

/** Runs after every welcome: lists are read again, nothing is taken from memory. */
export function onWelcome(f: () => void): void {
  welcomes.add(f)
}

export function connect(signedOut: () => void): void {
  disconnect()
  onSignedOut = signedOut
  reach.value = 'connecting'
  lostSince.value = 0
  // The cookie lets a console in, so there is no session step.
  link = new Link(Math.random, false)
  carryOut(link.start(Date.now()))
}

export function disconnect(): void {
  if (link) carryOut(link.stop())
  link = null
  clearTimeout(timer)
}

/** Watches a conversation until `unwatch`; `after` is asked again at each reconnect, so nothing comes twice. */
export function watch(conv: string, after: () => number): void {
  watched.set(conv, after)
  send({ t: 'watch', conv, after: after() })
}

export function unwatch(conv: string): void {
  if (watched.delete(conv)) send({ t: 'unwatch', conv })
}

/** False when there is no link now; nothing is kept for later. */
export function send(frame: Record<string, unknown>): boolean {
  if (link?.state !== 'live' || socket?.readyState !== WebSocket.OPEN) return false
  socket.send(JSON.stringify(frame))
  return true
}

function carryOut(effects: LinkEffect[]): void {
  for (const e of effects) {
    if (e === 'open') open()
    else if (e === 'hello') socket?.send(JSON.stringify({ t: 'hello', v: 1 }))
    else if (e === 'ping') send({ t: 'ping' })
    else if (e === 'close') drop()
    else if (e === 'session') onSignedOut()
  }
  clearTimeout(timer)
  if (link && link.due < Infinity) timer = window.setTimeout(() => link && carryOut(link.tick(Date.now())), Math.max(0, link.due - Date.now()))
}

function open(): void {
  const s = new WebSocket(location.origin.replace(/^http/, 'ws') + '/api/console/socket', SUBPROTOCOL)
  socket = s
  s.onopen = () => socket === s && link && carryOut(link.opened())
  s.onmessage = (e) => socket === s && hear(String(e.data))
  s.onclose = (e) => {
    if (socket !== s) return
    drop()
    reach.value = 'lost'
    if (link) carryOut(link.closed(Date.now(), e.code))
  }
}

function drop(): void {
  const s = socket
  socket = null
  s?.close()
}

function hear(data: string): void {
  let f: Frame
  try {
    f = JSON.parse(data)
  } catch {
    return
  }
  link?.heard(Date.now())
  if (f.t === 'welcome') {
    link?.welcomed(Date.now())
    carryOut([])
    reach.value = 'open'
    for (const w of welcomes) w()
    for (const [conv, after] of watched) send({ t: 'watch', conv, after: after() })
  }
  for (const l of listeners) l(f)
}

/** The network is back or somebody looks again: no reason to sit out a pause, and a laptop that slept may hold a dead socket. */
function lookAgain(): void {
  if (!link || document.visibilityState === 'hidden') return
  carryOut(link.tick(Date.now()))
  if (link) carryOut(link.wake(Date.now()))
}

addEventListener('online', lookAgain)
addEventListener('focus', lookAgain)
document.addEventListener('visibilitychange', lookAgain)
