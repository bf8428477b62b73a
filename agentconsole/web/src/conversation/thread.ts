import { batch, signal } from '@preact/signals'
import { ApiError, call } from '../api.ts'
import { Sequence } from '../../../../realtime/web/src/index.ts'
import { put } from '../inbox/store.ts'
import { send, unwatch, watch } from '../realtime.ts'
import { settled } from './outbox.ts'
import type { Detail, Frame, Message, Packet, Past, Person, Read, Status, Visitor } from '../types.ts'

/** An answer being written. It is no message and never kept: the finished message with the same run takes its place. */
export interface Stream { run: string; text: string; pages: number }
export interface Typist { key: string; kind: string; name: string }

const GAP_MS = 3_000

/** One conversation as the console holds it: read once over HTTP, then kept up to date by the frames of its watch. */
export class Thread {
  readonly id: string
  readonly status = signal<'loading' | 'ready' | 'missing' | 'failed'>('loading')
  readonly visitor = signal<Visitor | null>(null)
  readonly packet = signal<Packet | null>(null)
  readonly messages = signal<Message[]>([])
  readonly readBy = signal<Read>({ delivered: 0, seen: 0 })
  readonly viewers = signal<Person[]>([])
  readonly past = signal<Past[]>([])
  readonly stream = signal<Stream | null>(null)
  readonly typing = signal<Typist[]>([])
  #sequence = new Sequence<Message>()
  #epoch = 0
  #expiry = new Map<string, number>()
  #gap = 0
  #watching = false
  #loading: Promise<void> | null = null
  #stale = false
  #viewersCame = false

  constructor(id: string) {
    this.id = id
  }

  /** Reads the conversation. What asks for it while it is being read wants what is true now, and the answer on its way may be older: it is then read once more. */
  load(): Promise<void> {
    this.#stale = true
    return (this.#loading ??= this.#read().finally(() => (this.#loading = null)))
  }

  async #read(): Promise<void> {
    while (this.#stale) {
      this.#stale = false
      await this.#load()
    }
  }

  async #load(): Promise<void> {
    this.#viewersCame = false
    try {
      this.#take(await call<Detail>('GET', `/conversations/${this.id}`))
      if (this.#watching) this.#ask()
    } catch (e) {
      if (e instanceof ApiError && e.status === 404) this.status.value = 'missing'
      else if (this.status.value !== 'ready') this.status.value = 'failed'
    }
  }

