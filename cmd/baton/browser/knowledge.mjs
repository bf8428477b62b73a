// A content editor in the console: what is uploaded there is what the visitor is answered from, what cannot be read says why and what to do, and
// what is deleted is answered from no more. Environment: DEMO, CONSOLE, PICTURES.
import { accessible, ask, browser, check, failed, open, page, picture, sees, silent } from './chromium.mjs'

const { DEMO, CONSOLE } = process.env
const chrome = await browser()

async function upload(editor, ...files) {
  const [chooser] = await Promise.all([editor.waitForEvent('filechooser'), editor.getByRole('button', { name: 'Add files' }).click()])
  await chooser.setFiles(files)
}

async function visit() {
  const visitor = await page(chrome, { viewport: { width: 1280, height: 860 } })
  await visitor.goto(DEMO)
  await open(visitor)
  return visitor
}

try {
  const editor = await page(chrome)
  await editor.goto(CONSOLE)
  await sees(editor, 'Priya Nair')
  await editor.getByRole('link', { name: /Knowledge/ }).click()
  await sees(editor, 'Shipping charges')

  await upload(editor,
    { name: 'engraving.md', mimeType: 'text/markdown', buffer: Buffer.from('# Engraving\n\n## Earbuds cases\n\nWe engrave an earbuds case with up to 12 letters for ₹299. Engraving takes two working days.\n') },
    { name: 'holiday.png', mimeType: 'image/png', buffer: Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex') })
  await sees(editor, 'Engraving')
  await editor.locator('tr', { hasText: 'Engraving' }).getByText(/Ready/).waitFor()
  await sees(editor, 'Can’t be read')
  await sees(editor, /Fix:/)
  await picture(editor, 'scene-knowledge')
  await accessible(editor, 'the knowledge page with a refused file')

  await editor.getByText('Engraving', { exact: true }).first().click()
  await sees(editor, /up to 12 letters/)
  await picture(editor, 'scene-passages')
  await editor.keyboard.press('Escape')

  const first = await visit()
  await ask(first, 'Can you engrave my earbuds case?')
  await sees(first, /12 letters/, 'baton-chat')

  await editor.getByRole('button', { name: 'Actions for Engraving' }).click()
  const deleted = editor.waitForResponse((r) => r.request().method() === 'DELETE')
  await editor.getByRole('menuitem', { name: 'Delete' }).click()
  await sees(editor, '“Engraving” will be deleted.')
  // The delete is sent when the time for Undo is over; once it is answered the row is gone after a reload too.
  await editor.getByRole('button', { name: 'Undo' }).waitFor({ state: 'detached' })
  check((await deleted).ok(), 'the delete is stored')
  await editor.reload()
  await sees(editor, 'Shipping charges')
  check((await editor.getByText('Engraving', { exact: true }).count()) === 0, 'the deleted document is gone')

  const second = await visit()
  await ask(second, 'Can you engrave my earbuds case?')
  await sees(second, /couldn’t find|could not find/, 'baton-chat')
  // The browser itself says that the refused file was answered with 422; nothing else may be said.
  editor.faults = editor.faults.filter((f) => !f.includes('422'))
  silent(editor, first, second)
} catch (error) {
  await failed(chrome, error)
} finally {
  await chrome.close()
}
