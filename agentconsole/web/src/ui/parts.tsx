import type { ComponentChildren } from 'preact'
import { t } from '../locale/t.ts'

export function Key({ children }: { children: ComponentChildren }) {
  return <kbd aria-hidden="true">{children}</kbd>
}

export function AiTag() {
  return <span class="ai-tag">{t('conv.ai')}</span>
}

/** A badge always has words; the colour only agrees with them. */
export function Badge({ tone, children }: { tone: 'ok' | 'warn' | 'bad' | 'quiet'; children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>
}
