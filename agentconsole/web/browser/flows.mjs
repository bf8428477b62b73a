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
    await p.waitForSelector('[data-seq="2"].wash')
    await p.waitForFunction(() => document.querySelector('[data-seq="2"]').getBoundingClientRect().top > document.querySelector('.log').getBoundingClientRect().top)
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
  'used, expired and cut links say so, and the token leaves the address': async (p) => {
    await p.click('.me')
    await p.click('text=Sign out')
    await has(p, '.signin-note', 'You have signed out')
    for (const [token, words] of [['used', 'used already'], ['expired', 'has expired'], ['cut', 'may have been cut off']]) {
      await p.evaluate((t) => (location.hash = '#signin=' + t), token)
      await has(p, '.signin-note', words)
      assert.doesNotMatch(p.url(), /signin/)
    }
  },
  'files are uploaded, indexed before one’s eyes and deleted with time to undo': async (p, s) => {
    await p.evaluate(() => (location.hash = '#/knowledge'))
    const [c] = await Promise.all([p.waitForEvent('filechooser'), p.click('text=Add files')])
    await c.setFiles([{ name: 'diwali.md', mimeType: 'text/markdown', buffer: Buffer.from('# Diwali') }, { name: 'scan.pages', mimeType: 'application/octet-stream', buffer: Buffer.from('PK') }])
    await has(p, '.doc.failed', 'scan.pages')
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
  'who leaves or comes is seen beside the conversation, and when': async (p, s) => {
    await open(p, s, 'ananya')
    await has(p, '.facts', 'Online')
    await fake(s, 'presence', { conv: s.ids.ananya, status: 'offline' })
    await has(p, '.facts', 'just now')
    await p.waitForSelector('.visitor-head .dot[data-status=offline]')
    await fake(s, 'presence', { conv: s.ids.ananya, status: 'online' })
    await has(p, '.facts', 'Online')
  },
  'while the link is lost nobody is shown as there': async (p, s) => {
    await open(p, s, 'ananya')
    await fake(s, 'down', { down: true })
    await p.waitForSelector('.banner')
    assert.equal(await p.locator('.face .dot[data-status=online]').count(), 0)
    await has(p, '.team-note', 'Offline')
    await has(p, '.me-note', 'Offline')
    await fake(s, 'down', { down: false })
    await has(p, '.me-note', 'Online')
  },
  'Z takes a resolve back, and a held notice waits': async (p, s) => {
    await open(p, s, 'ananya')
    await p.keyboard.press('e')
    await has(p, '.toast kbd', 'Z')
    await p.hover('.toast')
    const left = await text(p, '.toast-left')
    await p.waitForTimeout(2200)
    assert.ok(Number.parseInt(await text(p, '.toast-left')) >= Number.parseInt(left) - 1, 'the seconds went on under the pointer')
    await p.mouse.move(700, 300)
    await p.waitForFunction((n) => Number.parseInt(document.querySelector('.toast-left').textContent) < n - 1, Number.parseInt(left))
    await p.keyboard.press('z')
    await p.waitForSelector(`[data-row="${s.ids.ananya}"]`)
    assert.equal(await p.locator('.toast').count(), 0)
  },
  'the notice of a resolve goes when the visitor writes again': async (p, s) => {
    await open(p, s, 'ananya')
    await p.keyboard.press('e')
    await p.waitForSelector('.toast')
    await fake(s, 'reopen', { conv: s.ids.ananya, body: 'One more thing' })
    await p.waitForFunction(() => !document.querySelector('.toast'))
    await p.waitForSelector(`[data-row="${s.ids.ananya}"]`)
  },
  'a long summary folds, each line whole in its title, two that say the same both there': async (p, s) => {
    await open(p, s, 'faizal')
    await p.waitForFunction(() => document.querySelectorAll('.story-lines li').length === 4)
    await p.click('.story-more')
    assert.equal(await p.locator('.story-lines li').count(), 7)
    assert.equal(await p.locator('.story-line', { hasText: 'COD refunds are paid' }).count(), 2)
    assert.equal(await p.locator('.story-line').nth(1).getAttribute('title'), 'Order number: TE-39077')
    assert.equal(await p.locator('.story-line').nth(2).textContent(), 'E-mail address: ananya@example.in')
  },
  'J and K take the focus along': async (p, s) => {
    await open(p, s, 'ananya')
    await p.evaluate(() => document.activeElement.blur())
    await p.keyboard.press('j')
    await p.waitForFunction(() => document.activeElement.matches('.row[aria-selected=true]'))
    assert.match(await text(p, '.row[aria-selected=true]'), /Karthik/)
    await p.keyboard.press('k')
    await p.waitForFunction(() => document.activeElement.dataset.row && document.activeElement.textContent.includes('Ananya'))
  },
  'a claimed row is scrolled into sight': async (p, s) => {
    await p.setViewportSize({ width: 1440, height: 420 })
    await open(p, s, 'sneha')
    await p.evaluate(() => document.querySelector('.list-scroll').scrollTo(0, 1e6))
    await p.keyboard.press('c')
    await has(p, '.part:first-child .row', 'Sneha')
    await p.waitForFunction((id) => {
      const r = document.querySelector(`[data-row="${id}"]`).getBoundingClientRect()
      const b = document.querySelector('.list-scroll').getBoundingClientRect()
      return r.top >= b.top - 1 && r.bottom <= b.bottom + 1
    }, s.ids.sneha)
  },
  'the drawer takes the focus, keeps the page out, and gives it back': async (p, s) => {
    await p.setViewportSize({ width: 390, height: 844 })
    await p.click('.list .only-narrow')
    await p.waitForFunction(() => document.activeElement.matches('.sidebar a'))
    assert.equal(await p.evaluate(() => document.querySelector('.contents').inert), true)
    await p.keyboard.press('Escape')
    await p.waitForFunction(() => document.activeElement.matches('.list .only-narrow'))
    assert.equal(await p.evaluate(() => document.querySelector('.contents').inert), false)
    await open(p, s, 'ananya')
    await p.click('.conversation-head .only-medium')
    await p.waitForFunction(() => document.activeElement.closest('.visitor-panel'))
  },
  'figures of the knowledge follow a colleague, refused files are counted, a search filters them': async (p, s) => {
    const count = () => p.locator('.nav-row[href="#/knowledge"] .nav-count').innerText()
    assert.equal(await count(), '13')
    await fake(s, 'add', { file: 'theirs.md' })
    await p.waitForFunction(() => document.querySelector('.nav-row[href="#/knowledge"] .nav-count').textContent === '14')
    await p.evaluate(() => (location.hash = '#/knowledge'))
    await has(p, '.know-count', '14 documents')
    const [c] = await Promise.all([p.waitForEvent('filechooser'), p.click('text=Add files')])
    await c.setFiles([{ name: 'scan.pages', mimeType: 'application/octet-stream', buffer: Buffer.from('PK') }])
    await has(p, '.doc.failed', 'Fix: export it as Markdown')
    await has(p, '.know-tab', 'Needs you 2')
    await has(p, '.know-tab', 'All 15')
    await p.fill('.know-search input', 'shipping')
    await p.waitForFunction(() => document.querySelectorAll('.doc').length === 1)
    await p.fill('.know-search input', '')
    await has(p, '.doc.failed', 'scan.pages')
    await p.locator('.doc', { hasText: 'gst-invoices' }).locator('.doc-menu button').first().focus()
    await p.keyboard.press('Enter')
    await p.waitForFunction(() => document.activeElement.matches('.menu-item'))
    await p.keyboard.press('End')
    await p.keyboard.press('Enter')
    await has(p, '.know-count', '13 documents')
    await p.waitForFunction(() => document.activeElement.closest('.doc-menu') && !document.activeElement.closest('.doc').textContent.includes('gst-invoices'))
    await p.keyboard.press('z')
    await has(p, '.doc', 'gst-invoices')
    await has(p, '.know-count', '14 documents')
  },
  'refusals are said in the reader’s language': async (p) => {
    await p.click('.me')
    await p.click('text=العربية')
    await p.evaluate(() => (location.hash = '#/knowledge'))
    await has(p, '.doc.failed', 'كل صفحاته صور')
    await has(p, '.doc.failed', 'الحل: شغّل عليه التعرف على النص')
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
    console.log('BAD ', name, '\n     ', e.message, e.stack.match(/flows\.mjs:\d+/g)?.join(' '), said.join('\n'))
  }
  await context.close()
  s.close()
}
await browser.close()
process.exit(bad ? 1 : 0)
