// One browser for a flow, and what every flow needs: waiting with words, taking pictures, asking axe, and failing on anything a page complains about.
import { readFile, mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { chromium } from 'playwright-core'

export const arguments_ = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--force-color-profile=srgb',
]

// A guard against hanging on a loaded machine, not a measurement.
export const patience = Number(process.env.PATIENCE || 60_000)

export async function browser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: arguments_ })
}

/** On a machine that is too busy to answer in time a page gives a socket up and opens another, as it should; the browser says so. */
const gaveUp = /WebSocket is closed before the connection is established/

/** A page of its own profile, which fails the flow when it logs an error or a warning. */
export async function page(chrome, options = {}) {
  const context = await chrome.newContext({ viewport: { width: 1440, height: 900 }, ...options })
  context.setDefaultTimeout(patience)
  const p = await context.newPage()
  await hinder(p)
  p.faults = []
  p.on('console', (m) => ['error', 'warning'].includes(m.type()) && !gaveUp.test(m.text()) && p.faults.push(m.text()))
  p.on('websocket', (s) => s.on('framereceived', ({ payload }) => p.overtaken?.(String(payload))))
  p.on('pageerror', (e) => p.faults.push(String(e.stack)))
  return p
}

const soon = () => new Promise((done) => setTimeout(done, 200 + Math.random() * 1_000))

/**
 * What makes races show that a fast machine hides: SLOW=6 gives the page a sixth of its processor, LATE=http brings every answer to a request after the frames of the
 * socket that it led to, LATE=socket the other way round.
 */
async function hinder(p) {
  const { SLOW, LATE } = process.env
  if (SLOW) await (await p.context().newCDPSession(p)).send('Emulation.setCPUThrottlingRate', { rate: Number(SLOW) })
  if (LATE === 'http') {
    await p.route('**/api/**', async (route) => {
      // A file from the disk is not among what the browser tells of a request, so uploads go as they are.
      if ((await route.request().allHeaders())['content-type']?.startsWith('multipart/')) return route.continue()
      const answer = await route.fetch({ timeout: patience }).catch(() => null)
      await soon()
      await (answer ? route.fulfill({ response: answer }) : route.abort()).catch(() => {})
    })
  }
  if (LATE === 'socket') {
    await p.routeWebSocket(/\/api\//, (page) => {
      const server = page.connectToServer()
      let before = Promise.resolve()
      page.onMessage((m) => server.send(m))
      server.onMessage((m) => (before = before.then(soon).then(() => page.send(m))))
    })
  }
}

export function check(truth, words) {
  if (!truth) throw new Error(words)
  console.log(`ok ${words}`)
}

/** Waits until a text stands somewhere on the page, shadow roots included. */
export async function sees(p, text, where = 'body') {
  await p.locator(where).getByText(text).filter({ visible: true }).first().waitFor()
  console.log(`ok sees ${text}`)
}

export async function picture(p, name) {
  const folder = process.env.PICTURES
  if (!folder) return
  await mkdir(folder, { recursive: true })
  await p.screenshot({ path: path.join(folder, `${name}.png`) })
}

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Asks axe about the page as it is now: no violation of WCAG 2.2 A and AA or of best practice is allowed inside `root`. */
export async function accessible(p, name, root) {
  await p.evaluate(axe)
  // Contrast is that of the finished picture, not of one that is fading in.
  await p.waitForFunction((root) => {
    const host = root && document.querySelector(root)?.shadowRoot
    const moving = [...document.getAnimations(), ...(host ? host.getAnimations() : [])]
    return moving.every((a) => a.playState !== 'running' || a.effect.getComputedTiming().endTime === Infinity)
  }, root)
  const found = await p.evaluate(async (root) => {
    const result = await globalThis.axe.run(root ?? document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    return result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.flat().join(' ')).join('; ')}`)
  }, root)
  if (process.env.SOFT && found.length) return console.log('AXE', name, found.join(' | '))
  check(found.length === 0, `axe has nothing against ${name}${found.length ? ': ' + found.join(' | ') : ''}`)
}

export function silent(...pages) {
  for (const p of pages) check(p.faults.length === 0, `the page said nothing${p.faults.length ? ', but: ' + p.faults.join(' | ') : ''}`)
}

export const open = (p) => p.getByRole('button', { name: 'Open chat' }).click()

export async function ask(p, text) {
  await p.locator('baton-chat textarea').fill(text)
  await p.locator('baton-chat textarea').press('Enter')
}

/** Writes into the console's box to which a key leads. Letters that came before the box has the focus would be read as commands. */
export async function write(p, key, text) {
  await p.keyboard.press(key)
  await p.locator(key === 'n' ? '.composer.note-mode textarea:focus' : '.composer:not(.note-mode) textarea:focus').waitFor()
  await p.keyboard.type(text)
}

/**
 * Holds back the answer to the next request to `path` until the socket has brought a frame that matches: which of the two a page hears of first is chance, and on a
 * slow machine it is not the one that is usual on a fast one. Returns what waits for it, so that a flow cannot pass without the order it asked for.
 */
export async function overtakes(p, path, frame) {
  const heard = new Promise((done) => (p.overtaken = (text) => frame.test(text) && done()))
  let held
  const done = new Promise((ok) => (held = ok))
  await p.route(path, async (route) => {
    const answer = await route.fetch({ timeout: patience })
    await heard
    await route.fulfill({ response: answer })
    held()
  }, { times: 1 })
  return () => done
}

/** Where a flow fails, a picture of every page tells more than the error. */
export async function failed(chrome, error) {
  let n = 0
  for (const context of chrome.contexts()) for (const p of context.pages()) await picture(p, `failed-${n++}`)
  throw error
}
