import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { t, type Key } from '../locale/t.ts'
import { Icon } from '../ui/icon.tsx'
import { keysOn, setKeys } from './on.ts'

export const keySheet = signal(false)

const GROUPS: readonly { title: Key; rows: readonly { keys: readonly string[]; label: Key }[] }[] = [
  {
    title: 'keys.group.inbox',
    rows: [
      { keys: ['J', 'K'], label: 'keys.move' },
      { keys: ['C'], label: 'keys.claim' },
      { keys: ['E'], label: 'keys.resolve' },
      { keys: ['Z'], label: 'keys.undo' },
      { keys: ['P'], label: 'keys.packet' },
      { keys: ['?'], label: 'keys.all' },
    ],
  },
  {
    title: 'keys.group.write',
    rows: [
      { keys: ['R'], label: 'keys.reply' },
      { keys: ['N'], label: 'keys.note' },
      { keys: ['Ctrl', 'Enter'], label: 'keys.send' },
      { keys: ['Esc'], label: 'keys.leave' },
    ],
  },
  {
    title: 'keys.group.knowledge',
    rows: [
      { keys: ['/'], label: 'keys.search' },
      { keys: ['U'], label: 'keys.files' },
      { keys: ['T'], label: 'keys.try' },
    ],
  },
]

export function KeySheet() {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    <dialog ref={dialog} class="sheet" aria-labelledby="keys-title" onClose={() => (keySheet.value = false)}
      onClick={(e) => e.target === dialog.current && dialog.current?.close()}>
      <div class="sheet-in">
        <header>
          <h2 id="keys-title">{t('keys.title')}</h2>
          <button type="button" class="icon-btn" aria-label={t('ui.close')} onClick={() => dialog.current?.close()}><Icon name="x" /></button>
        </header>
        <div class="sheet-groups">
          {GROUPS.map((g) => (
            <section key={g.title}>
              <h3>{t(g.title)}</h3>
              <dl>
                {g.rows.map((r) => (
                  <div key={r.label}>
                    <dt>{t(r.label)}</dt>
                    <dd>{r.keys.map((k) => <kbd key={k}>{k}</kbd>)}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
        <label class="switch-row">
          <span><b>{t('keys.switch')}</b><small>{t('keys.switch.hint')}</small></span>
          <input type="checkbox" role="switch" class="switch" checked={keysOn.value} onChange={(e) => setKeys(e.currentTarget.checked)} />
        </label>
      </div>
    </dialog>
  )
}
