import { signal } from '@preact/signals'
import { keep, kept } from '../core/keep.ts'

/** Open or folded, for all conversations: it is the person's habit, not the conversation's state. */
const STORE = 'baton.console.packet'
export const packetOpen = signal(kept(STORE) !== 'folded')
packetOpen.subscribe((open) => keep(STORE, open ? 'open' : 'folded'))
