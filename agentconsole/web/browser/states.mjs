// Every named state of the console in Chromium, light and dark: a picture each, and axe with no violation allowed. Any message in the browser's
// console (a refused style, a script error) fails too. `npm run states -- [folder] [name…]`; pictures are only written where a folder is given.
import { readFile, mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'
import { start } from './fake.mjs'

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const [folder = '', ...only] = process.argv.slice(2)
if (folder) await mkdir(folder, { recursive: true })

const open = (p, s, who) => p.evaluate((h) => (location.hash = h), `#/inbox/${s.ids[who]}`).then(() => p.waitForSelector('.composer-wrap'))
const knowledge = async (p, id = '') => {
  await p.evaluate((h) => (location.hash = h), '#/knowledge' + id)
  await p.waitForSelector('.know')
}
const fake = (s, what, body = {}) => fetch(`${s.url}/fake/${what}`, { method: 'POST', body: JSON.stringify(body) })

/** What is on its way, and what holds it up: each state of a document under way that needs words of its own. */
const underWay = async (p, s) => {
  await knowledge(p)
  await p.waitForSelector('.doc')
  await fake(s, 'document', { title: 'Service manual Tab 11', section: 'Repairs', state: 'embedding', passages: 1840, done: 1204, total: 1840, pages: 212 })
  await fake(s, 'document', { title: 'Offers of the week', section: 'Offers', type: 'HTML', state: 'embedding', passages: 12, done: 4, total: 12, cause: 'embed_busy', error: 'The embedding service has too many requests.', fix: '' })
  await fake(s, 'document', { title: 'Price list 2026', section: 'Prices', type: 'CSV', state: 'embedding', passages: 90, done: 32, total: 90, stuck: true })
  await fake(s, 'document', { title: 'Warranty cards 2019', section: 'Warranty', state: 'reading', done: 3, total: 11, stuck: true })
  await fake(s, 'document', { title: 'Franchise handbook', section: 'Stores', type: 'DOCX', state: 'failed', passages: 31, cause: 'embed_model', error: 'The embedding service does not take this text.', fix: 'Check BATON_EMBED_MODEL, then try again.' })
  await p.waitForFunction(() => document.body.textContent.includes('Franchise handbook'))
}

const states = {
  inbox: async () => {},
  conversation: async (p, s) => {
    await open(p, s, 'ananya')
    await p.hover(`[data-row="${s.ids.faizal}"]`)
    await p.keyboard.press('r')
  },
  'visitor-typing': async (p, s) => {
    await open(p, s, 'ananya')
    await p.waitForTimeout(200)
    await fake(s, 'typing', { conv: s.ids.ananya })
    await p.waitForFunction(() => document.querySelector('.composer-hint')?.textContent.includes('Ananya'))
  },
  note: async (p, s) => {
    await open(p, s, 'ananya')
    await p.keyboard.press('n')
    await p.keyboard.type('Booked as RP-2291. Please hold the last three units of batch B-1107.')
  },
  folded: async (p, s) => {
    await open(p, s, 'ananya')
    await p.keyboard.press('p')
    await p.click('.cites .source >> nth=0')
  },
  waiting: (p, s) => open(p, s, 'faizal'),
  theirs: (p, s) => open(p, s, 'meera'),
  streaming: async (p, s) => {
    await open(p, s, 'sneha')
    await p.waitForTimeout(200)
    await fake(s, 'delta', { conv: s.ids.sneha, offset: 0, text: 'Yes. The Tab 11 takes **the Tarang Pen 2**, which' })
    await p.waitForSelector('.streaming')
  },
  resolved: async (p, s) => {
    await open(p, s, 'ananya')
    await p.keyboard.press('e')
    await p.waitForSelector('.toast')
  },
  failed: async (p, s) => {
    await open(p, s, 'ananya')
    await p.keyboard.press('r')
    await p.keyboard.type('Please refuse this one')
    await p.keyboard.press('Control+Enter')
    await p.waitForSelector('.failed')
  },
  offline: async (p, s) => {
    await open(p, s, 'ananya')
    await fake(s, 'down', { down: true })
    await p.keyboard.press('r')
    await p.keyboard.type('This waits until Baton is back.')
    await p.keyboard.press('Control+Enter')
    await p.waitForSelector('.banner')
  },
  menu: async (p) => {
    await p.click('.me')
    await p.waitForSelector('.menu:popover-open')
  },
  keys: async (p) => {
    await p.keyboard.press('?')
    await p.waitForSelector('dialog[open]')
  },
  knowledge: (p) => knowledge(p).then(() => p.waitForSelector('.doc')),
  passages: async (p) => {
    await knowledge(p)
    await p.click('text=Damaged on arrival')
    await p.waitForSelector('.passages li')
  },
  'knowledge-none': async (p) => {
    await knowledge(p)
    await p.fill('.know-search input', 'zzz')
    await p.waitForSelector('.know-none p')
  },
  deleted: async (p) => {
    await knowledge(p)
    await p.click('.doc.failed >> text=Delete')
    await p.waitForSelector('.toast')
  },
  'signed-out': async (p, s) => {
    await open(p, s, 'ananya')
    await fake(s, 'signout')
    await p.waitForSelector('.signin')
  },
  'link-used': async (p, s) => {
    await fake(s, 'signout')
    await p.waitForSelector('.signin')
    await p.evaluate(() => (location.hash = '#signin=used'))
    await p.waitForSelector('.signin-note.bad')
  },
  first: async (p) => p.waitForSelector('.step.now'),
  'first-asked': async (p) => {
    await p.waitForSelector('.step.now')
    await (await chooser(p)).setFiles([{ name: 'shipping.md', mimeType: 'text/markdown', buffer: Buffer.from('# Shipping') }])
    await p.waitForSelector('.step.done')
  },
  bench: async (p) => {
    await knowledge(p)
    await p.fill('#bench-question', 'What is your return policy for damaged items?')
    await p.keyboard.press('Enter')
    await p.waitForSelector('.bench-verdict.none')
  },
  'bench-streaming': async (p, s) => {
    await knowledge(p)
    await fake(s, 'slow')
    await p.fill('#bench-question', 'What is your return policy for damaged items?')
    await p.keyboard.press('Enter')
    await p.waitForFunction(() => document.querySelector('.bench-card')?.textContent.includes('replaced or'))
  },
  'bench-person': async (p) => {
    await knowledge(p)
    await p.fill('#bench-question', 'I want to talk to a person')
    await p.keyboard.press('Enter')
    await p.waitForSelector('.bench-verdict.handoff')
  },
  'passage-cited': async (p) => {
    await knowledge(p)
    await p.fill('#bench-question', 'What is your return policy for damaged items?')
    await p.keyboard.press('Enter')
    await p.click('.bench-passage button.bench-name')
    await p.waitForSelector('.passages li[aria-current]')
  },
  'add-page': async (p) => {
    await knowledge(p)
    await p.click('.know-link')
    await p.fill('.add-page input', 'https://tarang.example/404')
    await p.keyboard.press('Enter')
    await p.waitForSelector('.add-page-wrong')
  },
  'left-out': async (p) => {
    await knowledge(p)
    await p.waitForSelector('.doc')
    await p.evaluate(() => {
      const file = (path, text) => Object.defineProperty(new File([text], path.split('/').pop()), 'webkitRelativePath', { value: path })
      const data = new DataTransfer()
      data.items.add(new File(['# Engraving'], 'engraving.md'))
      dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }))
    })
    await p.waitForFunction(() => document.body.textContent.includes('engraving.md'))
  },
  'phone-bench': async (p) => {
    await knowledge(p)
    await p.click('.know .head .btn')
    await p.fill('#bench-question', 'What is your return policy for damaged items?')
    await p.keyboard.press('Enter')
    await p.waitForSelector('.bench-verdict')
  },
  'arabic-bench': async (p) => {
    await knowledge(p)
    await p.fill('#bench-question', 'What is your return policy for damaged items?')
    await p.keyboard.press('Enter')
    await p.waitForSelector('.bench-verdict')
  },
  'hindi-bench': async (p) => {
    await knowledge(p)
    await p.fill('#bench-question', 'मुझे किसी व्यक्ति से बात करनी है')
    await p.keyboard.press('Enter')
    await p.waitForSelector('.bench-verdict')
  },
  'two-pane': (p, s) => open(p, s, 'ananya'),
  'phone-list': async () => {},
  'phone-conversation': (p, s) => open(p, s, 'ananya'),
  'phone-knowledge': (p) => knowledge(p).then(() => p.waitForSelector('.doc')),
  'phone-drawer': async (p) => {
    await p.click('.list .only-narrow')
    await p.waitForTimeout(300)
  },
  arabic: (p, s) => open(p, s, 'ananya'),
  hindi: (p, s) => open(p, s, 'ananya'),
  'hindi-knowledge': (p) => knowledge(p).then(() => p.waitForSelector('.doc')),
  'knowledge-under-way': underWay,
  'arabic-under-way': underWay,
  'hindi-under-way': underWay,
  'phone-under-way': underWay,
  'arabic-knowledge': (p) => knowledge(p).then(() => p.waitForSelector('.doc')),
}

