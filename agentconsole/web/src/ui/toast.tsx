import type { ComponentChildren } from 'preact'
import { computed, signal } from '@preact/signals'
import { t } from '../locale/t.ts'
import { announce } from './live.ts'
import { now } from './clock.ts'
import { Icon, type IconName } from './icon.tsx'

export interface Toast {
  id: number
  icon: IconName
  tone: 'ok' | 'warn' | 'bad'
  text: string
  /** The words of the one action, and what it does. */
  action?: { label: string; run: () => void }
  /** With a time to live the toast shows the seconds that are left. */
  until: number
  span: number
  countdown: boolean
  /** Runs when the time is over or the toast was closed without its action. */
  done?: () => void
}

export const toasts = signal<Toast[]>([])
let serial = 0

const PLAIN_MS = 6_000
const MOST = 3

export function toast(o: { icon: IconName; tone: Toast['tone']; text: string; ms?: number; action?: Toast['action']; done?: () => void }): number {
  const id = ++serial
  const ms = o.ms ?? PLAIN_MS
  const made: Toast = { id, icon: o.icon, tone: o.tone, text: o.text, until: Date.now() + ms, span: ms, countdown: o.ms !== undefined }
  if (o.action) made.action = o.action
  if (o.done) made.done = o.done
  // The oldest makes room; what it was going to do is done, not dropped.
  if (toasts.value.length >= MOST) close(toasts.value[0]!.id)
  toasts.value = [...toasts.value, made]
  announce(o.text)
  window.setTimeout(() => close(id), ms)
  return id
}

function take(id: number): Toast | undefined {
  const found = toasts.value.find((x) => x.id === id)
  if (found) toasts.value = toasts.value.filter((x) => x.id !== id)
  return found
}

export function close(id: number): void {
  take(id)?.done?.()
}

function act(id: number): void {
  take(id)?.action?.run()
}

function Left({ x }: { x: Toast }) {
  const left = computed(() => Math.max(0, Math.ceil((x.until - now.value) / 1000)))
  const share = Math.max(0, Math.min(1, (left.value * 1000) / x.span))
  return (
    <>
      <span class="toast-left">{t('toast.seconds', { n: left.value })}</span>
      <span class="toast-bar" ref={(e) => void (e && (e.style.inlineSize = `${share * 100}%`))} />
    </>
  )
}

/** What floats at the foot of the list: notices with an end, and above them (`children`) what lasts, such as a broken connection. */
export function Toasts({ children }: { children?: ComponentChildren }) {
  return (
    <section class="toasts" aria-label={t('toast.label')}>
      {children}
      {toasts.value.map((x) => (
        <div class={`toast ${x.tone}`} key={x.id} role="group" aria-label={x.text}>
          <Icon name={x.icon} />
          <span class="toast-text">{x.text}</span>
          {x.action && (
            <button type="button" class="link" onClick={() => act(x.id)}>
              {x.action.label}
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
