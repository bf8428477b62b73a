import { signal } from '@preact/signals'
import { me, trouble, type Trouble } from './session.ts'
import { t, type Key } from '../locale/t.ts'
import { Icon, Mark } from '../ui/icon.tsx'

const WORDS: Partial<Record<Trouble, { key: Key; tone: string }>> = {
  lost: { key: 'signin.lost', tone: 'warn' },
  link_used: { key: 'signin.used', tone: 'bad' },
  link_expired: { key: 'signin.expired', tone: 'bad' },
  link_failed: { key: 'signin.failed', tone: 'bad' },
  goodbye: { key: 'signin.bye', tone: 'ok' },
}

const copied = signal(false)

/** There is nothing to fill in here: a link lets people in, and this page says how to get one. */
export function SignIn() {
  const w = WORDS[trouble.value]
  const command = `baton agent link --email ${me.value?.agent.email ?? 'you@example.com'}`
  const copy = () => {
    navigator.clipboard?.writeText(command).then(() => {
      copied.value = true
      window.setTimeout(() => (copied.value = false), 2_000)
    }, () => {})
  }
  return (
    <main class="signin">
      <div class="signin-card">
        <Mark size={28} />
        <h1>{t('signin.title')}</h1>
        {w && (
          <p class={`signin-note ${w.tone}`} role="alert">
            <Icon name={w.tone === 'ok' ? 'done' : 'warn'} /> <span>{t(w.key)}</span>
          </p>
        )}
        <p>{t('signin.text')}</p>
        <h2>{t('signin.how')}</h2>
        <div class="command">
          <code dir="ltr" tabIndex={0}>{command}</code>
          <button type="button" class="btn" onClick={copy}><Icon name={copied.value ? 'check' : 'copy'} /> {copied.value ? t('ui.copied') : t('ui.copy')}</button>
        </div>
        <p>{t('signin.then')}</p>
      </div>
    </main>
  )
}
