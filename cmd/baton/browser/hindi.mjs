// A question in one language, answered from a document in another: an editor adds an English PDF, and a visitor whose page is in Hindi is answered from it, with the
// English sentence marked where the source is opened. Environment: DEMO, CONSOLE, PICTURES; SAYS, what must stand in the answer; NAME of the pictures.
import { accessible, ask, browser, check, failed, page, patience, picture, sees, silent } from './chromium.mjs'

const { DEMO, CONSOLE, SAYS, NAME = 'hindi-pdf' } = process.env
const question = 'क्या चाय गिरने से हुआ नुकसान केयर प्लान में आता है?'
const sentence = 'Spilled tea, rain and monsoon water are covered, if the device was switched off within a day and brought to a service centre within 7 days.'
const place = { visitor: 'What is covered › Liquids › पृष्ठ 2', agent: 'What is covered › Liquids › Page 2' }
const plan = new URL('../../../knowledge/source/testdata/care-plan.pdf', import.meta.url).pathname
const chrome = await browser()

async function add(editor) {
  await editor.goto(CONSOLE)
  await sees(editor, 'Priya Nair')
  await editor.getByRole('link', { name: /Knowledge/ }).click()
  await sees(editor, 'Shipping charges')
  const [chooser] = await Promise.all([editor.waitForEvent('filechooser'), editor.getByRole('button', { name: 'Add files' }).click()])
  await chooser.setFiles(plan)
  // An English document answers a question in Hindi by its meaning, so it is not enough that its words are found. The vectors of the help pages come before its own.
  await editor.locator('tr.doc', { hasText: 'Tarang Care plan' }).getByText(/Ready/).waitFor({ timeout: 3 * patience })
  console.log('ok the PDF is ready')
}

/** A visitor asks in Hindi, and opens the source of the answer. */
async function visit(look, viewport, theme) {
  const visitor = await page(chrome, { viewport, locale: 'hi-IN', colorScheme: theme })
  const phone = viewport.width < 600
  await visitor.goto(`${DEMO}?lang=hi&theme=${theme}`)
  await visitor.getByRole('button', { name: 'चैट खोलें' }).click()
  await ask(visitor, question)
  const chat = visitor.locator('baton-chat')
  await sees(visitor, SAYS, 'baton-chat')
  const pill = chat.getByRole('button', { name: 'स्रोत 1: Tarang Care plan' }).last()
  await pill.waitFor()
  await picture(visitor, `${NAME}-${look}-answer`)
  await pill.click()
  const source = chat.locator('dialog.peek')
  await source.getByText(place.visitor).waitFor()
  check((await source.locator('mark').innerText()).includes(sentence.slice(0, -1)), 'the sentence is marked where the source is opened, as it stands in the PDF')
  check((await source.getByRole('heading').innerText()) === 'Tarang Care plan', 'the source has the document’s title')
  // The file belongs to the shop's console: a visitor is promised no page that they could not open.
  check((await source.getByRole('link').count()) === 0, 'an uploaded file offers a visitor no link')
  await picture(visitor, `${NAME}-${look}-source`)
  await accessible(visitor, `the widget in Hindi, ${look}`, 'baton-chat')
  if (phone) check((await source.evaluate((d) => d.matches(':modal'))), 'on a phone the source is a sheet')
  return visitor
}

async function read(editor) {
  await editor.getByRole('link', { name: /^Inbox/ }).click()
  await editor.getByRole('option', { name: /केयर प्लान|Tarang|Spilled|चाय/ }).first().click()
  await sees(editor, question, '.transcript, main')
  await editor.getByRole('button', { name: /^Source 1: Tarang Care plan/ }).first().click()
  const quote = editor.locator('.quote')
  await quote.getByText(place.agent).waitFor()
  check((await quote.locator('mark').innerText()).includes(sentence), 'an agent sees the same sentence, marked')
  await picture(editor, `${NAME}-console`)
  await accessible(editor, 'the conversation in Hindi with its source open')
  await quote.getByRole('link').first().click()
  const passage = editor.locator('.passages li[aria-current]')
  await passage.locator('mark').first().waitFor()
  check((await passage.locator('mark').allInnerTexts()).join(' ').includes('monsoon water'), 'from there the passage is opened at the sentence')
  await picture(editor, `${NAME}-passage`)
  await accessible(editor, 'the passage behind the answer')
}

try {
  const editor = await page(chrome)
  await add(editor)
  const visitors = [
    await visit('light', { width: 1280, height: 860 }, 'light'),
    await visit('dark', { width: 1280, height: 860 }, 'dark'),
    await visit('phone', { width: 390, height: 844 }, 'light'),
  ]
  await read(editor)
  silent(editor, ...visitors)
} catch (error) {
  await failed(chrome, error)
} finally {
  await chrome.close()
}
