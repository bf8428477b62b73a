import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { sought } from '../core/sought.ts'
import { Markdown } from '../conversation/markdown.tsx'
import { marked } from '../conversation/marks.tsx'
import { place } from '../conversation/place.ts'
import { isolated, known, number, t, tag } from '../locale/t.ts'
import { go, href } from '../route.ts'
import { Icon } from '../ui/icon.tsx'
import { AiTag } from '../ui/parts.tsx'
import type { Citation, JudgedPassage, Turn } from '../types.ts'
import { asking, ask, latest, over, running, sending, steps, stop, trials, verdict, type Trial } from './bench-store.ts'
import { wanted } from './bench-focus.ts'
import { figures } from './store.ts'
import { excerptOf, quoted } from './quote.tsx'

/** Ask as a visitor would, and see how the answer came about. */
export function Bench({ close }: { close?: (() => void) | undefined }) {
  const x = latest.value
  return (
    <aside class="bench" aria-label={t('bench.title')}>
      <header class="head">
        <h2>{t('bench.title')}</h2>
        <span class="head-space" />
        <small>{t('bench.language')}</small>
        {close && <button type="button" class="icon-btn bench-close" aria-label={t('ui.close')} onClick={close}><Icon name="x" /></button>}
      </header>
      <div class="bench-scroll" tabIndex={0} role="region" aria-label={t('bench.answer')}>
        <Question />
        {!x && <Ideas />}
        {trials.value.slice(0, -1).map((y) => <Earlier key={y.seq} x={y} />)}
        {x && <Result key={x.seq} x={x} />}
      </div>
      {x?.turn && <Verdict turn={x.turn} question={x.question} />}
    </aside>
  )
}

function Question() {
  const box = useRef<HTMLTextAreaElement>(null)
  const grow = () => {
    const b = box.current
    if (!b) return
    b.style.blockSize = 'auto'
    b.style.blockSize = `${b.scrollHeight}px`
  }
  useEffect(grow, [asking.value])
  useLayoutEffect(() => {
    if (!wanted.value) return
    wanted.value = false
    box.current?.focus()
  }, [wanted.value])
  const send = () => void ask(asking.value)
  const on = running.value
  return (
    <form class="bench-ask" onSubmit={(e) => { e.preventDefault(); send() }}>
      <textarea ref={box} id="bench-question" rows={1} dir="auto" maxLength={4000} placeholder={t('bench.ask')} aria-label={t('bench.ask')} value={asking.value}
        onInput={(e) => (asking.value = e.currentTarget.value)}
        onKeyDown={(e) => {
          if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) {
            e.preventDefault()
            send()
          } else if (e.key === 'Escape') e.currentTarget.blur()
        }} />
      <div class="bench-foot">
        <small>
          {trials.value.length ? <>{t('bench.follow')} <button type="button" class="link" onClick={over}>{t('bench.over')}</button></> : t('bench.as', { n: figures.value.passages })}
        </small>
        {on && !sending.value && latest.value?.run
          ? <button type="button" class="btn" onClick={stop}><span class="stop-mark" aria-hidden="true" />{t('bench.stop')}</button>
          : <button type="submit" class="btn primary" aria-disabled={on || !asking.value.trim()}>{t('bench.go')}</button>}
      </div>
    </form>
  )
}

/** Before the first question: what the bench is for, and something to press. */
function Ideas() {
  const list = [t('bench.idea.1'), t('bench.idea.2'), t('bench.idea.3')]
  return (
    <div class="bench-ideas">
      <p>{t('bench.text')}</p>
      <ul>
        {list.map((q) => (
          <li key={q}><button type="button" onClick={() => { asking.value = q; void ask(q) }}><span dir="auto">{q}</span><Icon name="arrow" size={14} /></button></li>
        ))}
      </ul>
    </div>
  )
}

function Earlier({ x }: { x: Trial }) {
  return (
    <div class="bench-earlier">
      <p dir="auto"><b>{x.question}</b></p>
      {x.reply && <div class="md" dir="auto"><Markdown body={x.reply.body} /></div>}
    </div>
  )
}

