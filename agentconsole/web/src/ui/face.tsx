import { t } from '../locale/t.ts'
import { lostSince } from '../realtime.ts'
import type { Person, Status } from '../types.ts'

/** Who is there is only known while there is a link. */
export const shownStatus = (s: Status): Status => (lostSince.value ? 'offline' : s)

/** A round face for people: initials on one of eight grounds, with the presence dot. Away and offline are rings, so never by colour alone. */
export function Face({ who, size = 32, status, hidden }: { who: Person; size?: number; status?: Status | undefined; hidden?: boolean }) {
  const known = status ?? who.status
  const dot = known && shownStatus(known)
  return (
    <span class={`face f${size}`} data-hue={Math.abs(who.hue) % 8} {...(hidden ? { 'aria-hidden': 'true' as const } : { role: 'img', 'aria-label': dot ? `${who.name}, ${t(`status.${dot}`)}` : who.name })}>
      <span class="face-in" aria-hidden="true">{who.initials}</span>
      {dot && <span class="dot" data-status={dot} />}
    </span>
  )
}

/** A violet square: only ever the assistant. */
export function AiTile() {
  return (
    <span class="ai-tile" aria-hidden="true">
      <svg viewBox="0 0 24 24" width="14" height="14" fill="currentColor"><path d="M12 3c.9 5.4 3.6 8.1 9 9-5.4.9-8.1 3.6-9 9-.9-5.4-3.6-8.1-9-9 5.4-.9 8.1-3.6 9-9Z" /></svg>
    </span>
  )
}
