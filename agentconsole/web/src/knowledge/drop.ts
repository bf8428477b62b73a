import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { add } from './upload.ts'

/** True while files hang over the window. */
export const hovering = signal(false)

/** Files and folders may be let go anywhere on the page that calls this. */
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

async function unpack(data: DataTransfer): Promise<File[]> {
  // The entries have to be taken before the first await: afterwards the browser has emptied the list.
  const entries = [...data.items].map((i) => i.webkitGetAsEntry?.() ?? null)
  const plain = [...data.files]
  if (!entries.some((e) => e?.isDirectory)) return plain
  const out: File[] = []
  for (const e of entries) if (e) await walk(e, out)
  return out
}

/** Every file of a folder, with its path where the file dialog puts it too, so that both ways are judged alike. */
async function walk(e: FileSystemEntry, out: File[]): Promise<void> {
  if (e.isFile) {
    const file = await new Promise<File>((ok, no) => (e as FileSystemFileEntry).file(ok, no)).catch(() => null)
    if (!file) return
    const path = e.fullPath.replace(/^\//, '')
    if (path.includes('/')) Object.defineProperty(file, 'webkitRelativePath', { value: path })
    out.push(file)
    return
  }
  const reader = (e as FileSystemDirectoryEntry).createReader()
  for (;;) {
    // A browser gives the entries of a folder a hundred at a time, and an empty list at the end.
    const part = await new Promise<FileSystemEntry[]>((ok, no) => reader.readEntries(ok, no)).catch(() => [])
    if (!part.length) return
    for (const x of part) await walk(x, out)
  }
}
