import { signal } from '@preact/signals'

/** The present second. It stands still while the page is hidden, so a background tab costs nothing. */
export const now = signal(Date.now())

let timer = 0
function run(): void {
  clearTimeout(timer)
  now.value = Date.now()
  if (document.visibilityState === 'hidden') return
  // Just after the next full second, so that all timers change together.
  timer = window.setTimeout(run, 1_020 - (Date.now() % 1_000))
}

document.addEventListener('visibilitychange', run)
run()
