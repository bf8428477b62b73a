/** The kinds of files that are read, by the end of their names. The server looks into them and has the last word. */
export const KINDS = ['PDF', 'DOCX', 'HTML', 'MD', 'TXT', 'CSV'] as const
export type Kind = (typeof KINDS)[number]

export const ACCEPT = '.pdf,.docx,.md,.markdown,.html,.htm,.xhtml,.txt,.csv,.tsv,.zip,application/pdf,application/zip,text/markdown,text/html,text/plain,text/csv'

const READABLE = /\.(pdf|docx|md|markdown|html?|xhtml|txt|text|csv|tsv|zip)$/i
/** What systems leave in folders for themselves. Nobody put it there, so nobody has to be told. */
const LITTER = /(^|\/)(\.[^/]+|__MACOSX|Thumbs\.db|desktop\.ini)(\/|$)/i

export interface Sorted { take: File[]; left: File[] }

/**
 * A folder holds more than documents. What somebody chose by itself is always sent, so that the server can say why it does not work; of a folder, only what can be
 * read, and the rest is listed.
 */
export function sortOut(files: Iterable<File>): Sorted {
  const out: Sorted = { take: [], left: [] }
  for (const f of files) {
    const path = f.webkitRelativePath
    if (path && LITTER.test(path)) continue
    if (!path || READABLE.test(f.name)) out.take.push(f)
    else out.left.push(f)
  }
  return out
}

/** The word on a document's sheet: four letters at most. */
export function kindOf(name: string): string {
  const end = (/\.([^./]+)$/.exec(name)?.[1] ?? '').toUpperCase()
  return { HTM: 'HTML', XHTM: 'HTML', XHTML: 'HTML', MARKDOWN: 'MD', TEXT: 'TXT', TSV: 'CSV' }[end] ?? end.slice(0, 4)
}
