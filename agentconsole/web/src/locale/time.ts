import { tag, t } from './t.ts'

const cache = new Map<string, Intl.DateTimeFormat>()

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const id = tag() + JSON.stringify(options)
  let f = cache.get(id)
  if (!f) cache.set(id, (f = new Intl.DateTimeFormat(tag(), options)))
  return f
}

export function clockTime(at: string | number, zone?: string): string {
  const d = new Date(at)
  try {
    return format({ hour: 'numeric', minute: '2-digit', ...(zone ? { timeZone: zone } : {}) }).format(d)
  } catch {
    // A zone name this browser does not know.
    return ''
  }
}

export function zoneName(zone: string): string {
  try {
    const part = format({ timeZone: zone, timeZoneName: 'short' }).formatToParts(new Date()).find((p) => p.type === 'timeZoneName')
    return part?.value ?? ''
  } catch {
    return ''
  }
}

/** 4 Nov; with the year when it is another one. */
export function day(at: string): string {
  const d = new Date(at)
  const other = d.getFullYear() !== new Date().getFullYear()
  return format({ day: 'numeric', month: 'short', ...(other ? { year: 'numeric' } : {}) }).format(d)
}

export function exact(at: string): string {
  return format({ dateStyle: 'full', timeStyle: 'medium' }).format(new Date(at))
}

/** The heading between two days of a transcript. */
export function dayName(at: string, present: number): string {
  const that = new Date(at)
  const today = new Date(present)
  if (that.toDateString() === today.toDateString()) return t('day.today')
  today.setDate(today.getDate() - 1)
  if (that.toDateString() === today.toDateString()) return t('day.yesterday')
  const other = that.getFullYear() !== new Date(present).getFullYear()
  return format({ weekday: 'long', day: 'numeric', month: 'long', ...(other ? { year: 'numeric' } : {}) }).format(that)
}

/** m:ss, and h:mm:ss from one hour on: for figures that tick. */
export function stopwatch(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds))
  const two = (n: number) => String(n).padStart(2, '0')
  if (s < 3600) return `${Math.floor(s / 60)}:${two(s % 60)}`
  return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
}

/** now, 4 min, 2 h, 4 Nov: for what is past and does not tick. */
export function ago(at: string, present: number): string {
  const min = Math.floor((present - Date.parse(at)) / 60_000)
  if (min < 1) return t('time.now')
  if (min < 60) return t('time.min', { n: min })
  if (min < 24 * 60) return t('time.hours', { n: Math.floor(min / 60) })
  return day(at)
}

/** The same as a sentence of its own: 4 min ago. */
export function agoWords(at: string, present: number): string {
  const min = Math.floor((present - Date.parse(at)) / 60_000)
  if (min < 1) return t('time.now.ago')
  if (min < 60) return t('time.min.ago', { n: min })
  return min < 24 * 60 ? t('time.hours.ago', { n: Math.floor(min / 60) }) : day(at)
}

/** 1 min 48 s. */
export function spelled(seconds: number): string {
  const m = Math.floor(seconds / 60)
  return m ? t('time.minsec', { m, s: Math.floor(seconds % 60) }) : t('time.sec', { s: Math.floor(seconds) })
}

export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames([tag()], { type: 'language', languageDisplay: 'standard' }).of(code.split('-')[0]!) ?? code
  } catch {
    return code
  }
}
