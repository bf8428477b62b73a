/** What the sequence needs to know of a message. */
export interface Numbered {
  seq: number;
}

/**
 * What may be shown of one conversation: the messages from the first on, in order, without a gap and without a repeat. Whatever
 * comes early is held back until the gap before it is filled; whatever comes again is dropped.
 */
export class Sequence<M extends Numbered> {
  #shown: M[] = [];
  readonly #held = new Map<number, M>();

  /** The highest `seq` up to which nothing is missing; 0 for none. The server resumes after it. */
  get cursor(): number {
    return this.#shown.length;
  }

  /** The messages in order; `list[i].seq` is `i + 1`. */
  get list(): readonly M[] {
    return this.#shown;
  }

  /** What came early and waits for the gap before it. */
  get held(): M[] {
    return [...this.#held.values()];
  }

  /** Takes a message and gives back what can be shown because of it: none, one, or one and those that waited for it. */
  offer(message: M): M[] {
    if (message.seq > this.cursor) this.#held.set(message.seq, message);
    const out: M[] = [];
    for (let next; (next = this.#held.get(this.cursor + 1)); ) {
      this.#held.delete(next.seq);
      out.push(next);
      this.#shown.push(next);
    }
    return out;
  }

  /** Forgets what is shown after `from`, and all that was held back. */
  resync(from: number): void {
    this.#shown = this.#shown.slice(0, from);
    this.#held.clear();
  }
}
