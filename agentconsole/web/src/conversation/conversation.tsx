import { t } from '../locale/t.ts'
import { go, href, route } from '../route.ts'
import { Icon } from '../ui/icon.tsx'
import { Composer } from './composer.tsx'
import { Header } from './header.tsx'
import { PacketView } from './packet.tsx'
import { current } from './store.ts'
import { Transcript } from './transcript.tsx'

export function Conversation() {
  const thread = current.value
  if (!thread) return <Nothing />
  const status = thread.status.value
  if (status === 'missing' || status === 'failed') return <Trouble missing={status === 'missing'} retry={() => void thread.load()} />
  return (
    <section id="main" class="conversation" aria-label={t('conv.label')} tabIndex={-1} aria-busy={status === 'loading'} key={thread.id}>
      <Header thread={thread} />
      <PacketView thread={thread} />
      {/* All at once: a transcript that comes before its packet would be pushed down by it. */}
      {status === 'ready' ? <><Transcript thread={thread} /><Composer thread={thread} /></> : <div class="log-wrap" />}
    </section>
  )
}

function Nothing() {
  return (
    <section id="main" class="conversation none" aria-label={t('conv.label')} tabIndex={-1}>
      <div class="none-in">
        <h2>{t('conv.pick')}</h2>
        <p>{t('conv.pick.hint')}</p>
      </div>
    </section>
  )
}

function Trouble({ missing, retry }: { missing: boolean; retry: () => void }) {
  return (
    <section id="main" class="conversation none" aria-label={t('conv.label')} tabIndex={-1}>
      <div class="none-in">
        <Icon name="warn" size={20} />
        <p>{t(missing ? 'conv.missing' : 'conv.failed')}</p>
        {missing ? <button type="button" class="btn" onClick={() => go(href(route.value.view))}>{t('ui.back')}</button> : <button type="button" class="btn" onClick={retry}>{t('ui.retry')}</button>}
      </div>
    </section>
  )
}
