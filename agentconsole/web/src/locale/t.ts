import { signal } from '@preact/signals'
import { kept, keep } from '../core/keep.ts'
import { en, type Dictionary, type Key } from './en.ts'

export type { Key }

/** Every visible string goes through t(). English is in the first chunk; the others come when they are chosen. */
export type Lang = 'en' | 'hi' | 'ar'

export const LANGUAGES: readonly { id: Lang; name: string }[] = [
  { id: 'en', name: 'English' },
  { id: 'hi', name: 'हिन्दी' },
  { id: 'ar', name: 'العربية' },
]

const STORE = 'baton.console.lang'

export const lang = signal<Lang>('en')
const dictionary = signal<Dictionary>(en)

/** The tag for Intl: the browser's own flavour of the language where it has one, so that en-IN keeps its "am" and its lakhs. */
export function tag(): string {
  const own = navigator.languages?.find((l) => l.split('-')[0] === lang.value)
  // Latin digits also in Arabic: order numbers, prices and times are compared with other screens.
  return lang.value === 'ar' ? 'ar-u-nu-latn' : lang.value === 'hi' ? 'hi-IN-u-nu-latn' : (own ?? 'en')
}

export function t(key: Key, values?: Record<string, string | number>): string {
  const entry = dictionary.value[key] ?? en[key]
  let text: string
  if (typeof entry === 'string') text = entry
  else {
    const form = new Intl.PluralRules(lang.value).select(Number(values?.['n'] ?? 0))
    text = (entry as Record<string, string>)[form] ?? entry.other
  }
  return values ? text.replace(/\{(\w+)\}/g, (_, name: string) => show(values[name])) : text
}

function show(v: string | number | undefined): string {
  return typeof v === 'number' ? number(v) : (v ?? '')
}

/** Words of somebody else inside a sentence of ours: their direction does not turn what stands around them. */
export function isolated(text: string): string {
  return `\u2068${text}\u2069`
}

/** Several things in one line, with the language's own comma. */
export function listed(...parts: (string | null | undefined | false)[]): string {
  return parts.filter(Boolean).join(t('ui.comma'))
}

const formats = new Map<string, Intl.NumberFormat>()
export function number(n: number): string {
  const l = tag()
  let f = formats.get(l)
  if (!f) formats.set(l, (f = new Intl.NumberFormat(l)))
  return f.format(n)
}

/** Whether a key exists: for words that depend on an id from the server, such as a rule. */
export function known(key: string): key is Key {
  return key in en
}

export async function setLang(l: Lang, remember = true): Promise<void> {
  if (l === 'hi') dictionary.value = (await import('./hi.ts')).hi
  else if (l === 'ar') dictionary.value = (await import('./ar.ts')).ar
  else dictionary.value = en
  lang.value = l
  document.documentElement.lang = l
  document.documentElement.dir = l === 'ar' ? 'rtl' : 'ltr'
  if (remember) keep(STORE, l)
}

/** The chosen language, or the first of the browser's that there is. */
export async function startLang(): Promise<void> {
  const wish = kept(STORE) || (navigator.languages ?? []).map((l) => l.split('-')[0]!).find((l) => LANGUAGES.some((x) => x.id === l)) || 'en'
  const found = LANGUAGES.find((x) => x.id === wish)
  // A missing chunk must not keep anyone out: English is always there.
  await setLang(found?.id ?? 'en', false).catch(() => {})
}
