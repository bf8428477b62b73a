import type { ApiError } from './api.ts'
import { known, lang, t } from './locale/t.ts'

/**
 * Why the server refused, in the reader's language. Its own English words tell more (limits, fields, names) and are kept in English; elsewhere the code
 * stands for them. A code that is not known here is said as it came.
 */
export function refusalWords(e: ApiError): { error: string; fix: string } {
  if (lang.value === 'en' && e.message) return { error: e.message, fix: e.fix }
  if (e.code === 'claimed') {
    const row = e.current as { agent?: { name?: string } | null } | undefined
    return { error: t('compose.theirs', { name: row?.agent?.name || t('event.somebody') }), fix: t('compose.theirs.hint') }
  }
  const error = `api.${e.code}`
  const fix = `api.${e.code}.fix`
  return known(error) && known(fix) ? { error: t(error), fix: t(fix) } : { error: e.message, fix: e.fix }
}
