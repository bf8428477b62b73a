import type { ComponentChildren, JSX } from 'preact'
import { useId, useRef } from 'preact/hooks'

export type Item =
  | { kind: 'action'; label: string; icon?: JSX.Element; key?: string; danger?: boolean; run: () => void }
  | { kind: 'radio'; label: string; icon?: JSX.Element; on: boolean; lang?: string; run: () => void }
  | { kind: 'title'; label: string }
  | { kind: 'line' }

/**
 * A menu in the top layer: the popover gives light dismiss and Esc, the arrow keys and the typing of a first letter are ours.
 * `label` names the menu, and its button too unless `named` says that the button's own words do.
 */
export function Menu({ label, items, children, class: cls, above, named }: { label: string; items: Item[]; children: ComponentChildren; class: string; above?: boolean; named?: boolean }) {
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  const panel = useRef<HTMLDivElement>(null)

  const place = () => {
    const p = panel.current!
    const b = button.current!.getBoundingClientRect()
    const rtl = document.documentElement.dir === 'rtl'
    // Beside its button, but never outside the window.
    const x = above !== rtl ? b.left : b.right - p.offsetWidth
    p.style.left = `${Math.max(8, Math.min(innerWidth - p.offsetWidth - 8, x))}px`
    p.style.top = above ? `${Math.max(8, b.top - p.offsetHeight - 6)}px` : `${Math.min(innerHeight - p.offsetHeight - 8, b.bottom + 6)}px`
  }
  const toggled = (e: ToggleEvent) => {
    const open = e.newState === 'open'
    button.current?.setAttribute('aria-expanded', String(open))
    if (open) {
      place()
      choices()[0]?.focus()
    }
  }
  const choices = () => [...(panel.current?.querySelectorAll<HTMLButtonElement>('[role^=menuitem]') ?? [])]
  const keys = (e: KeyboardEvent) => {
    const all = choices()
    const at = all.indexOf(document.activeElement as HTMLButtonElement)
    const to = e.key === 'ArrowDown' ? at + 1 : e.key === 'ArrowUp' ? at - 1 : e.key === 'Home' ? 0 : e.key === 'End' ? -1 : null
    if (e.key === 'Tab') panel.current?.hidePopover()
    if (to === null) {
      const letter = e.key.length === 1 ? e.key.toLowerCase() : ''
      const hit = letter && all.find((c, i) => i > at && c.textContent?.trim().toLowerCase().startsWith(letter))
      if (hit) hit.focus()
      return
    }
    e.preventDefault()
    all[(to + all.length) % all.length]?.focus()
  }
  const pick = (run: () => void) => {
    panel.current?.hidePopover()
    button.current?.focus()
    run()
  }

  return (
    <>
      <button type="button" ref={button} class={cls} aria-label={named ? undefined : label} aria-haspopup="menu" aria-expanded="false" popovertarget={id}>
        {children}
      </button>
      <div ref={panel} id={id} popover="auto" role="menu" aria-label={label} class="menu" onToggle={toggled as never} onKeyDown={keys}>
        {items.map((x, i) => (
          <Entry key={i} x={x} pick={pick} />
        ))}
      </div>
    </>
  )
}

function Entry({ x, pick }: { x: Item; pick: (run: () => void) => void }) {
  if (x.kind === 'line') return <div class="menu-line" role="separator" />
  if (x.kind === 'title') return <div class="menu-title" role="presentation">{x.label}</div>
  const radio = x.kind === 'radio'
  return (
    <button type="button" tabIndex={-1} class={!radio && x.danger ? 'menu-item danger' : 'menu-item'} role={radio ? 'menuitemradio' : 'menuitem'}
      {...(radio ? { 'aria-checked': x.on, lang: x.lang } : {})} onClick={() => pick(x.run)}>
      <span class="menu-icon">{x.icon}</span>
      <span class="menu-label">{x.label}</span>
      {radio ? <span class="menu-tick" aria-hidden="true" /> : x.key ? <kbd aria-hidden="true">{x.key}</kbd> : null}
    </button>
  )
}
