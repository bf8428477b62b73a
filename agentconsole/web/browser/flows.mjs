// What must not break, driven in Chromium against the scripted server: nothing typed is lost, one winner of a claim, no key eats a letter, live
// changes arrive, a lost session comes back. Each flow starts a server and a page of its own. `npm run flows -- [name…]`.
import { strict as assert } from 'node:assert'
import { chromium } from 'playwright-core'
import { start } from './fake.mjs'

const fake = (s, what, body = {}) => fetch(`${s.url}/fake/${what}`, { method: 'POST', body: JSON.stringify(body) }).then((r) => r.json())
const open = (p, s, who) => p.evaluate((h) => (location.hash = h), `#/inbox/${s.ids[who]}`).then(() => p.waitForSelector('.composer-wrap'))
const text = (p, sel) => p.locator(sel).allInnerTexts().then((a) => a.join(' | '))
const has = (p, sel, words) => p.waitForFunction(([q, w]) => [...document.querySelectorAll(q)].some((e) => e.textContent.includes(w)), [sel, words], { timeout: 5000 })

const flows = {
  'a reply is sent, acknowledged once and ticked': async (p, s) => {
    await open(p, s, 'ananya')
    await p.keyboard.press('r')
    await p.keyboard.type('On its way.')
    await p.keyboard.press('Control+Enter')
    await has(p, '.msg.person .bubble', 'On its way.')
    await has(p, '.ticks.delivered', 'Delivered')
    assert.equal(await p.locator('.bubble', { hasText: 'On its way.' }).count(), 1)
    assert.equal(await p.locator('textarea').inputValue(), '')
  },
  'a reply typed while Baton is away survives a reload and goes out once': async (p, s) => {
    await open(p, s, 'ananya')
    await fake(s, 'down', { down: true })
    await p.keyboard.press('r')
    await p.keyboard.type('Kept for you.')
    await p.keyboard.press('Control+Enter')
    await has(p, '.pending .bubble', 'Kept for you.')
    await p.reload()
    await has(p, '.starting', 'cannot be reached')
    await fake(s, 'down', { down: false })
    await has(p, '.msg.person:not(.pending) .bubble', 'Kept for you.')
    await p.waitForFunction(() => !Object.keys(localStorage).some((k) => k.includes('.out.')))
    assert.equal(await p.locator('.bubble', { hasText: 'Kept for you.' }).count(), 1)
  },
  'drafts stay with their conversation and mode through J, K and a reload': async (p, s) => {
    await open(p, s, 'ananya')
    await p.keyboard.press('r')
    await p.keyboard.type('jkcrnep? half a thought')
    await p.keyboard.press('Escape')
    await p.keyboard.press('n')
    await p.keyboard.type('a note')
    await p.keyboard.press('Escape')
    await p.keyboard.press('j')
    await has(p, '.conversation-head h2', 'Karthik')
    await p.keyboard.press('k')
    await has(p, '.conversation-head h2', 'Ananya')
    assert.equal(await p.locator('textarea').inputValue(), 'a note')
    await p.keyboard.press('r')
    assert.equal(await p.locator('textarea').inputValue(), 'jkcrnep? half a thought')
    await p.reload()
    await p.waitForSelector('.composer textarea')
    assert.equal(await p.locator('textarea').inputValue(), 'jkcrnep? half a thought')
  },
  'C claims, and the row moves to With you without a reload': async (p, s) => {
    await open(p, s, 'faizal')
    await p.keyboard.press('c')
    await has(p, '.part:first-child .row', 'Mohammed Faizal')
    await has(p, '.event', 'you joined at')
    await has(p, '.conversation-head .btn', 'Resolve')
  },
  'C claims the row under the pointer when the open one cannot be claimed': async (p, s) => {
    await open(p, s, 'ananya')
    await p.hover(`[data-row="${s.ids.faizal}"]`)
    await p.keyboard.press('c')
    await has(p, '.conversation-head h2', 'Mohammed Faizal')
    await has(p, '.conversation-head .btn', 'Resolve')
  },
  'the loser of a claim is told who has it, and keeps what was typed': async (p, s) => {
    await open(p, s, 'faizal')
    await p.keyboard.press('r')
    await p.keyboard.type('I was about to say')
    await fake(s, 'steal', { conv: s.ids.faizal })
    await has(p, '.theirs', 'Asha Kulkarni has this conversation')
    assert.equal(await p.locator('.composer-tab').count(), 1)
    await p.keyboard.press('n')
    await p.keyboard.type('cern, a note of keys')
    assert.equal(await p.locator('textarea').inputValue(), 'cern, a note of keys')
    const kept = await p.evaluate(() => Object.entries(localStorage).find(([k]) => k.endsWith('.reply'))?.[1])
    assert.equal(kept, 'I was about to say')
  },
  'a reply to a conversation somebody just took is refused in words and can be taken back': async (p, s) => {
    await open(p, s, 'faizal')
    await p.keyboard.press('r')
    await p.keyboard.type('Too late')
    await p.evaluate(() => {
      const real = window.fetch
      window.fetch = (u, i) => (String(u).endsWith('/reply') ? Promise.resolve(new Response(JSON.stringify({ code: 'claimed', error: 'Asha Kulkarni has this conversation.', fix: '' }), { status: 409 })) : real(u, i))
    })
    await p.keyboard.press('Control+Enter')
    await has(p, '.failed .out-state', 'Asha Kulkarni has this conversation.')
    await p.click('.failed >> text=Edit')
    await p.waitForFunction(() => document.querySelector('textarea').value === 'Too late')
  },
  'E resolves, Undo brings it back': async (p, s) => {
    await open(p, s, 'ananya')
    await p.keyboard.press('e')
    await has(p, '.toast', 'Resolved')
    await has(p, '.theirs', 'Resolved')
    await p.waitForFunction((id) => !document.querySelector(`[data-row="${id}"]`), s.ids.ananya)
    await p.click('.toast >> text=Undo')
    await p.waitForSelector(`[data-row="${s.ids.ananya}"]`)
    await has(p, '.event', 'opened again')
  },
  'a visitor is heard live: row, transcript, title': async (p, s) => {
    await open(p, s, 'ananya')
    await p.evaluate(() => (document.querySelector('.row').dataset.same = 'yes'))
    await fake(s, 'say', { conv: s.ids.ananya, body: 'One more thing' })
    await has(p, '.msg.visitor .bubble', 'One more thing')
    await has(p, '.row', 'One more thing')
    assert.equal(await p.locator('.row[data-same=yes]').count(), 1, 'the row was repainted, not replaced')
    assert.match(await p.title(), /^\(3\) Inbox · Tarang$/)
  },
  'the socket comes back by itself and nothing is missing': async (p, s) => {
    await open(p, s, 'ananya')
    await fake(s, 'kick')
    await fake(s, 'say', { conv: s.ids.ananya, body: 'said meanwhile' })
    await has(p, '.msg.visitor .bubble', 'said meanwhile')
    assert.equal(await p.locator('.bubble', { hasText: 'said meanwhile' }).count(), 1)
  },
  'an answer streams, and a claim cuts it': async (p, s) => {
    await open(p, s, 'sneha')
    await p.waitForTimeout(200)
    await fake(s, 'delta', { conv: s.ids.sneha, offset: 0, text: 'Yes, the Tab 11' })
    await has(p, '.streaming', 'Yes, the Tab 11')
    await p.keyboard.press('c')
    await p.waitForFunction(() => !document.querySelector('.streaming'))
    await fake(s, 'delta', { conv: s.ids.sneha, offset: 0, text: 'too late' })
    await p.waitForTimeout(200)
    assert.equal(await p.locator('.streaming').count(), 0)
  },
  'summary lines lead to their message': async (p, s) => {
    await open(p, s, 'ananya')
    await p.click('.story-lines .ref >> nth=1')
    await p.waitForSelector('[data-seq="1"].wash')
    await p.waitForFunction(() => document.querySelector('[data-seq="1"]').getBoundingClientRect().top > document.querySelector('.log').getBoundingClientRect().top)
  },
  'keys can be switched off': async (p, s) => {
    await open(p, s, 'ananya')
    await p.keyboard.press('?')
    await p.click('.switch')
    await p.keyboard.press('Escape')
    await p.keyboard.press('e')
    await p.waitForTimeout(200)
    assert.equal(await p.locator('.toast').count(), 0)
    await p.keyboard.press('?')
    assert.equal(await p.locator('dialog[open]').count(), 0)
  },
  'a lost session shows the sign-in page; a new link goes on where it was': async (p, s) => {
    await open(p, s, 'ananya')
    await p.keyboard.press('r')
    await p.keyboard.type('unfinished')
    await fake(s, 'signout')
    await has(p, '.signin', 'Your session has ended')
    await has(p, '.command', 'baton agent link --email priya@tarang.example')
    await p.evaluate(() => (location.hash = '#signin=another'))
    await p.waitForSelector('.composer textarea')
    assert.ok(p.url().endsWith(`/console/#/inbox/${s.ids.ananya}`), p.url())
    assert.equal(await p.locator('textarea').inputValue(), 'unfinished')
  },
  'used and expired links say so, and the token leaves the address': async (p) => {
    await p.click('.me')
    await p.click('text=Sign out')
    await has(p, '.signin-note', 'You have signed out')
    for (const [token, words] of [['used', 'used already'], ['expired', 'has expired']]) {
      await p.evaluate((t) => (location.hash = '#signin=' + t), token)
      await has(p, '.signin-note', words)
      assert.doesNotMatch(p.url(), /signin/)
    }
  },
  'files are uploaded, indexed before one’s eyes and deleted with time to undo': async (p, s) => {
    await p.evaluate(() => (location.hash = '#/knowledge'))
    const [c] = await Promise.all([p.waitForEvent('filechooser'), p.click('text=Add files')])
    await c.setFiles([{ name: 'diwali.md', mimeType: 'text/markdown', buffer: Buffer.from('# Diwali') }, { name: 'scan.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF') }])
    await has(p, '.doc.failed', 'scan.pdf')
    await has(p, '.doc', 'Splitting into passages')
    await has(p, '.doc-state', 'Ready')
    await p.locator('.doc', { hasText: 'diwali.md' }).locator('.doc-menu button').first().click()
    await p.click('.menu:popover-open >> text=Delete')
    await has(p, '.toast', 'will be deleted')
    await p.waitForFunction(() => ![...document.querySelectorAll('.doc')].some((d) => d.textContent.includes('diwali.md')))
    await p.click('.toast >> text=Undo')
    await has(p, '.doc', 'diwali.md')
    await p.fill('.know-search input', 'shipping')
    await p.waitForFunction(() => document.querySelectorAll('.doc').length === 1)
    await p.click('.doc a')
    await has(p, '.passages h3', 'What we do')
    await p.keyboard.press('Escape')
    await p.waitForFunction(() => !document.querySelector('.passages'))
  },
  'the language changes at once, to the right and back': async (p) => {
    await p.click('.me')
    await p.click('text=العربية')
    await has(p, '.head h2', 'الوارد')
    assert.equal(await p.evaluate(() => document.documentElement.dir), 'rtl')
    await p.reload()
    await has(p, '.head h2', 'الوارد')
    await p.click('.me')
    await p.click('text=English')
    await has(p, '.head h2', 'Inbox')
  },
}

const only = process.argv.slice(2)
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })
let bad = 0
for (const [name, flow] of Object.entries(flows)) {
  if (only.length && !only.some((o) => name.includes(o))) continue
  const s = await start()
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-IN', timezoneId: 'Asia/Kolkata' })
  const p = await context.newPage()
  p.setDefaultTimeout(6000)
  const said = []
  p.on('console', (m) => /Failed to load resource|WebSocket connection/.test(m.text()) || said.push(m.text()))
  p.on('pageerror', (e) => said.push(String(e.stack)))
  try {
    await p.goto(s.url + '/console/#signin=demo')
    await p.waitForSelector('.row')
    await flow(p, s)
    assert.deepEqual(said, [])
    console.log('ok  ', name)
  } catch (e) {
    bad++
    console.log('BAD ', name, '\n     ', e.message, said.join('\n'))
  }
  await context.close()
  s.close()
}
await browser.close()
process.exit(bad ? 1 : 0)
