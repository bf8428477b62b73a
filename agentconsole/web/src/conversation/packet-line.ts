import { isolated, known, lang, t, type Key } from '../locale/t.ts'
import type { Packet } from '../types.ts'

type Args = Record<string, string>

/** What stands before a summary line, by its code. The codes are those of assistant/packetcode.go; what their arguments hold is shown as it was written. */
const LABELS: Record<string, Key> = {
  'wants.wrote': 'packet.line.wants',
  'told.answer': 'packet.line.told',
  'missing.question': 'packet.line.missing',
  'tried.says': 'packet.line.tried',
  'needed.order': 'packet.line.needed',
  'fact.email': 'packet.line.email',
  'fact.order': 'packet.line.order',
  'fact.phone': 'packet.line.phone',
  'fact.amount': 'packet.line.amount',
  'fact.pin': 'packet.line.pin',
}

/** A line in the reader's language; the English of the server where its code is not known here. */
export function lineWords(line: Packet['summary'][number]): { label: string; text: string } {
  const key = LABELS[line.code ?? '']
  return key ? { label: t(key), text: said(line.code!, line.args ?? {}) } : { label: '', text: line.text }
}

function said(code: string, args: Args): string {
  if (code === 'needed.order') return t('packet.the.order')
  if (code === 'told.answer') return `${isolated(args['text'] ?? '')} (${isolated(args['page'] ?? '')})`
  return args['value'] ?? `“${args['text'] ?? ''}”`
}

/** Why a person was called: the server's words in English and where the workspace wrote them itself, otherwise those of the code. */
export function reasonOf(rule: Packet['rule']): string {
  const key = `reason.${rule.code}`
  if (lang.value === 'en' || !rule.code || !known(key)) return rule.title
  return t(key, { n: Number(rule.args?.['n'] ?? 0) })
}
