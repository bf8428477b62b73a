import './style/tokens.css'
import './style/base.css'
import './style/frame.css'
import './style/inbox.css'
import './style/conversation.css'
import './style/knowledge.css'
import { render } from 'preact'
import { App } from './app.tsx'
import { startLang } from './locale/t.ts'
import { start } from './session/session.ts'
import { startTheme } from './ui/theme.ts'

startTheme()
// The words first: an Arabic page must not be laid out left to right for one frame.
void startLang().then(() => {
  start()
  render(<App />, document.getElementById('app')!)
})
