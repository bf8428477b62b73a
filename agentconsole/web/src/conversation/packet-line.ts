import { t, type Key } from '../locale/t.ts'
import type { Packet } from '../types.ts'

/** What stands before a summary line, by its kind. A server may have written the words into the text already, in English. */
const LABELS: Record<string, { key: Key; said: RegExp }> = {
  wants: { key: 'packet.line.wants', said: /^Wrote: / },
  told: { key: 'packet.line.told', said: /^Was told: / },
  missing: { key: 'packet.line.missing', said: /^Not found in the help pages: / },
  tried: { key: 'packet.line.tried', said: /^Says: / },
  needed: { key: 'packet.line.needed', said: /^Still needed: / },
}

const FACTS: readonly { key: Key; said: RegExp; form: RegExp }[] = [
  { key: 'packet.line.email', said: /^E-mail address: /, form: /^[^\s@]+@[^\s@]+$/ },
  { key: 'packet.line.order', said: /^Order number: /, form: /^(?:[A-Z]{2,5}-?\d{4,}|#\s?\d{4,})$/ },
  { key: 'packet.line.amount', said: /^Amount: /, form: /^(?:₹|\$|€|£|Rs|INR)/ },
  { key: 'packet.line.pin', said: /^PIN code: /, form: /^[1-9]\d{5}$/ },
  { key: 'packet.line.phone', said: /^Phone number: /, form: /^\+?\d[\d\s-]{8,}$/ },
]

export function lineWords(line: Packet['summary'][number]): { label: string; text: string } {
  if (line.kind === 'fact') return fact(line.text)
  const l = LABELS[line.kind ?? '']
  if (!l) return { label: '', text: line.text }
  const text = line.text.replace(l.said, '')
  // The one thing that is ever asked for has words of its own; another would be shown as it came.
  return { label: t(l.key), text: line.kind === 'needed' && /^(the )?order number$/i.test(text) ? t('packet.the.order') : text }
}

/** A fact says what it is by its label, or by its own form where the text is the value alone. */
function fact(text: string): { label: string; text: string } {
  const f = FACTS.find((x) => x.said.test(text)) ?? FACTS.find((x) => x.form.test(text))
  return f ? { label: t(f.key), text: text.replace(f.said, '') } : { label: '', text }
}
