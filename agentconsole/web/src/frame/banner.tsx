import { computed } from '@preact/signals'
import { entries } from '../conversation/outbox.ts'
import { t } from '../locale/t.ts'
import { lostSince } from '../realtime.ts'
import { phase } from '../session/session.ts'
import { Icon } from '../ui/icon.tsx'

const waiting = computed(() => entries.value.filter((e) => e.seq === undefined && !e.failed).length)

export function Banner() {
  if (!lostSince.value || phase.value !== 'in') return null
  const n = waiting.value
  return (
    <div class="toast warn banner" role="status">
      <Icon name="sync" />
      <span class="toast-text">{n ? t('link.queued', { n }) : t('link.lost')}</span>
    </div>
  )
}
