import type { ComponentChildren, VNode } from 'preact'
import type { Citation } from '../types.ts'
import { t } from '../locale/t.ts'

/**
 * The Markdown subset of docs/protocol.md as nodes: bold, italic, code, lists, quotes, tables, links. There is no HTML anywhere on the way, so
 * nothing has to be cleaned, and the page's policy needs no trusted types.
 */
export interface Cites { list: readonly Citation[]; open: (c: Citation) => void }

export function Markdown({ body, cites }: { body: string; cites?: Cites | undefined }) {
  return <>{blocks(body.replace(/\r\n?/g, '\n').split('\n'), cites)}</>
}

const ITEM = /^\s{0,3}([-*+]|\d{1,3}[.)])\s+/

function blocks(lines: string[], cites: Cites | undefined): VNode[] {
  const out: VNode[] = []
  for (let i = 0; i < lines.length; ) {
    const line = lines[i]!
    if (!line.trim()) i++
    else if (line.startsWith('```')) i = fence(lines, i, out)
    else if (line.startsWith('>')) {
      const n = run(lines, i, (l) => l.startsWith('>'))
      out.push(<blockquote>{blocks(lines.slice(i, n).map((l) => l.replace(/^>\s?/, '')), cites)}</blockquote>)
      i = n
    } else if (ITEM.test(line)) i = list(lines, i, out, cites)
    else if (line.includes('|') && /^\s*\|?\s*:?-{2,}/.test(lines[i + 1] ?? '')) i = table(lines, i, out, cites)
    else {
      const n = Math.max(i + 1, run(lines, i, (l) => !!l.trim() && !l.startsWith('>') && !l.startsWith('```') && !ITEM.test(l)))
      const text = lines.slice(i, n).join('\n').replace(/^#{1,6}\s+/, '')
      out.push(<p dir="auto">{inline(text, cites)}</p>)
      i = n
    }
  }
  return out
}

function run(lines: string[], from: number, while_: (l: string) => boolean): number {
  let n = from
  while (n < lines.length && while_(lines[n]!)) n++
  return n
}

function fence(lines: string[], i: number, out: VNode[]): number {
  const end = run(lines, i + 1, (l) => !l.startsWith('```'))
  out.push(<pre><code dir="ltr">{lines.slice(i + 1, end).join('\n')}</code></pre>)
  return end + 1
}

function list(lines: string[], i: number, out: VNode[], cites: Cites | undefined): number {
  const end = run(lines, i, (l) => ITEM.test(l))
  const items = lines.slice(i, end).map((l) => <li dir="auto">{inline(l.replace(ITEM, ''), cites)}</li>)
  out.push(/^\s*\d/.test(lines[i]!) ? <ol>{items}</ol> : <ul>{items}</ul>)
  return end
}

function table(lines: string[], i: number, out: VNode[], cites: Cites | undefined): number {
  const end = run(lines, i, (l) => l.includes('|'))
  const cells = (l: string) => l.trim().replace(/^\||\|$/g, '').split('|').map((c) => inline(c.trim(), cites))
  out.push(
    <table>
      <thead><tr>{cells(lines[i]!).map((c) => <th scope="col">{c}</th>)}</tr></thead>
      <tbody>{lines.slice(i + 2, end).map((l) => <tr>{cells(l).map((c) => <td>{c}</td>)}</tr>)}</tbody>
    </table>,
  )
  return end
}

// One alternative for each inline form; the first that matches at a place wins.
const INLINE = /`([^`\n]+)`|\*\*([^*\n](?:[^\n]*?[^\s])?)\*\*|(?<![\w*])[*_]([^*_\s](?:[^*_\n]*[^*_\s])?)[*_](?!\w)|\[(\d{1,3})\](?!\()|\[([^\]\n]+)\]\(([^)\s]+)\)|(https?:\/\/[^\s<>"')\]]+[^\s<>"')\].,;:!?])/

function inline(text: string, cites: Cites | undefined): ComponentChildren[] {
  const out: ComponentChildren[] = []
  for (let rest = text; rest; ) {
    const m = INLINE.exec(rest)
    if (!m) {
      out.push(rest)
      break
    }
    const [all, code, bold, italic, cite, label, target, bare] = m
    const before = rest.slice(0, m.index)
    rest = rest.slice(m.index + all.length)
    if (cite !== undefined) {
      const found = cites?.list.find((c) => c.n === Number(cite))
      if (found) out.push(...withChip(before, found, cites!))
      else out.push(before + all)
      continue
    }
    if (before) out.push(before)
    if (code !== undefined) out.push(<code dir="ltr">{code}</code>)
    else if (bold !== undefined) out.push(<strong>{inline(bold, cites)}</strong>)
    else if (italic !== undefined) out.push(<em>{inline(italic, cites)}</em>)
    else if (bare !== undefined) out.push(anchor(bare, bare))
    else out.push(safe(target!) ? anchor(target!, label!) : label!)
  }
  return out
}

/** The chip never wraps alone: it is tied to the last word before it. */
function withChip(before: string, c: Citation, cites: Cites): ComponentChildren[] {
  const m = /(\S*)\s*$/.exec(before)!
  return [before.slice(0, m.index), <span class="tied">{m[1]}{' '}<Chip c={c} open={cites.open} /></span>]
}

export function Chip({ c, open }: { c: Citation; open: (c: Citation) => void }) {
  return (
    <button type="button" class="chip" aria-label={t('conv.source', { n: c.n, title: c.title })} title={c.title} onClick={() => open(c)}>
      {c.n}
    </button>
  )
}

/** https, http, mailto, tel and paths of this site; everything else stays words. */
export function safe(url: string): boolean {
  if (/^\/(?![/\\])/.test(url)) return true
  return /^(https?:\/\/|mailto:|tel:)/i.test(url)
}

function anchor(url: string, label: string): VNode {
  return <a href={url} target="_blank" rel="noopener noreferrer nofollow">{label}</a>
}
