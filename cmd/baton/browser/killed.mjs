// A visitor's browser that is killed between the click and the acknowledgement: after it is opened again, the message stands there once. Environment: SERVER, KILLS (how often), SEED.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium } from 'playwright-core'
import { arguments_, check, open } from './chromium.mjs'
import { Line } from './line.mjs'

const kills = Number(process.env.KILLS || 4)
let seed = Number(process.env.SEED || 1)
const draw = () => (seed = (seed * 48271) % 2147483647) / 2147483647

const profile = await mkdtemp(path.join(tmpdir(), 'baton-killed-'))
const line = await new Line().listen(process.env.SERVER)

/** Ends the whole group when its input closes, as it does when this script is killed: nobody else would end a browser of a group of its own. */
const leash = '"$@" </dev/null & cat >/dev/null; kill -9 -$$'

/** A browser of its own process group, so that all of it can be killed at once. */
async function start() {
  const child = spawn('sh', ['-c', leash, 'sh', process.env.CHROMIUM || '/usr/bin/chromium', '--headless', ...arguments_, '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'], { detached: true, stdio: ['pipe', 'ignore', 'pipe'] })
  const address = await new Promise((done, fail) => {
    let text = ''
    child.stderr.on('data', (data) => {
      const found = /DevTools listening on (ws:\S+)/.exec((text += data))
      if (found) done(found[1])
    })
    child.on('exit', () => fail(new Error(`the browser ended: ${text}`)))
  })
  const gone = new Promise((done) => child.on('exit', done))
  const chrome = await chromium.connectOverCDP(address)
  const kill = async () => {
    process.kill(-child.pid, 'SIGKILL')
    await gone
    await chrome.close().catch(() => {})
  }
  const [context] = chrome.contexts()
  const p = await context.newPage()
  p.setDefaultTimeout(30_000)
  await p.goto(`${line.origin}/demo`)
  return { p, kill }
}

const bubbles = (p) => p.locator('baton-chat .mine .bubble').allTextContents()

let browser
try {
  const written = []
  let unsent = 0
  let unheard = 0
  for (let i = 0; i < kills; i++) {
    browser = await start()
    const { p } = browser
    // The chat comes by itself for somebody who was here before, and is open where it was left so.
    if (!(await p.locator('baton-chat .panel').isVisible())) await open(p).catch(() => {})
    await p.locator('baton-chat textarea').waitFor()
    if (i > 0) await p.locator('baton-chat .mine').nth(written.length - 1).waitFor()
    check((await bubbles(p)).join('|') === written.join('|'), `what was written before stands there once: ${written.length}`)
    await p.locator('baton-chat .mine:is(.sending, .held, .failed)').first().waitFor({ state: 'detached' })
    // Half of the time the message does not reach the server, half of the time its acknowledgement does not come back.
    const up = draw() < 0.5
    if (up) unsent++
    else unheard++
    line.deafUp = up
    line.deafDown = !up
    const text = `Message ${i} of a browser that is killed`
    await p.locator('baton-chat textarea').fill(text)
    await p.locator('baton-chat textarea').press('Enter')
    await p.locator('baton-chat .mine.sending', { hasText: text }).waitFor()
    await new Promise((r) => setTimeout(r, draw() * 400))
    await browser.kill()
    browser = undefined
    line.deafUp = line.deafDown = false
    written.push(text)
  }
  browser = await start()
  const { p } = browser
  if (!(await p.locator('baton-chat .panel').isVisible())) await open(p).catch(() => {})
  await p.locator('baton-chat .mine').nth(written.length - 1).waitFor()
  await p.locator('baton-chat .mine:is(.sending, .held, .failed)').first().waitFor({ state: 'detached' })
  check((await bubbles(p)).join('|') === written.join('|'), `${kills} kills: every message stands there once, in its order`)
  check(kills < 4 || (unsent > 0 && unheard > 0), `${unsent} had not reached the server, the acknowledgement of ${unheard} had not come back`)
} finally {
  await browser?.kill()
  line.close()
  await rm(profile, { recursive: true, force: true })
}
