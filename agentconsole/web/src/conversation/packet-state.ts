import { signal } from '@preact/signals'
import { keep, kept } from '../core/keep.ts'

/** Open or folded, for all conversations: it is the person's habit, not the conversation's state. */
const STORE = 'baton.console.packet'
/** On a phone it starts folded, because it would hide the conversation. */
const NARROW_PX = 760
const habit = kept(STORE)
export const packetOpen = signal(habit ? habit !== 'folded' : innerWidth >= NARROW_PX)

export function togglePacket(): void {
  packetOpen.value = !packetOpen.value
  keep(STORE, packetOpen.value ? 'open' : 'folded')
}
