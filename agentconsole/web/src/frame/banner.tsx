import { computed, effect, signal } from '@preact/signals'
import { entries } from '../conversation/outbox.ts'
import { t } from '../locale/t.ts'
import { reach } from '../realtime.ts'
import { phase } from '../session/session.ts'
import { Icon } from '../ui/icon.tsx'

const PATIENCE_MS = 1_500

/** Most breaks are over before anyone could read about them; only a lasting one is shown. */
const lasting = signal(false)
let timer = 0
effect(() => {
  clearTimeout(timer)
  if (reach.value === 'lost' && phase.value === 'in') timer = window.setTimeout(() => (lasting.value = true), PATIENCE_MS)
  else lasting.value = false
})

const waiting = computed(() => entries.value.filter((e) => e.seq === undefined && !e.failed).length)

export function Banner() {
  if (!lasting.value) return null
  const n = waiting.value
  return (
    <div class="toast warn banner" role="status">
      <Icon name="sync" />
      <span class="toast-text">{n ? t('link.queued', { n }) : t('link.lost')}</span>
    </div>
  )
}
