import { known, lang, t } from '../locale/t.ts'

/**
 * Why a file cannot be used, in the reader's language. The server's own English words tell more (sizes, names) and are kept in English; elsewhere the
 * code stands for them. A code that is not known here is said as it came.
 */
export function causeWords(f: { cause: string; error: string; fix: string }): { error: string; fix: string } {
  const code = f.cause.replace(/^embed_.*/, 'embed')
  const cause = `cause.${code}`
  const fix = `fix.${code}`
  if (!known(cause) || !known(fix) || (lang.value === 'en' && f.error)) return { error: f.error, fix: f.fix }
  return { error: t(cause), fix: t(fix) }
}

/** After "Fix:" an English sentence goes on small, unless it begins with a name in capitals. */
export function fixWords(text: string): string {
  const small = lang.value === 'en' && /^[A-Z][a-z’' ]/.test(text)
  return t('know.fix', { text: small ? text.charAt(0).toLowerCase() + text.slice(1) : text })
}
