import { en, type Dictionary } from './en.ts'
export const hi: Dictionary = en
