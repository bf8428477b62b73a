import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { add } from './upload.ts'

/** True while files hang over the window. */
export const hovering = signal(false)

/** Files may be let go anywhere on the page that calls this; a folder gives the files in it that can be read. */
export function useDrop(): void {
  useEffect(() => {
    let depth = 0
    const files = (e: DragEvent) => !!e.dataTransfer?.types.includes('Files')
    const enter = (e: DragEvent) => files(e) && (hovering.value = ++depth > 0)
    const leave = (e: DragEvent) => files(e) && (hovering.value = --depth > 0)
    const over = (e: DragEvent) => files(e) && e.preventDefault()
    const drop = (e: DragEvent) => {
      if (!files(e)) return
      e.preventDefault()
      depth = 0
      hovering.value = false
      void unpack(e.dataTransfer!).then((list) => list.length && add(list))
    }
    addEventListener('dragenter', enter)
    addEventListener('dragleave', leave)
    addEventListener('dragover', over)
    addEventListener('drop', drop)
    return () => {
      hovering.value = false
      removeEventListener('dragenter', enter)
      removeEventListener('dragleave', leave)
      removeEventListener('dragover', over)
      removeEventListener('drop', drop)
    }
  }, [])
}

const READABLE = /\.(md|markdown|html?|txt)$/i

async function unpack(data: DataTransfer): Promise<File[]> {
  // The entries have to be taken before the first await: afterwards the browser has emptied the list.
  const entries = [...data.items].map((i) => i.webkitGetAsEntry?.() ?? null)
  const plain = [...data.files]
  if (!entries.some((e) => e?.isDirectory)) return plain
  const out: File[] = []
  for (const e of entries) if (e) await walk(e, out, true)
  return out
}

async function walk(e: FileSystemEntry, out: File[], top: boolean): Promise<void> {
  if (e.isFile) {
    // What somebody dropped by itself is always tried, so that it can be told why it does not work.
    if (top || READABLE.test(e.name)) out.push(await new Promise<File>((ok, no) => (e as FileSystemFileEntry).file(ok, no)))
    return
  }
  const reader = (e as FileSystemDirectoryEntry).createReader()
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((ok, no) => reader.readEntries(ok, no))
    if (!part.length) return
    for (const x of part) await walk(x, out, false)
  }
}
