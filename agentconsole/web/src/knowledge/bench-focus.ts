import { signal } from '@preact/signals'

/** Somebody wants to write in the bench's box, which may not be there yet: the bench is a chunk of its own. The box takes the focus when it comes. */
export const wanted = signal(false)
