import { computed, effect, useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { listed, t } from '../locale/t.ts'
import { dayName } from '../locale/time.ts'
import { me } from '../session/session.ts'
import { now } from '../ui/clock.ts'
import { announce } from '../ui/live.ts'
import { Icon } from '../ui/icon.tsx'
import { jump } from './focus.ts'
import { eventWords, lines, type Line } from './lines.ts'
import { Bubble, Note, Outgoing, Streaming } from './message.tsx'
import { entries } from './outbox.ts'
import type { Thread } from './thread.ts'

const NEAR_PX = 48
const WASH_MS = 900

export function Transcript({ thread }: { thread: Thread }) {
  const box = useRef<HTMLDivElement>(null)
  const pinned = useRef(true)
  const fresh = useSignal(0)
  const list = useMemo(() => computed(() => lines(thread.messages.value, entries.value.filter((e) => e.conv === thread.id))), [thread])
  const count = thread.messages.value.length
  const height = [list.value.length, thread.stream.value?.text.length, thread.typing.value.length].join()

  // Follows the newest message only while the reader is at the end; otherwise says how many came.
  useLayoutEffect(() => {
    if (pinned.current) box.current?.scrollTo({ top: box.current.scrollHeight })
  }, [height])
  const before = useRef(0)
  useEffect(() => {
    const came = thread.messages.value.slice(before.current)
    if (before.current && !pinned.current) fresh.value += came.filter((m) => m.author.kind === 'visitor').length
    const last = came[came.length - 1]
    if (before.current && last?.author.kind === 'visitor' && last.kind === 'text') announce(t('say.message', { name: thread.visitor.peek()?.name ?? '', text: last.body }))
    before.current = count
  }, [count])

  useEffect(() => {
    const e = box.current
    if (!e) return
    // A box that changes its height (composer, packet) keeps its end in sight.
    const watch = new ResizeObserver(() => pinned.current && e.scrollTo({ top: e.scrollHeight }))
    watch.observe(e)
    return () => watch.disconnect()
  }, [])
  useEffect(() => effect(() => {
    const to = jump.value
    if (to) wash(box.current, to.seq)
  }), [])
  useReading(thread, pinned)

  const scrolled = () => {
    const e = box.current!
    pinned.current = e.scrollHeight - e.scrollTop - e.clientHeight < NEAR_PX
    if (pinned.current) fresh.value = 0
  }
  const down = () => box.current?.scrollTo({ top: box.current.scrollHeight, behavior: calm() ? 'auto' : 'smooth' })

  return (
    <div class="log-wrap">
      <div class="log" role="log" aria-live="off" aria-label={t('conv.log')} tabIndex={0} ref={box} onScroll={scrolled}>
        <div class="log-in">
          {list.value.map((l) => <Part key={l.key} l={l} thread={thread} />)}
          <Streaming thread={thread} />
          <Typing thread={thread} />
        </div>
      </div>
      {fresh.value > 0 && <button type="button" class="fresh" onClick={down}><Icon name="down" size={14} />{t('conv.new', { n: fresh.value })}</button>}
    </div>
  )
}

function Part({ l, thread }: { l: Line; thread: Thread }) {
  switch (l.kind) {
    case 'day':
      return <div class="day"><span>{dayName(l.at, now.peek())}</span></div>
    case 'event':
      return <div class="event"><span>{eventWords(l.list, thread.visitor.value?.name ?? '', me.value?.agent.name ?? '')}</span></div>
    case 'note':
      return <Note m={l.m} />
    case 'out':
      return <Outgoing e={l.e} />
    case 'text':
      return <Bubble m={l.m} first={l.first} last={l.last} thread={thread} />
  }
}

function Typing({ thread }: { thread: Thread }) {
  const list = thread.typing.value.filter((x) => x.kind === 'agent' || (x.kind === 'assistant' && !thread.stream.value))
  if (!list.length) return null
  return <div class="typing-line">{listed(...list.map((x) => (x.kind === 'assistant' ? t('conv.writing') : t('conv.typing', { name: x.name }))))}</div>
}

const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches

function wash(box: HTMLElement | null, seq: number): void {
  const e = box?.querySelector<HTMLElement>(`[data-seq="${seq}"]`)
  if (!e) return
  e.scrollIntoView({ block: 'center', behavior: calm() ? 'auto' : 'smooth' })
  e.classList.remove('wash')
  // Reading the layout restarts the animation for a second click on the same line.
  void e.offsetWidth
  e.classList.add('wash')
  window.setTimeout(() => e.classList.remove('wash'), WASH_MS)
}

/** Reports what was really seen: the page visible and in front, and the end of the conversation in sight. */
function useReading(thread: Thread, pinned: { current: boolean }): void {
  const told = useRef(0)
  useEffect(() => {
    const tell = () => {
      const seq = thread.top
      if (seq <= told.current || !pinned.current || document.visibilityState === 'hidden' || !document.hasFocus()) return
      told.current = seq
      thread.seen(seq)
    }
    tell()
    addEventListener('focus', tell)
    document.addEventListener('visibilitychange', tell)
    return () => {
      removeEventListener('focus', tell)
      document.removeEventListener('visibilitychange', tell)
    }
  }, [thread.messages.value.length])
}
