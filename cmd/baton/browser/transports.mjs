// Networks in which sockets fail: the chat goes on by itself, and returns to a socket once one comes through. Environment: SERVER.
import { accessible, ask, browser, check, failed, open, page, picture, sees, silent } from './chromium.mjs'
import { Line } from './line.mjs'

const chrome = await browser()
const until = async (test, words, ms = 90_000) => {
  const deadline = Date.now() + ms
  while (!test()) {
    if (Date.now() > deadline) throw new Error(`never: ${words}`)
    await new Promise((r) => setTimeout(r, 50))
  }
  console.log(`ok ${words}`)
}

/** A visitor behind a line of their own. */
async function visitor(sockets) {
  const line = await new Line().listen(process.env.SERVER)
  line.sockets = sockets
  const p = await page(chrome)
  await p.goto(`${line.origin}/demo`)
  await open(p)
  return { line, p }
}
const own = (p) => p.locator('baton-chat .mine .bubble').allTextContents()
const sent = (p) => p.locator('baton-chat .mine:is(.sent, .delivered, .seen)').last().waitFor()
const question = 'Do you ship to Bengaluru?'

/** Asks, sees the answer, and that the question stands there once. */
async function talks(p, name) {
  await ask(p, question)
  await sees(p, /2,500/, 'baton-chat .answer')
  await sent(p)
  check((await own(p)).filter((text) => text === question).length === 1, `${name}: the question stands there once`)
}

async function blocked() {
  const { line, p } = await visitor('blocks')
  await talks(p, 'a blocked upgrade')
  check(line.calls > 0, 'it went by the long poll')
  line.sockets = 'passes'
  const before = line.heard
  await until(() => line.heard > before + 200, 'when sockets come through, the chat returns to one')
  const { calls } = line
  await ask(p, 'Returning a damaged item')
  await sees(p, /damaged/i, 'baton-chat .answer:last-of-type')
  check(line.calls - calls <= 1, 'and polls no more')
  check(p.faults.every((f) => /WebSocket/.test(f)), `the page said nothing else${p.faults.join(' | ')}`)
  line.close()
}

async function eaten() {
  const { line, p } = await visitor('eats')
  await ask(p, question)
  await p.locator('baton-chat .mine').waitFor()
  await sees(p, /2,500/, 'baton-chat .answer')
  check((await own(p)).length === 1 && line.calls > 0, 'a proxy that swallows frames: the question went once, by the long poll')
  line.close()
}

async function halfOpen() {
  const { line, p } = await visitor('passes')
  await talks(p, 'an open line')
  line.deafUp = line.deafDown = true
  const { upgrades } = line
  const since = Date.now()
  await ask(p, 'Returning a damaged item')
  await p.locator('baton-chat .banner').waitFor()
  const took = Date.now() - since
  check(took <= 25_000, `a half-open line is noticed in ${took} ms`)
  await picture(p, 'half-open-lost')
  await accessible(p, 'a line that was lost', 'baton-chat')
  line.deafUp = line.deafDown = false
  await until(() => line.upgrades > upgrades, 'a new one is opened')
  await sees(p, /damaged/i, 'baton-chat .answer:last-of-type')
  check((await own(p)).join() === `${question},Returning a damaged item`, 'and what was written meanwhile is there once, in its place')
  // A machine that slept holds a dead socket: who comes back to the page waits for five seconds at most.
  line.deafUp = line.deafDown = true
  await p.evaluate(() => dispatchEvent(new Event('online')))
  const woke = Date.now()
  await p.locator('baton-chat .banner').waitFor()
  check(Date.now() - woke <= 8000, `after a wake it is noticed in ${Date.now() - woke} ms`)
  silent(p)
  line.close()
}

try {
  await Promise.all([blocked(), eaten(), halfOpen()])
} catch (error) {
  await failed(chrome, error)
} finally {
  await chrome.close()
}
