import { t } from '../locale/t.ts'
import type { Citation } from '../types.ts'

/** Where in its document a citation stands: the headings, and the page where there are pages. */
export const place = ({ section, page }: Citation): string => [section, page ? t('know.page', { n: page }) : ''].filter(Boolean).join(' › ')
