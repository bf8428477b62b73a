/** One way to call the staff API: JSON in, JSON out, and every failure an ApiError with words that can be shown. */

export class ApiError extends Error {
  status: number
  code: string
  fix: string
  current: unknown
  /** The whole answer, for calls whose refusals say more. */
  body: Record<string, unknown>

  constructor(status: number, code: string, message: string, fix = '', current?: unknown, body: Record<string, unknown> = {}) {
    super(message)
    this.status = status
    this.code = code
    this.fix = fix
    this.current = current
    this.body = body
  }

  /** Nothing was decided: the network or the database is away, and the same call may be made again. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }
}

/** Called on every 401, so that one place decides to show the sign-in page. */
let onSignedOut: () => void = () => {}
export function whenSignedOut(f: () => void): void {
  onSignedOut = f
}

const TIMEOUT_MS = 20_000

export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const init: RequestInit = { method, signal: AbortSignal.timeout(TIMEOUT_MS), credentials: 'same-origin', headers: { accept: 'application/json' } }
  if (body !== undefined) {
    init.body = JSON.stringify(body)
    init.headers = { accept: 'application/json', 'content-type': 'application/json' }
  }
  let answer: Response
  try {
    answer = await fetch('/api/console' + path, init)
  } catch {
    throw new ApiError(0, 'offline', '')
  }
  const text = await answer.text().catch(() => '')
  return read<T>(answer.status, text, path)
}

/** Shared with uploads, which need XMLHttpRequest for their progress. */
export function read<T>(status: number, text: string, path: string): T {
  let data: Record<string, unknown> | undefined
  try {
    data = text ? JSON.parse(text) : undefined
  } catch {
    data = undefined
  }
  if (status >= 200 && status < 300) return data as T
  if (status === 401 && path !== '/signin') onSignedOut()
  throw new ApiError(status, String(data?.['code'] ?? ''), String(data?.['error'] ?? ''), String(data?.['fix'] ?? ''), data?.['current'], data)
}