async function chooser(p) {
  const [c] = await Promise.all([p.waitForEvent('filechooser'), p.click('.btn.primary.big')])
  return c
}

const SIZE = (name) => (name.startsWith('phone') ? { width: 390, height: 844 } : name === 'two-pane' ? { width: 1024, height: 768 } : { width: 1440, height: 900 })
const LOCALE = (name) => (name.startsWith('arabic') ? 'ar' : name.startsWith('hindi') ? 'hi' : 'en-IN')

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })
let bad = 0
for (const [name, act] of Object.entries(states)) {
  if (only.length && !only.includes(name)) continue
  for (const scheme of ['light', 'dark']) {
    const s = await start({ empty: name.startsWith('first') })
    const context = await browser.newContext({ viewport: SIZE(name), deviceScaleFactor: 2, colorScheme: scheme, locale: LOCALE(name), timezoneId: 'Asia/Kolkata', reducedMotion: 'reduce', hasTouch: name.startsWith('phone') })
    const p = await context.newPage()
    const said = []
    // What the browser reports of a server that the state takes down, or that says no, is part of the state.
    p.on('console', (m) => /Failed to load resource|WebSocket connection/.test(m.text()) || said.push(m.text()))
    p.on('pageerror', (e) => said.push(String(e.stack)))
    try {
      await p.goto(s.url + '/console/#signin=demo')
      await p.waitForSelector(name.startsWith('first') ? '.first' : '.row', { state: 'attached' })
      await act(p, s)
      await p.waitForTimeout(400)
      if (folder) await p.screenshot({ path: `${folder}/${name}-${scheme}.png` })
      // Injected by the test's own channel, which the page's policy does not bind.
      await p.evaluate(axe)
      const { violations } = await p.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
      for (const v of violations) said.push(`axe ${v.id}: ${v.nodes.map((n) => `${n.target} ${n.any.concat(n.all)[0]?.message ?? ''}`).slice(0, 4).join(' | ')}`)
    } catch (e) {
      said.push(String(e))
      if (folder) await p.screenshot({ path: `${folder}/${name}-${scheme}.png` }).catch(() => {})
    }
    if (said.length) bad++
    console.log(said.length ? 'BAD ' : 'ok  ', name, scheme, ...said.map((x) => '\n     ' + x))
    await context.close()
    s.close()
  }
}
await browser.close()
console.log(bad ? `${bad} states with findings` : 'all states clean')
process.exit(bad ? 1 : 0)
