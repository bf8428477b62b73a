import { en, type Dictionary } from './en.ts'
export const ar: Dictionary = en
