import { signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { ApiError } from '../api.ts'
import { t } from '../locale/t.ts'
import { refusalWords } from '../refusal.ts'
import { Icon } from '../ui/icon.tsx'
import type { Document } from '../types.ts'
import { causeWords, fixWords } from './cause.ts'
import { addPage } from './upload.ts'

/** Whether the dialog for the address of a page is open. */
export const addingPage = signal(false)

/** One page of the web by its address. What stands against it is said in the dialog, beside the address that can be mended. */
export function AddPage() {
  const dialog = useRef<HTMLDialogElement>(null)
  const url = useSignal('')
  const busy = useSignal(false)
  const wrong = useSignal<{ error: string; fix: string } | null>(null)
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
    box.current?.focus()
  }, [])
  const send = async () => {
    const text = whole(url.value)
    if (busy.value) return
    if (!text) return void (wrong.value = { error: t('page.invalid'), fix: '' })
    busy.value = true
    wrong.value = null
    try {
      await addPage(text)
      dialog.current?.close()
    } catch (e) {
      wrong.value = refusal(e as ApiError)
    } finally {
      busy.value = false
    }
  }
  return (
    <dialog ref={dialog} class="sheet add-page" aria-labelledby="add-page-title" onClose={() => (addingPage.value = false)} onClick={(e) => e.target === dialog.current && dialog.current?.close()}>
      <form class="sheet-in" noValidate onSubmit={(e) => { e.preventDefault(); void send() }}>
        <header>
          <h2 id="add-page-title">{t('page.title')}</h2>
          <button type="button" class="icon-btn" aria-label={t('ui.close')} onClick={() => dialog.current?.close()}><Icon name="x" /></button>
        </header>
        <p class="add-page-text">{t('page.text')}</p>
        <label>
          <span>{t('page.url')}</span>
          <input ref={box} type="url" dir="ltr" inputMode="url" placeholder="https://shop.example/help/returns" value={url.value} aria-invalid={!!wrong.value} aria-describedby="add-page-wrong"
            onInput={(e) => (url.value = e.currentTarget.value)} />
        </label>
        <div id="add-page-wrong" role="alert">{wrong.value && <p class="add-page-wrong"><Icon name="warn" size={14} /><span>{wrong.value.error} {wrong.value.fix && fixWords(wrong.value.fix)}</span></p>}</div>
        <footer>
          <button type="button" class="btn quiet" onClick={() => dialog.current?.close()}>{t('ui.cancel')}</button>
          <button type="submit" class="btn primary" aria-disabled={busy.value}>{busy.value ? t('page.busy') : t('page.add')}</button>
        </footer>
      </form>
    </dialog>
  )
}

/** The address with its scheme, or '' where it is none: people paste "shop.example/help". */
export function whole(text: string): string {
  const trimmed = text.trim()
  const full = /^[a-z][a-z0-9+.-]*:/i.test(trimmed) && !/^[^/:]+:\d/.test(trimmed) ? trimmed : `https://${trimmed}`
  try {
    const u = new URL(full)
    return /^https?:$/.test(u.protocol) && u.hostname ? u.href : ''
  } catch {
    return ''
  }
}

function refusal(e: ApiError): { error: string; fix: string } {
  if (e.status === 0) return { error: t('act.offline'), fix: '' }
  const entry = (e.body['items'] as Document[] | undefined)?.[0]
  const said = refusalWords(e)
  return causeWords({ cause: entry?.cause ?? String(e.body['cause'] ?? ''), error: entry?.error || said.error || t('page.failed'), fix: entry?.fix || said.fix })
}
