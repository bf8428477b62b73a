/** A message that has not been acknowledged yet. */
export interface Entry {
  /** Names the message for ever (UUIDv7). */
  cid: string;
  conv: string;
  /** Counts this device's messages from 1. */
  n: number;
  body: string;
  /** When it was written, in milliseconds. */
  at: number;
}

/** Where entries survive a reload. Each is kept under its own name, so that two tabs never overwrite each other's. */
export interface Keep {
  put(entry: Entry): void;
  remove(cid: string): void;
  all(): Entry[];
}

/**
 * The messages on their way, oldest first. It promises: every entry stays until it is acknowledged or refused for good; `pending` is what
 * has to be sent again after each welcome, in this order; the numbers of `pending` rise by one. Sending one twice is harmless because
 * the server knows its `cid`.
 */
export class Outbox {
  #entries: Entry[];
  /** The highest number taken, by the server's word or by our own entries. */
  #top = 0;
  /** Entries that went out at least once, on any link; only these may be stored already. */
  readonly #tried = new Set<string>();

  readonly #keep: Keep;

  constructor(keep: Keep) {
    this.#keep = keep;
    this.#entries = keep.all().sort((a, b) => a.n - b.n || (a.cid < b.cid ? -1 : 1));
    for (const entry of this.#entries) {
      this.#tried.add(entry.cid);
      this.#top = Math.max(this.#top, entry.n);
    }
  }

  /** What has to be sent, in order. */
  get pending(): readonly Entry[] {
    return this.#entries;
  }

  add(cid: string, conv: string, body: string, at: number): Entry {
    const entry = { cid, conv, n: ++this.#top, body, at };
    this.#entries.push(entry);
    this.#keep.put(entry);
    return entry;
  }

  /** The entry is about to go out. */
  sent(cid: string): void {
    this.#tried.add(cid);
  }

  /** Stored, or refused for good: either way it is not ours to send any more. Gives the entry back, if it was here. */
  remove(cid: string): Entry | undefined {
    const entry = this.#entries.find((e) => e.cid === cid);
    if (!entry) return undefined;
    this.#entries = this.#entries.filter((e) => e !== entry);
    this.#tried.delete(cid);
    this.#keep.remove(cid);
    return entry;
  }

  /** The server has stored `n` messages of this device. Entries that may be among them keep their number; the others follow. */
  welcome(n: number): void {
    this.#renumber(n + 1, (e) => this.#tried.has(e.cid) && e.n <= n);
  }

  /** The server expected `n` next. Tells whether anything changed. */
  gap(n: number): boolean {
    return this.#renumber(n, () => false);
  }

  /** Everything is to be said in this conversation from now on: the old one cannot be written to any more. */
  move(conv: string): void {
    for (const entry of this.#entries) this.#change(entry, { conv });
  }

  #renumber(next: number, stays: (entry: Entry) => boolean): boolean {
    let changed = false;
    for (const entry of this.#entries) {
      if (stays(entry)) continue;
      if (entry.n !== next) changed = this.#change(entry, { n: next });
      next++;
    }
    this.#top = next - 1;
    return changed;
  }

  #change(entry: Entry, to: Partial<Entry>): true {
    Object.assign(entry, to);
    this.#keep.put(entry);
    return true;
  }
}
