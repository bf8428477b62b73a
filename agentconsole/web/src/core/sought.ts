import { signal } from '@preact/signals'

/** The sentence that brought the reader to a passage; it stays marked while that passage is open. */
export const sought = signal<{ chunk: string; quote: string } | null>(null)
