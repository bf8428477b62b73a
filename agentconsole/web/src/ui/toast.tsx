import type { ComponentChildren } from 'preact'
import { effect, signal } from '@preact/signals'
import { keysOn } from '../keys/on.ts'
import { t } from '../locale/t.ts'
import { announce } from './live.ts'
import { now } from './clock.ts'
import { Icon, type IconName } from './icon.tsx'
import { Key } from './parts.tsx'

export interface Toast {
  id: number
  icon: IconName
  tone: 'ok' | 'warn' | 'bad'
  text: string
  /** The words of the one action, and what it does. */
  action?: { label: string; run: () => void }
  /** When it goes; while it is held (pointer or focus on it) the seconds stand still. */
  until: number
  span: number
  held: number
  /** With a time to live of its own the toast shows the seconds that are left. */
  countdown: boolean
  /** Runs when the time is over or the toast was closed without its action. */
  done?: () => void
}

interface Options {
  icon: IconName
  tone: Toast['tone']
  text: string
  ms?: number
  /** However long somebody rests on it, the notice is over then: later the server would refuse its action. */
  most?: number
  action?: Toast['action']
  done?: () => void
  /** Reads signals; once it holds, the notice has nothing to say any more and goes. */
  stale?: () => boolean
}

export const toasts = signal<Toast[]>([])
let serial = 0

const PLAIN_MS = 6_000
const MOST = 3

const timers = new Map<number, number>()
const ends = new Map<number, () => void>()

export function toast(o: Options): number {
  const id = ++serial
  const ms = o.ms ?? PLAIN_MS
  const made: Toast = { id, icon: o.icon, tone: o.tone, text: o.text, until: Date.now() + ms, span: ms, held: 0, countdown: o.ms !== undefined }
  if (o.action) made.action = o.action
  if (o.done) made.done = o.done
  // The oldest makes room; what it was going to do is done, not dropped.
  if (toasts.value.length >= MOST) close(toasts.value[0]!.id)
  toasts.value = [...toasts.value, made]
  announce(o.text)
  timers.set(id, window.setTimeout(() => close(id), ms))
  const last = o.most ? window.setTimeout(() => close(id), o.most) : 0
  // Not from within the effect, whose own end this is.
  const stop = o.stale ? effect(() => void (o.stale!() && queueMicrotask(() => take(id)))) : () => {}
  ends.set(id, () => (clearTimeout(last), stop()))
  return id
}

function take(id: number): Toast | undefined {
  const found = toasts.value.find((x) => x.id === id)
  if (!found) return undefined
  clearTimeout(timers.get(id))
  timers.delete(id)
  ends.get(id)?.()
  ends.delete(id)
  toasts.value = toasts.value.filter((x) => x.id !== id)
  return found
}

export function close(id: number): void {
  take(id)?.done?.()
}

function act(id: number): void {
  take(id)?.action?.run()
}

/** The newest notice that can be taken back, which is the one that shows the key. */
export const undoable = (): Toast | undefined => toasts.value.findLast((x) => x.action)

export function undo(): void {
  const x = undoable()
  if (x) act(x.id)
}

function change(id: number, f: (x: Toast) => Toast): void {
  toasts.value = toasts.value.map((x) => (x.id === id ? f(x) : x))
}

/** Whoever reads, points or has tabbed to it is not hurried: `held` counts the reasons, and `until` becomes what is left. */
function hold(id: number): void {
  change(id, (x) => {
    if (x.held) return { ...x, held: x.held + 1 }
    clearTimeout(timers.get(id))
    return { ...x, held: 1, until: Math.max(0, x.until - Date.now()) }
  })
}

function release(id: number): void {
  change(id, (x) => {
    if (x.held !== 1) return { ...x, held: Math.max(0, x.held - 1) }
    timers.set(id, window.setTimeout(() => close(id), x.until))
    return { ...x, held: 0, until: Date.now() + x.until }
  })
}

function Left({ x }: { x: Toast }) {
  // The clock ticks by whole seconds and may be most of one behind.
  const left = Math.max(0, Math.ceil(Math.min(x.span, x.held ? x.until : x.until - now.value) / 1000))
  const share = Math.max(0, Math.min(1, (left * 1000) / x.span))
  return (
    <>
      <span class="toast-left">{t('toast.seconds', { n: left })}</span>
      <span class="toast-bar" ref={(e) => void (e && (e.style.inlineSize = `${share * 100}%`))} />
    </>
  )
}

/** What floats at the foot of the list: notices with an end, and above them (`children`) what lasts, such as a broken connection. */
export function Toasts({ children }: { children?: ComponentChildren }) {
  const last = undoable()
  return (
    <section class="toasts" aria-label={t('toast.label')}>
      {children}
      {toasts.value.map((x) => (
        <div class={`toast ${x.tone}`} key={x.id} role="group" aria-label={x.text} onPointerEnter={() => hold(x.id)} onPointerLeave={() => release(x.id)}
          onFocusIn={(e) => !e.currentTarget.contains(e.relatedTarget as Node | null) && hold(x.id)} onFocusOut={(e) => !e.currentTarget.contains(e.relatedTarget as Node | null) && release(x.id)}>
          <Icon name={x.icon} />
          <span class="toast-text">{x.text}</span>
          {x.action && (
            <button type="button" class="link" aria-keyshortcuts={keysOn.value && x === last ? 'Z' : undefined} onClick={() => act(x.id)}>
              {x.action.label}{keysOn.value && x === last && <Key>Z</Key>}
            </button>
          )}
          {x.countdown ? <Left x={x} /> : null}
          {!x.action && (
            <button type="button" class="icon-btn" aria-label={t('ui.close')} onClick={() => close(x.id)}>
              <Icon name="x" />
            </button>
          )}
        </div>
      ))}
    </section>
  )
}