  #take(d: Detail): void {
    batch(() => {
      put(d.conversation)
      this.#epoch = Math.max(this.#epoch, d.conversation.epoch)
      this.visitor.value = d.visitor
      this.packet.value = d.packet && whole(d.packet)
      this.past.value = d.past ?? []
      if (!this.#viewersCame) this.viewers.value = d.viewers ?? []
      this.#ticks(d.read)
      d.messages.forEach((m) => this.#message(m))
      this.status.value = 'ready'
    })
  }

  /** Starts to watch: the person is shown as a viewer, and everything after the last message held comes. */
  open(): void {
    if (this.#watching) return
    this.#watching = true
    if (this.status.peek() === 'ready') this.#ask()
    void this.load()
  }

  close(): void {
    this.#watching = false
    clearTimeout(this.#gap)
    unwatch(this.id)
  }

  #ask(): void {
    watch(this.id, () => this.#sequence.cursor)
  }

  /** Which message it is, as somebody who reads counts them. Sequence numbers count what is no message as well: who joined, and notes. */
  ordinal(seq: number): number {
    return this.messages.value.reduce((n, m) => (m.seq <= seq && m.kind === 'text' ? n + 1 : n), 0)
  }

  /** Everything up to here is shown without a gap. */
  get top(): number {
    return this.#sequence.cursor
  }

  hear(f: Frame): void {
    switch (f.t) {
      case 'message':
        return batch(() => this.#message(f))
      case 'delta':
        return this.#delta(f)
      case 'typing':
        return this.#typing(f.who, f.on, f.ttl)
      case 'read':
        if (f.by === 'visitor') this.#ticks(f)
        return
      case 'viewers':
        this.viewers.value = f.items
        this.#viewersCame = true
        return
      case 'state':
        this.#epoch = Math.max(this.#epoch, f.epoch)
        // A person has taken over, or it is over: nobody may see the assistant go on talking.
        if (f.state === 'agent' || f.state === 'resolved') this.stream.value = null
        // The packet is made at the handoff and learns who claimed it; only the detail carries it.
        void this.load()
        return
      case 'resync':
        this.#sequence.resync(f.from)
        this.messages.value = [...this.#sequence.list]
        this.#ask()
        return
    }
  }

  #message(m: Message): void {
    const out = this.#sequence.offer(m)
    if (!out.length) return this.#missing(m.seq)
    this.messages.value = [...this.#sequence.list]
    for (const x of out) {
      settled(x.cid)
      if (x.run && this.stream.value?.run === x.run) this.stream.value = null
      this.#typing(x.author, false, 0)
    }
  }

  /** The server fills a gap by itself; a hint may be lost, so after a while the console asks. */
  #missing(seq: number): void {
    clearTimeout(this.#gap)
    if (seq > this.#sequence.cursor) this.#gap = window.setTimeout(() => this.#watching && seq > this.#sequence.cursor && this.#ask(), GAP_MS)
  }

  #delta(f: Extract<Frame, { t: 'delta' }>): void {
    if (f.epoch < this.#epoch) return
    const now = this.stream.value
    if (f.end) {
      if (now?.run === f.run) this.stream.value = null
      return
    }
    if (f.offset === 0) {
      this.stream.value = { run: f.run, text: f.text, pages: f.pages ?? 0 }
    } else if (now?.run === f.run && length(now.text) === f.offset) {
      this.stream.value = { run: f.run, text: now.text + f.text, pages: f.pages ?? now.pages }
    }
    // A piece that does not fit is dropped; the finished message brings it all.
  }

  #typing(who: { kind: string; name?: string; id?: string }, on: boolean, ttl: number): void {
    const key = who.kind + (who.id ?? who.name ?? '')
    clearTimeout(this.#expiry.get(key))
    const others = this.typing.value.filter((x) => x.key !== key && !(who.kind !== 'agent' && x.kind === who.kind))
    if (on) {
      this.typing.value = [...others, { key, kind: who.kind, name: who.name ?? '' }]
      this.#expiry.set(key, window.setTimeout(() => this.#typing(who, false, 0), ttl * 1000))
    } else if (others.length !== this.typing.value.length) {
      this.typing.value = others
    }
  }

  #ticks(r: Read): void {
    const old = this.readBy.value
    const next: Read = { delivered: Math.max(old.delivered, r.delivered), seen: Math.max(old.seen, r.seen) }
    const at = r.at ?? old.at
    if (at) next.at = at
    this.readBy.value = next
  }

  /** The row is live, the visitor's facts are a snapshot: who comes or goes meanwhile is taken from there, and a goodbye has its time. */
  presence(status: Status | undefined): void {
    const v = this.visitor.peek()
    if (!v || !status || v.status === status) return
    this.visitor.value = { ...v, status, last_seen: v.status === 'online' ? new Date().toISOString() : v.last_seen }
  }

  /** Tells the server (and so the visitor) how far a person has read. */
  seen(seq: number): void {
    if (!send({ t: 'read', conv: this.id, seq })) call('POST', `/conversations/${this.id}/read`, { seq }).catch(() => {})
  }
}

/** An empty list may come as null; the views should not have to know. */
function whole(p: Packet): Packet {
  return { ...p, why: { ...p.why, matches: p.why.matches ?? [] }, summary: p.summary ?? [], sources: p.sources ?? [], mood: { word: p.mood?.word ?? '', points: p.mood?.points ?? [] } }
}

/** Offsets count code points, not UTF-16 units. */
function length(s: string): number {
  let n = 0
  for (const _ of s) n++
  return n
}
