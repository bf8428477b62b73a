/** The staff API as docs/console-api.md writes it down. Times are RFC 3339 in UTC, offsets count code points. */

export type Status = 'online' | 'away' | 'busy' | 'offline'
export type State = 'assistant' | 'waiting' | 'agent' | 'resolved'
export type View = 'inbox' | 'mine' | 'unassigned' | 'assistant' | 'resolved'

export interface Person { id: string; name: string; initials: string; hue: number; status?: Status }

export interface Me {
  agent: Person & { email: string; role: string; status: Status }
  workspace: { id: string; name: string; mark: string }
  inbox: { key: string; snippet: string; demo: string }
  reply_due_seconds: number
  documents: number
}

export interface Preview { author: 'visitor' | 'assistant' | 'agent'; body: string; at: string; name?: string; mine?: boolean }

export interface Row {
  id: string; state: State; epoch: number; head: number
  visitor: Person & { email: string }
  agent: Person | null
  preview: Preview | null
  reason: { rule: string; title: string } | null
  waiting_since: string | null
  last_visitor_at: string | null
  unanswered_since: string | null
  unread: number
  updated_at: string
}

export interface Counts { waiting: number; mine: number; unassigned: number; assistant: number; resolved: number }

export interface Visitor extends Person {
  email: string; verified: boolean; locale: string; timezone: string
  page: { url: string; title: string } | null
  since: string; last_seen: string
}

export interface Packet {
  at: string
  rule: { id: string; title: string; code?: string; args?: Record<string, string> }
  why: { seq: number; text: string; matches: Span[] }
  summary: { kind?: string; code?: string; args?: Record<string, string>; text: string; seq: number }[]
  sources: { n: number; title: string; url: string; seq: number }[]
  mood: { points: number[]; word: string }
  queued_seconds: number | null
  claimed_by: string | null
}

export interface Span { start: number; end: number }

export interface Citation { n: number; title: string; section?: string; url: string; quote: string; updated?: string; document?: string; chunk?: string; page?: number }

export interface Author { kind: 'visitor' | 'assistant' | 'agent' | 'system'; id?: string; name?: string; initials?: string; hue?: number }

export interface Message {
  conv: string; seq: number; cid: string
  kind: 'text' | 'event' | 'hidden' | 'note'
  author: Author; body: string; lang?: string; at: string
  run?: string; outcome?: string; citations?: Citation[]
  event?: { name: string; who?: string }
  confidence?: number; rule?: string
}

export interface Read { delivered: number; seen: number; at?: string }

export interface Past { id: string; title: string; state: State; at: string; agent: string | null }

export interface Detail {
  conversation: Row; visitor: Visitor; packet: Packet | null; messages: Message[]
  read: Read; viewers: Person[]; past: Past[]
}

export type DocumentState = 'queued' | 'reading' | 'splitting' | 'embedding' | 'ready' | 'failed'

export interface Document {
  id: string; title: string; file: string; type: string; section: string; url: string
  bytes: number; passages: number; cited_30d: number
  state: DocumentState; done: number; total: number
  cause: string; error: string; fix: string
  created_at: string; updated_at: string
  /** Nothing has moved for a minute; the server sets it going again by itself. */
  stuck?: boolean
  /** How many pages the file says it has; 0 where it has none. */
  pages?: number
  /** Whether what was uploaded can be downloaded again. */
  original?: boolean
}

export interface DocumentCounts { all: number; progress: number; failed: number; unused?: number; passages: number }

export interface Passage { id: string; heading: string[]; text: string; position: number; page?: number }

/** What was left out of an archive or a folder, and why. */
export interface Skipped { name: string; cause: string; error: string; fix: string }

/** How an answer of the test bench came about. */
export interface Turn {
  seq: number; outcome: string; confidence: number
  rule: string; reason: string; matches: Span[]
  rule_set: number; model: string
  timings: Record<string, number>
  passages: JudgedPassage[]
}

export interface JudgedPassage {
  id: string; document: string; title: string; heading: string[]; text: string; position: number; page?: number; url: string
  score: number; words: number; meaning: number; n: number; refused: boolean; gone: boolean
}

export interface Teammate extends Person { status: Status; open: number; you?: boolean }

/** What the socket brings. Unknown frames are ignored. */
export type Frame =
  | { t: 'welcome'; v: number; store: string }
  | { t: 'row'; row: Row }
  | { t: 'counts'; counts: Counts }
  | { t: 'document'; document?: Document; id?: string; deleted?: boolean }
  | { t: 'team'; items: Teammate[] }
  | { t: 'viewers'; conv: string; items: Person[] }
  | { t: 'head'; seq: number; conv?: string }
  | ({ t: 'message' } & Message)
  | { t: 'delta'; conv: string; run: string; epoch: number; offset: number; text: string; pages?: number; end?: boolean }
  | { t: 'typing'; conv: string; who: { kind: Author['kind']; name?: string; id?: string }; on: boolean; ttl: number }
  | { t: 'read'; conv: string; by: string; delivered: number; seen: number; at?: string }
  | { t: 'state'; conv: string; state: State; epoch: number; head: number; person: Person | null }
  | { t: 'resync'; conv: string; from: number }
  | { t: 'error'; code: string; fix?: string; conv?: string }
