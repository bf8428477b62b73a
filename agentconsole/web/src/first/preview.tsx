import { useEffect, useRef } from 'preact/hooks'
import { lang, t } from '../locale/t.ts'
import { me } from '../session/session.ts'
import { theme } from '../ui/theme.ts'

type Widget = { start(base: string, version: string, data: Record<string, string>, emit: () => void): (name: string, ...args: unknown[]) => void }

/** Narrower, the steps need the room; then nothing of the widget is fetched. */
const WIDE = '(min-width: 1180px)'

/** Where the widget may not be had, the steps stand alone. */
export function Preview() {
  const stage = useRef<HTMLDivElement>(null)
  const speaks = lang.value
  const looks = theme.value
  const key = me.value!.inbox.key
  useEffect(() => (matchMedia(WIDE).matches ? show(stage.current!, { inbox: key, locale: speaks, storage: 'none', offsetX: '0px', offsetY: '-72px', ...(looks === 'system' ? {} : { theme: looks }) }) : undefined), [key, speaks, looks])
  return (
    <aside class="first-preview" aria-label={t('first.preview')}>
      <div class="first-stage" inert aria-hidden="true" ref={stage} />
      <p>{t('first.preview')}</p>
    </aside>
  )
}

/**
 * The widget itself, as w.js starts it on a shop's page, moved out of the page's corner onto a stage. It is a visitor who never writes: its greeting, colours and
 * people are the ones that visitors see. It keeps nothing in this browser, so that the next one is new as well.
 */
function show(stage: HTMLElement, data: Record<string, string>): () => void {
  const base = new URL('/', location.href).href
  let over = false
  let end = () => {}
  void import(/* @vite-ignore */ `${base}widget.js`).then((m: Widget) => {
    if (over) return
    const run = m.start(base, 'preview', data, () => {})
    const host = document.body.lastElementChild!
    // Nobody can close it here, so it needs no button for that.
    const sheet = new CSSStyleSheet()
    sheet.replaceSync('.launcher { visibility: hidden }')
    host.shadowRoot!.adoptedStyleSheets.push(sheet)
    stage.append(host)
    run('open')
    end = () => run('destroy')
  }, () => {})
  return () => {
    over = true
    end()
  }
}
