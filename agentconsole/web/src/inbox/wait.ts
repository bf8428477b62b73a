import { stopwatch } from '../locale/time.ts'
import { t } from '../locale/t.ts'

/** How a wait stands against the promised time: quiet, amber from 75 %, red when it is over. The words say it too. */
export type Urgency = 'calm' | 'soon' | 'late'

const SOON = 0.75

export function urgency(seconds: number, due: number): Urgency {
  if (seconds >= due) return 'late'
  return seconds >= due * SOON ? 'soon' : 'calm'
}

export function secondsSince(at: string, present: number): number {
  return Math.max(0, (present - Date.parse(at)) / 1000)
}

/** "3:48 of 5:00" and "5:21 late" say by themselves how urgent it is; before that the queue counts up and a reply counts down. */
export function waitWords(seconds: number, due: number, kind: 'queue' | 'reply'): string {
  switch (urgency(seconds, due)) {
    case 'late':
      return t('timer.late', { time: stopwatch(seconds) })
    case 'soon':
      return t('timer.of', { time: stopwatch(seconds), due: stopwatch(due) })
    case 'calm':
      return kind === 'queue' ? stopwatch(seconds) : stopwatch(Math.ceil(due - seconds))
  }
}
