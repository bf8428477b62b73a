import { render } from 'preact'
import { expect, test } from 'vitest'
import { Markdown, safe } from './markdown.tsx'
import { excerpt, marked } from './marks.tsx'

const html = (body: string) => {
  const box = document.createElement('div')
  render(<Markdown body={body} cites={{ list: [{ n: 1, title: 'Shipping charges', url: '/demo/help/x', quote: 'q' }], open: () => {} }} />, box)
  return box
}

test.each([
  ['free **shipping** to *Bengaluru*', 'p strong', 'shipping'],
  ['free **shipping** to *Bengaluru*', 'p em', 'Bengaluru'],
  ['- one\n- two', 'ul li:nth-child(2)', 'two'],
  ['1. one\n2. two', 'ol li:nth-child(2)', 'two'],
  ['> said', 'blockquote p', 'said'],
  ['use `a*b*c`', 'code', 'a*b*c'],
  ['```\n<b>**x**\n```', 'pre code', '<b>**x**'],
  ['| A | B |\n|---|---|\n| 1 | 2 |', 'tbody td:nth-child(2)', '2'],
  ['see [the page](/demo/help/x)', 'a[href="/demo/help/x"]', 'the page'],
  ['https://tarang.example/a_b_c.', 'a[href="https://tarang.example/a_b_c"]', 'https://tarang.example/a_b_c'],
  ['## Title', 'p', 'Title'],
  ['order_no_48213 and 2 * 3 * 4', 'p', 'order_no_48213 and 2 * 3 * 4'],
  ['It is **free', 'p', 'It is **free'],
])('%s', (body, selector, text) => {
  expect(html(body).querySelector(selector)?.textContent).toBe(text)
})

test('a source number becomes a chip that is tied to the word before it; an unknown one stays text', () => {
  const box = html('orders over ₹2,500. [1] and [7]')
  expect(box.querySelector('.tied')?.textContent).toBe('₹2,500. 1')
  expect(box.querySelector('button.chip')?.getAttribute('aria-label')).toBe('Source 1: Shipping charges')
  expect(box.textContent).toContain('[7]')
})

const ATTACKS = [
  '<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '[x](javascript:alert(1))', '[x](JaVaScRiPt:alert(1))', '[x](java\tscript:alert(1))', '[x](data:text/html,<script>1</script>)',
  '[x](vbscript:x)', '[x](//evil.example)', '[x](/\\evil.example)', '[x](&#106;avascript:1)', '**<svg onload=1>**', '> <iframe src=x>', '- <a href=javascript:1>', '| <b> | c |\n|---|---|\n| <i onclick=1> | d |',
  '`<script>`', '```\n</code><script>1</script>\n```', '[<img src=x onerror=1>](https://a.example)', '[x](https://a.example"onmouseover="1)', '![x](https://a.example/i.png)', '<https://a.example>', '[x](file:///etc/passwd)', '[x](blob:https://a)',
]
const ALLOWED = new Set(['P', 'STRONG', 'EM', 'CODE', 'PRE', 'UL', 'OL', 'LI', 'BLOCKQUOTE', 'TABLE', 'THEAD', 'TBODY', 'TR', 'TH', 'TD', 'A', 'SPAN', 'BUTTON'])

test.each(ATTACKS)('only allowed nodes and addresses come of %s', (body) => {
  for (const e of html(body).querySelectorAll('*')) {
    expect(ALLOWED).toContain(e.tagName)
    for (const a of e.attributes) expect(a.name).toMatch(/^(href|target|rel|dir|scope|class|type|title|aria-label)$/)
    const to = e.getAttribute('href')
    if (to !== null) expect(safe(to)).toBe(true)
  }
})

test.each([['/a', true], ['https://a', true], ['mailto:a@b', true], ['tel:+91', true], ['//a', false], ['/\\a', false], ['javascript:1', false], [' javascript:1', false], ['a/b', false], ['', false]])('safe(%s)', (url, want) => {
  expect(safe(url)).toBe(want)
})

test('marks count code points, so an emoji before them moves nothing', () => {
  const box = document.createElement('div')
  render(<>{marked('😡 broken screen!', [{ start: 2, end: 15 }])}</>, box)
  expect(box.querySelector('mark')?.textContent).toBe('broken screen')
  expect(box.textContent).toBe('😡 broken screen!')
})

test('marks that overlap or run over the end are cut, never doubled', () => {
  const box = document.createElement('div')
  render(<>{marked('abcdef', [{ start: 2, end: 5 }, { start: 0, end: 3 }, { start: 5, end: 99 }])}</>, box)
  expect(box.textContent).toBe('abcdef')
})

test('an excerpt of a long message holds its matches and is cut at words', () => {
  const text = 'word '.repeat(60) + 'broken screen ' + 'more '.repeat(60)
  const span = { start: 300, end: 313 }
  const { from, to } = excerpt(text, [span])
  const cut = text.slice(from, to)
  expect(cut).toContain('broken screen')
  expect(cut.length).toBeLessThan(200)
  expect(text[from - 1]).toBe(' ')
})
