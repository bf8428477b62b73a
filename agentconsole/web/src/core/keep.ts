/** Local storage that never throws: where it is blocked or full, things live in memory until the page goes. */

const memory = new Map<string, string>()

export function keep(key: string, value: string): void {
  memory.set(key, value)
  try {
    localStorage.setItem(key, value)
  } catch {
    // Blocked or full; the copy in memory stands.
  }
}

export function kept(key: string): string {
  const m = memory.get(key)
  if (m !== undefined) return m
  try {
    return localStorage.getItem(key) ?? ''
  } catch {
    return ''
  }
}

export function forget(key: string): void {
  memory.delete(key)
  try {
    localStorage.removeItem(key)
  } catch {
    // Nothing was kept there.
  }
}
