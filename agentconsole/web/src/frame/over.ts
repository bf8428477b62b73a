/**
 * A panel that lies over the page (the drawer, the visitor on a narrow screen) is modal: everything beside it is inert, its first control has the
 * focus, and afterwards the focus goes back to where it was. Returns the way back.
 */
export function over(panel: HTMLElement, close: () => void): () => void {
  const from = document.activeElement as HTMLElement | null
  const beside = [...panel.parentElement!.children].filter((e): e is HTMLElement => e !== panel && !e.matches('.drawer-scrim, .panel-scrim'))
  beside.forEach((e) => (e.inert = true))
  // After the first frame: what is hidden by its style takes no focus.
  const frame = requestAnimationFrame(() => [...panel.querySelectorAll<HTMLElement>('a[href], button')].find((e) => e.getClientRects().length)?.focus({ preventScroll: true }))
  // A window that grows shows both side by side, and nothing may stay inert there.
  const width = innerWidth
  const grown = () => innerWidth !== width && close()
  addEventListener('resize', grown)
  return () => {
    cancelAnimationFrame(frame)
    removeEventListener('resize', grown)
    beside.forEach((e) => (e.inert = false))
    if (!panel.contains(document.activeElement) && document.activeElement !== document.body) return
    const back = from?.isConnected && from.getClientRects().length ? from : document.getElementById('main')
    back?.focus({ preventScroll: true })
  }
}
