import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { useSignal } from '@preact/signals'
import { groupOf, rowOf } from '../inbox/store.ts'
import { number, t } from '../locale/t.ts'
import { send } from '../realtime.ts'
import { Icon } from '../ui/icon.tsx'
import { firstName } from '../ui/name.ts'
import { Key } from '../ui/parts.tsx'
import { readDraft, saveDraft, type Mode } from './drafts.ts'
import { composerIs, focusComposer, mode } from './focus.ts'
import { entries, post } from './outbox.ts'
import type { Thread } from './thread.ts'

/** The longest body the server takes, in code points (docs/protocol.md, section 2). */
const MAX = 16_000
/** The typing sign is sent at most this often; it expires by itself after 6 s. */
const TYPING_MS = 3_000

export function Composer({ thread }: { thread: Thread }) {
  const row = rowOf(thread.id)?.value
  if (!row) return null
  const g = groupOf(row)
  const can = g === 'mine' || g === 'queue' || g === 'assistant'
  const now: Mode = can ? mode.value : 'note'
  const first = firstName(row.visitor.name)
  return (
    <div class="composer-wrap">
      {!can && (
        <p class="theirs">
          <Icon name={g === 'resolved' ? 'done' : 'lock'} />
          {g === 'resolved' ? <span>{t('compose.done', { name: first })}</span> : <span><b>{t('compose.theirs', { name: row.agent?.name ?? '' })}</b> {t('compose.theirs.hint')}</span>}
        </p>
      )}
      <Box key={thread.id + now} thread={thread} now={now} can={can} name={first} claims={can && g !== 'mine'} />
    </div>
  )
}

function Box({ thread, now, can, name, claims }: { thread: Thread; now: Mode; can: boolean; name: string; claims: boolean }) {
  const area = useRef<HTMLTextAreaElement>(null)
  const text = useSignal(readDraft(thread.id, now))
  const saved = useSignal(!!text.value)
  const typed = useRef(0)
  const note = now === 'note'
  const over = text.value.length > MAX ? Array.from(text.value).length - MAX : 0
  const empty = !text.value.trim()

  // A layout effect, so that the box is known before the browser hands over the next key.
  useLayoutEffect(() => {
    composerIs(area.current && { area: area.current, mode: now, only: !can })
    return () => composerIs(null)
  }, [can])
  useEffect(() => {
    // Words that were taken back from a failed message arrive through the draft.
    const stop = entries.subscribe(() => {
      const d = readDraft(thread.id, now)
      if (d !== text.peek()) text.value = d
    })
    return () => {
      stop()
      if (typed.current) send({ t: 'typing', conv: thread.id, on: false })
    }
  }, [])
  useLayoutEffect(() => grow(area.current), [text.value])

  const write = (value: string) => {
    text.value = value
    saveDraft(thread.id, now, value)
    saved.value = !!value
    if (note) return
    if (!value) {
      if (typed.current) send({ t: 'typing', conv: thread.id, on: false })
      typed.current = 0
    } else if (Date.now() - typed.current > TYPING_MS && send({ t: 'typing', conv: thread.id, on: true })) typed.current = Date.now()
  }
  const submit = () => {
    if (empty || over) return
    const body = text.value.trim()
    write('')
    post(thread.id, now, body)
    area.current?.focus()
  }
  const keys = (e: KeyboardEvent) => {
    if (e.isComposing) return
    if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) {
      e.preventDefault()
      submit()
    } else if (e.key === 'Escape') {
      e.preventDefault()
      document.querySelector<HTMLElement>('.row[tabindex="0"]')?.focus({ preventScroll: true })
      area.current?.blur()
    }
  }

  return (
    <form class={note ? 'composer note-mode' : 'composer'} onSubmit={(e) => { e.preventDefault(); submit() }}>
      <div class="composer-top">
        {can && <Tab of="reply" now={now} />}
        <Tab of="note" now={now} only={!can} />
        <span class="composer-hint"><Hint thread={thread} note={note} claims={claims} /></span>
      </div>
      <textarea ref={area} rows={1} dir={text.value ? 'auto' : undefined} value={text.value} aria-label={note ? t('compose.note.label') : t('compose.label', { name })} aria-invalid={over > 0}
        placeholder={note ? t('compose.to.note') : t('compose.to', { name })} onInput={(e) => write(e.currentTarget.value)} onKeyDown={keys} />
      <div class="composer-foot">
        {over > 0 ? <span class="composer-over"><Icon name="warn" size={14} />{t('compose.long', { n: over, max: number(MAX) })}</span> : saved.value && <span class="composer-saved">{t('compose.saved')}</span>}
        <button type="submit" class="btn primary" aria-disabled={empty || over > 0} aria-keyshortcuts="Control+Enter">{t(note ? 'compose.add' : 'compose.send')}<Key>Ctrl</Key><Key>Enter</Key></button>
      </div>
    </form>
  )
}

function Tab({ of, now, only }: { of: Mode; now: Mode; only?: boolean }) {
  const on = of === now
  return (
    <button type="button" class="composer-tab" aria-pressed={on} aria-keyshortcuts={of === 'reply' ? 'R' : 'N'} disabled={!!only}
      onClick={() => focusComposer(of)}>
      {on && <Icon name={of === 'reply' ? 'reply' : 'lock'} />}{t(of === 'reply' ? 'compose.reply' : 'compose.note')}<Key>{of === 'reply' ? 'R' : 'N'}</Key>
    </button>
  )
}

/** One line at the right of the tabs: what matters most at this moment. */
function Hint({ thread, note, claims }: { thread: Thread; note: boolean; claims: boolean }) {
  if (note) return <span class="note-ink">{t('compose.private')}</span>
  const writing = thread.typing.value.some((x) => x.kind === 'visitor')
  if (writing) return <>{t('conv.typing', { name: firstName(thread.visitor.value?.name ?? '') })}</>
  return claims ? <>{t('compose.claims')}</> : null
}

const TALL_PX = 200

function grow(e: HTMLTextAreaElement | null): void {
  if (!e) return
  e.style.blockSize = 'auto'
  e.style.blockSize = `${Math.min(TALL_PX, e.scrollHeight)}px`
}