function Result({ x }: { x: Trial }) {
  return (
    <>
      {trials.value.length > 1 && <p class="bench-now" dir="auto"><b>{x.question}</b></p>}
      <div class="bench-label"><span class="ai-ink"><Icon name="spark" size={14} />{t('bench.answer')}</span><span>{t('bench.seen')}</span></div>
      {x.failed ? <div class="bench-failed" role="alert"><Icon name="warn" /><p>{x.failed.error} <span>{x.failed.fix}</span></p></div> : <Answer x={x} />}
      {x.turn && <Sources turn={x.turn} cites={x.reply?.citations ?? []} />}
      {(x.turn || x.text) && <Times x={x} />}
    </>
  )
}

/** The answer in the form in which visitors see it: the card with its hairline, chips behind the sentences, sources inside. */
function Answer({ x }: { x: Trial }) {
  const shown = useSignal(0)
  const cites = x.reply?.citations ?? []
  const open = (c: Citation) => (shown.value = shown.value === c.n ? 0 : c.n)
  const c = cites.find((y) => y.n === shown.value)
  return (
    <div class="bench-card" lang={x.reply?.lang || undefined} aria-busy={!x.reply}>
      {x.reply ? <div class="md"><Markdown body={x.reply.body} cites={{ list: cites, open }} /></div>
        : x.text ? <div class="md"><Markdown body={x.text.replace(/\s*\[\d*$/, '')} /><span class="caret" aria-hidden="true" /></div>
          : <p class="bench-wait"><AiTag /> {t('conv.writing')}</p>}
      {cites.length > 0 && (
        <ul class="cites" aria-label={t('conv.sources')}>
          {cites.map((y) => <li key={y.n}><button type="button" class="source" aria-expanded={shown.value === y.n} onClick={() => open(y)}><span class="chip still">{y.n}</span><span>{y.title}</span></button></li>)}
        </ul>
      )}
      {c && (
        <div class="quote">
          {place(c) && <small>{place(c)}</small>}
          <p dir="auto"><mark>{c.quote}</mark></p>
          {c.document && c.chunk && <small><a href={href('knowledge', c.document, c.chunk)} onClick={() => (sought.value = { chunk: c.chunk!, quote: c.quote })}>{t('know.open.passage')}</a></small>}
        </div>
      )}
    </div>
  )
}

function Sources({ turn, cites }: { turn: Turn; cites: readonly Citation[] }) {
  const used = turn.passages.filter((p) => p.n > 0).sort((a, b) => a.n - b.n)
  const rest = turn.passages.filter((p) => p.n === 0)
  const most = Math.max(...turn.passages.map((p) => p.score), 0)
  const folded = useSignal(true)
  return (
    <>
      <div class="bench-label"><h3>{t('bench.used')}</h3><span title={t('bench.match.help')}>{t('bench.match')}</span></div>
      {used.length === 0 && <p class="bench-none">{t('bench.used.none')}</p>}
      <ul class="bench-passages">
        {used.map((p) => <Passage key={p.id} p={p} most={most} quotes={cites.filter((c) => c.chunk === p.id).map((c) => c.quote)} />)}
      </ul>
      {rest.length > 0 && (
        <>
          <button type="button" class="bench-label fold" aria-expanded={!folded.value} onClick={() => (folded.value = !folded.value)}>
            <span><Icon name={folded.value ? 'right' : 'down'} size={14} />{t('bench.rest')}</span><span class="num">{number(rest.length)}</span>
          </button>
          {!folded.value && <ul class="bench-passages rest">{rest.map((p, i) => <Passage key={p.id} p={p} most={most} quotes={[]} n={used.length + i + 1} />)}</ul>}
        </>
      )}
    </>
  )
}

/** Where a passage stands: its document, then its number in it. */
function Passage({ p, most, quotes, n }: { p: JudgedPassage; most: number; quotes: readonly string[]; n?: number }) {
  const text = excerptOf(p.text, quotes)
  const show = () => {
    sought.value = { chunk: p.id, quote: quotes[0] ?? '' }
    go(href('knowledge', p.document, p.id))
  }
  const share = most > 0 ? p.score / most : 0
  return (
    <li class={p.n ? 'bench-passage' : 'bench-passage off'}>
      <div class="bench-line">
        <span class={p.n ? 'chip still' : 'chip still off'}>{number(p.n || n!)}</span>
        {p.gone ? <span class="bench-name">{t('bench.gone')}</span>
          : <button type="button" class="bench-name" title={t('know.open.passage')} onClick={show}>{t('bench.passage', { title: isolated(p.title), n: p.position + 1 })}</button>}
        <span class="bench-bar" aria-hidden="true"><i ref={(e) => void (e && (e.style.inlineSize = `${Math.round(share * 100)}%`))} /></span>
        <b class="num" title={t('bench.match.help')}>{percent(share)}</b>
      </div>
      {p.n > 0 && text && <p dir="auto">{quoted(text, quotes)}</p>}
      <small class="num" title={t('bench.scores.help')}>{scores(p)}</small>
    </li>
  )
}

/** By what it was found: the words' own measure, which has no upper end, and the cosine of the vectors. */
function scores(p: JudgedPassage): string {
  return [p.words > 0 && t('bench.words', { n: decimal(p.words) }), p.meaning > 0 && t('bench.meaning', { n: decimal(p.meaning) }), p.page && t('know.page', { n: p.page })].filter(Boolean).join(' · ')
}

const decimal = (v: number) => new Intl.NumberFormat(tag(), { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(v)
const percent = (v: number) => new Intl.NumberFormat(tag(), { style: 'percent' }).format(v)
const ms = (v: number) => t('bench.ms', { n: v < 10 ? Math.round(v * 10) / 10 : Math.round(v) })

function Times({ x }: { x: Trial }) {
  const turn = x.turn
  const parts = turn ? steps(turn) : []
  const total = turn?.timings['total'] ?? 0
  const seen = x.first ? x.first - x.at : 0
  const more = turn ? (['words', 'meaning'] as const).filter((k) => turn.timings[k] !== undefined) : []
  return (
    <section class="bench-times">
      <div class="bench-label"><h3>{t('bench.time')}</h3><span class="num">{turn ? ms(total) : t('bench.running')}</span></div>
      {turn && <div class="bench-steps" aria-hidden="true">{parts.map((p) => <i key={p.key} class={p.key} ref={(e) => void (e && total > 0 && (e.style.flexGrow = String(Math.max(p.ms / total, 0.01))))} />)}</div>}
      <p class="num">
        {parts.map((p) => <span key={p.key}>{t(`bench.step.${p.key}`)} {ms(p.ms)}</span>)}
        {more.map((k) => <span key={k}>{t(`bench.step.${k}`)} {ms(turn!.timings[k]!)}</span>)}
        {seen > 0 && <span>{t('bench.step.here')} {ms(seen)}</span>}
      </p>
      {turn?.model && <p>{turn.model === 'extractive' ? t('bench.quoted') : t('bench.model', { name: turn.model })}</p>}
    </section>
  )
}

/** What the rules would do, always in sight, with the rule's own sentence and the words that fired it. */
function Verdict({ turn, question }: { turn: Turn; question: string }) {
  const v = verdict(turn)
  const key = `rule.${turn.rule}`
  const rule = turn.rule ? (known(key) ? t(key) : turn.rule) : ''
  // A rule that fired before anything was looked for leaves no measure of an answer.
  const lines: ComponentChildren[] = turn.timings['search'] === undefined ? [] : [t('bench.confidence', { n: decimal(turn.confidence) })]
  if (rule) lines.push(t('bench.rule', { rule }))
  else if (v === 'none') lines.push(t('bench.norule'))
  else if (v === 'offer') lines.push(t('bench.nothing'))
  return (
    <footer class={`bench-verdict ${v}`}>
      <Icon name={v === 'none' ? 'done' : v === 'offer' ? 'info' : 'person'} size={18} />
      <div>
        <b>{t(`bench.verdict.${v}`)}</b>
        <p>{lines.map((l, i) => <span key={i}>{l} </span>)}</p>
        {turn.reason && rule !== turn.reason && <p dir="auto">{turn.reason}</p>}
        {turn.matches.length > 0 && <p class="bench-matches" dir="auto">{marked(question, turn.matches)}</p>}
      </div>
    </footer>
  )
}
