import { keySheet } from '../keys/sheet.tsx'
import { LANGUAGES, lang, listed, setLang, t } from '../locale/t.ts'
import { me, setStatus, signOut } from '../session/session.ts'
import { Face, shownStatus } from '../ui/face.tsx'
import { Icon } from '../ui/icon.tsx'
import { Menu, type Item } from '../ui/menu.tsx'
import { setTheme, theme, type Theme } from '../ui/theme.ts'
import { toast } from '../ui/toast.tsx'
import { counts } from '../inbox/store.ts'
import type { Status } from '../types.ts'

const STATUSES: readonly Status[] = ['online', 'away', 'busy', 'offline']
const THEMES: readonly Theme[] = ['system', 'light', 'dark']

/** The foot of the sidebar: who is signed in, and the few things that are about this person and this browser. */
export function MeMenu() {
  const a = me.value!.agent
  const items: Item[] = [
    { kind: 'title', label: t('me.status') },
    ...STATUSES.map((s): Item => ({ kind: 'radio', label: t(`status.${s}`), on: a.status === s, icon: <span class="dot" data-status={s} />, run: () => change(s) })),
    { kind: 'line' },
    { kind: 'title', label: t('me.theme') },
    ...THEMES.map((x): Item => ({ kind: 'radio', label: t(`me.theme.${x}`), on: theme.value === x, run: () => setTheme(x) })),
    { kind: 'line' },
    { kind: 'title', label: t('me.language') },
    ...LANGUAGES.map((l): Item => ({ kind: 'radio', label: l.name, lang: l.id, on: lang.value === l.id, run: () => void setLang(l.id) })),
    { kind: 'line' },
    { kind: 'action', label: t('me.keys'), key: '?', icon: <Icon name="info" />, run: () => (keySheet.value = true) },
    { kind: 'action', label: t('me.signout'), icon: <Icon name="leave" />, run: () => void signOut() },
  ]
  return (
    <Menu class="me" label={t('me.menu')} items={items} above named>
      <Face who={a} size={28} status={a.status} hidden />
      <span class="me-text">
        <span class="me-name">{a.name}</span>
        <span class="me-note">{listed(t(`status.${shownStatus(a.status)}`), t('nav.open', { n: counts.value.mine }))}</span>
      </span>
      <span class="hidden">{t('me.menu')}</span>
      <Icon name="up" />
    </Menu>
  )
}

function change(s: Status): void {
  setStatus(s).catch(() => toast({ icon: 'warn', tone: 'bad', text: t('me.status.failed', { status: t(`status.${me.value!.agent.status}`) }) }))
}
