import { signal } from '@preact/signals'

/** On narrow screens the sidebar is a drawer, and the visitor's panel lies over the conversation. */
export const drawer = signal(false)
export const panel = signal(false)
