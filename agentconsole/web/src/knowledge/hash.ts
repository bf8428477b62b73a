import { call } from '../api.ts'

export interface KnownContent { hash: string; id: string; title: string; file: string }

/** SHA-256 in hexadecimal, or '' where the browser keeps its cryptography for https and this is not. */
export async function sha256(file: Blob): Promise<string> {
  if (!globalThis.crypto?.subtle) return ''
  try {
    const sum = await crypto.subtle.digest('SHA-256', await file.arrayBuffer())
    return [...new Uint8Array(sum)].map((b) => b.toString(16).padStart(2, '0')).join('')
  } catch {
    return '' // A file that cannot be read fails at the upload, which says so.
  }
}

/** Which of these contents the server has, by hash. An answer that does not come is none: the upload is judged in any case. */
export async function knownContents(hashes: readonly string[]): Promise<Map<string, KnownContent>> {
  const list = [...new Set(hashes.filter(Boolean))]
  if (!list.length) return new Map()
  try {
    const { items } = await call<{ items: KnownContent[] }>('POST', '/documents/known', { hashes: list })
    return new Map(items.map((k) => [k.hash, k]))
  } catch {
    return new Map()
  }
}
