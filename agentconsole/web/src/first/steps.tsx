import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { useDrop, hovering } from '../knowledge/drop.ts'
import { counts } from '../frame/known.ts'
import { load } from '../knowledge/store.ts'
import { causeWords, fixWords } from '../knowledge/cause.ts'
import { add, choose, uploads, type Upload } from '../knowledge/upload.ts'
import { drawer } from '../frame/drawer.ts'
import { t } from '../locale/t.ts'
import { href } from '../route.ts'
import { me } from '../session/session.ts'
import { firstName } from '../ui/name.ts'
import { Icon, Mark } from '../ui/icon.tsx'
import { Preview } from './preview.tsx'

/** From empty to the first answer. Only the step that is next stands open; what is done folds to one line. */
export function Steps() {
  useDrop()
  useEffect(() => void load(), [])
  const m = me.value!
  const n = Math.max(m.documents, counts.value.all)
  const tried = useSignal(false)
  const at = n === 0 ? 1 : tried.value ? 3 : 2
  return (
    <main id="main" class="area first" tabIndex={-1}>
      <button type="button" class="icon-btn only-narrow" aria-label={t('ui.menu')} onClick={() => (drawer.value = true)}><Icon name="menu" size={18} /></button>
      <div class="first-in">
        <p class="first-hello"><Mark size={20} />{t('first.welcome', { name: firstName(m.agent.name) })}</p>
        <h1>{t('first.title')}</h1>
        <p class="first-text">{t('first.text')}</p>
        <ol>
          <Step n={1} at={at} title={t('first.1')} text={at > 1 ? t('first.1.done', { n }) : t('first.1.text')}>
            <div class={hovering.value ? 'drop-zone over' : 'drop-zone'}><Icon name="upload" size={20} /><span>{t('first.drop')}</span></div>
            <button type="button" class="btn primary big" onClick={() => choose(add)}>{t('first.choose')}</button>
            <Arriving />
          </Step>
          <Step n={2} at={at} title={t('first.2')} text={t('first.2.text')}>
            <a class="btn primary big" href={m.inbox.demo} target="_blank" rel="noopener" onClick={() => (tried.value = true)}>{t('first.2.go')}<Icon name="out" /></a>
            <a class="btn quiet big" href={href('knowledge')}>{t('first.more')}</a>
          </Step>
          <Step n={3} at={at} title={t('first.3')} text={t('first.3.text')} always={at > 1}>
            <Snippet code={m.inbox.snippet} />
          </Step>
        </ol>
      </div>
      <Preview />
    </main>
  )
}

function Step({ n, at, title, text, always, children }: { n: number; at: number; title: string; text: string; always?: boolean; children: preact.ComponentChildren }) {
  const state = n < at ? 'done' : n === at ? 'now' : 'later'
  return (
    <li class={`step ${state}`} aria-current={state === 'now' ? 'step' : undefined}>
      <span class="step-n">{state === 'done' ? <Icon name="check" /> : n}</span>
      <div>
        <h2>{title}</h2>
        <p>{text}</p>
        {(state === 'now' || always) && <div class="step-acts">{children}</div>}
      </div>
    </li>
  )
}

function Arriving() {
  const list = uploads.value
  if (!list.length) return null
  return (
    <ul class="arriving" role="status">
      {list.map((u) => (
        <li key={u.id} class={u.failed ? 'bad' : ''}><Icon name={u.failed ? 'warn' : 'file'} /><span>{u.file.name}{u.failed && refusal(u.failed)}</span></li>
      ))}
    </ul>
  )
}

function refusal(f: NonNullable<Upload['failed']>): string {
  const { error, fix } = causeWords(f)
  return `: ${error} ${fix ? fixWords(fix) : ''}`
}

const SHOWN_MS = 2_000

function Snippet({ code }: { code: string }) {
  const copied = useSignal(false)
  const copy = () => {
    navigator.clipboard?.writeText(code).then(() => {
      copied.value = true
      window.setTimeout(() => (copied.value = false), SHOWN_MS)
    }, () => {})
  }
  return (
    <div class="command">
      <code dir="ltr" tabIndex={0}>{code}</code>
      <button type="button" class="btn" onClick={copy}><Icon name={copied.value ? 'check' : 'copy'} />{copied.value ? t('ui.copied') : t('ui.copy')}</button>
    </div>
  )
}
