// The scene of Baton in two browsers: a visitor asks, the assistant answers with its source, a rule hands over, a person answers, and nothing is lost on a reload.
// Environment: DEMO and CONSOLE as `baton serve` prints them; PICTURES, a folder, optional.
import { accessible, ask, browser, check, failed, open, page, picture, sees, silent, write } from './chromium.mjs'

const { DEMO, CONSOLE } = process.env
const chrome = await browser()
try {
  const visitor = await page(chrome, { viewport: { width: 1280, height: 860 } })
  const agent = await page(chrome)

  await agent.goto(CONSOLE)
  await sees(agent, 'Priya Nair')
  await picture(agent, 'scene-first-steps')
  check(!agent.url().includes('signin'), 'the sign-in token has left the address')

  await visitor.goto(DEMO)
  await open(visitor)
  await sees(visitor, 'How can we help you today?')
  await picture(visitor, 'scene-greeting')
  await visitor.getByRole('button', { name: 'Do you ship to Bengaluru?' }).click()
  await sees(visitor, /2,500/, 'baton-chat')
  await visitor.getByRole('button', { name: /^Source 1/ }).first().click()
  await sees(visitor, 'Open page', 'baton-chat')
  await picture(visitor, 'scene-answer')
  await accessible(visitor, 'the widget with an answer', 'baton-chat')
  await visitor.keyboard.press('Escape')

  await ask(visitor, 'What is your return policy for damaged items?')
  await sees(visitor, /7 days/, 'baton-chat')
  await ask(visitor, 'My order arrived with a broken screen, and I need a replacement organised.')
  await sees(visitor, '1st in line', 'baton-chat')
  await picture(visitor, 'scene-waiting')
  await accessible(visitor, 'the widget while waiting', 'baton-chat')

  // The console shows it at once, without a reload.
  const row = agent.getByRole('option', { name: /broken screen|Needs a person/ }).first()
  await row.click()
  await sees(agent, 'Handed over')
  await sees(agent, /Needs a person|Only a person can do this/)
  await agent.locator('mark', { hasText: /broken screen/ }).first().waitFor()
  await sees(agent, 'What is your return policy for damaged items?')
  await picture(agent, 'scene-console-waiting')
  await accessible(agent, 'the console with a waiting visitor')
  await agent.keyboard.press('c')
  await sees(visitor, /Priya joined/, 'baton-chat')
  // The visitor may hear of the claim before the console that made it does, and until then a reply's first letters tell nobody of typing.
  await agent.getByRole('button', { name: /^Resolve/ }).first().waitFor()
  await write(agent, 'r', 'Hi, this is Priya. I am sorry about the screen; your replacement leaves today.')
  await sees(visitor, /Priya.* is typing/, 'baton-chat')
  await agent.keyboard.press('Control+Enter')
  await sees(visitor, /your replacement leaves today/, 'baton-chat')
  await ask(visitor, 'That works, thank you!')
  await sees(agent, 'That works, thank you!', '.transcript, main')
  await sees(visitor, /Seen|Delivered/, 'baton-chat')
  await picture(visitor, 'scene-person')
  await picture(agent, 'scene-console')
  await accessible(visitor, 'the widget with a person', 'baton-chat')
  await accessible(agent, 'the console in a conversation')

  await agent.keyboard.press('Escape')
  await write(agent, 'n', 'Third broken tablet of this batch.')
  await agent.keyboard.press('Control+Enter')
  await sees(agent, 'Third broken tablet of this batch.')

  // A reload on either side loses nothing, and a window that was open comes back by itself.
  await visitor.reload()
  await sees(visitor, /your replacement leaves today/, 'baton-chat')
  await sees(visitor, 'That works, thank you!', 'baton-chat')
  check((await visitor.locator('baton-chat').getByText('Third broken tablet').count()) === 0, 'the private note stays private')
  check((await visitor.locator('baton-chat').getByText('That works, thank you!').count()) === 1, 'the visitor’s message stands once')
  await agent.reload()
  await sees(agent, 'Third broken tablet of this batch.')
  await sees(agent, /your replacement leaves today/)
  // The transcript may be here before the inbox, and the key acts on a row of that.
  await agent.getByRole('option', { selected: true }).waitFor()

  await agent.keyboard.press('Escape')
  await agent.keyboard.press('e')
  await sees(visitor, 'This chat is closed. Write to open it again.', 'baton-chat')
  await sees(agent, /Resolved/)

  // What the shop does not know is said so, and the second time a person is called in the same turn.
  const other = await page(chrome, { viewport: { width: 1280, height: 860 } })
  await other.goto(DEMO)
  await open(other)
  await ask(other, 'Can you engrave my earbuds case?')
  await sees(other, /couldn’t find|could not find/, 'baton-chat')
  await other.locator('baton-chat').getByRole('button', { name: 'Talk to a person' }).last().waitFor()
  await picture(other, 'scene-unanswered')
  await ask(other, 'Can you paint the tablet in the colours of my cricket club?')
  await sees(other, '1st in line', 'baton-chat')
  await sees(agent, /cricket club/)
  silent(visitor, agent, other)
} catch (error) {
  await failed(chrome, error)
} finally {
  await chrome.close()
}
