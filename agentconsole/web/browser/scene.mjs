// The shop's scene: who is there, what was said, which documents there are. Times are counted back from the start, so that the timers stand as on
// a real afternoon. Everything here is invented.

let serial = 0
export const uid = () => `0190f3c2-7a12-7e20-8b00-${(++serial).toString(16).padStart(12, '0')}`

const person = (name, hue, status, more = {}) => ({ id: uid(), name, initials: name.split(' ').map((w) => w[0]).join('').slice(0, 2).toUpperCase(), hue, status, ...more })

export const priya = person('Priya Nair', 2, 'online', { email: 'priya@tarang.example', role: 'admin' })
export const rohan = person('Rohan Mehta', 5, 'online')
export const asha = person('Asha Kulkarni', 1, 'online')
export const imran = person('Imran Shaikh', 4, 'away')
export const jaya = person('Jaya Thomas', 6, 'offline')

export function scene(now = Date.now()) {
  const ago = (seconds) => new Date(now - seconds * 1000).toISOString()
  const conversations = new Map()

  const make = (o) => {
    const v = { ...person(o.name, o.hue, o.online ? 'online' : 'offline'), email: o.email ?? '', verified: !!o.verified, locale: 'en-IN', timezone: 'Asia/Kolkata',
      page: { url: o.page ?? 'http://shop.example/help', title: 'Help' }, since: o.since ?? ago(3600 * 24 * 200), last_seen: ago(20) }
    const c = { id: uid(), visitor: v, messages: [], read: { delivered: 0, seen: 0 }, packet: null, past: o.past ?? [],
      row: { state: o.state, epoch: o.state === 'agent' ? 1 : 0, agent: o.agent ?? null, reason: o.reason ?? null, waiting_since: o.wait ? ago(o.wait) : null,
        unanswered_since: o.wait ? ago(o.wait) : null, unread: o.unread ?? 0, updated_at: ago(o.updated ?? 60) } }
    const say = (kind, body, s, more = {}) => c.messages.push({ conv: c.id, seq: c.messages.length + 1, cid: uid(), kind: 'text', author: { kind }, body, at: ago(s), ...more })
    const event = (name, s, who) => c.messages.push({ conv: c.id, seq: c.messages.length + 1, cid: uid(), kind: 'event', author: { kind: 'system' }, body: '', at: ago(s), event: { name, ...(who ? { who } : {}) } })
    o.say(say, event, c, ago)
    conversations.set(c.id, c)
    return c
  }
  const by = (p) => ({ author: { kind: 'agent', id: p.id, name: p.name, initials: p.initials, hue: p.hue } })
  const cite = (n, title, section, quote) => ({ n, title, section, url: '/demo/help/' + title.toLowerCase().replace(/\W+/g, '-'), quote, updated: '2026-11-04' })

  const ananya = make({ name: 'Ananya Rao', hue: 0, online: true, email: 'ananya.rao@example.in', verified: true, state: 'agent', agent: priya, wait: 108, updated: 30, page: 'http://shop.example/orders/TE-48213',
    since: '2024-03-14T09:00:00Z', reason: { rule: 'needs-action', title: 'Only a person can do this' },
    past: [
      { id: uid(), title: 'Which EMI plans have no cost?', state: 'resolved', at: '2026-10-12T10:00:00Z', agent: null },
      { id: uid(), title: 'Address change on TE-39077', state: 'resolved', at: '2026-07-03T10:00:00Z', agent: 'Asha Kulkarni' }],
    say(say, event, c) {
      say('visitor', 'Do you ship to Bengaluru?', 640)
      say('assistant', 'Yes. You get **free shipping to Bengaluru** on orders over ₹2,500; below that it is ₹79. [1]\n\nMost orders arrive in two days. [2]', 634, { outcome: 'answered', confidence: 0.91, citations: [
        cite(1, 'Shipping charges', 'Metro cities', 'You get free shipping to Bengaluru on orders over ₹2,500.'), cite(2, 'Delivery times', 'By city', 'Bengaluru: two working days.')] })
      say('visitor', 'What is your return policy for damaged items?', 560)
      say('assistant', 'Tell us within 7 days of delivery. A damaged item is **replaced or refunded free**, and we collect it from your door. [3]', 554, { outcome: 'answered', confidence: 0.88, citations: [
        cite(3, 'Damaged on arrival', 'What we do', 'A damaged item is replaced or refunded free, and we collect it from your door.')] })
      say('visitor', 'My order arrived with a broken screen, and I need a replacement organised.', 470)
      event('called', 468)
      event('joined', 362, priya.name)
      c.messages.push({ conv: c.id, seq: 8, cid: uid(), kind: 'note', ...by(rohan), body: 'Third broken Tab 11 from batch B-1107 this week. Please ask for a photo.', at: ago(350) })
      say('agent', 'Thank you. Pickup is tomorrow, 10 am to 1 pm. Your new Tab 11 leaves today, at no cost.', 300, by(priya))
      say('visitor', 'That works, thank you!', 108)
      c.read = { delivered: 9, seen: 9, at: ago(200) }
      c.packet = { at: ago(470), rule: { id: 'needs-action', title: 'Only a person can do this' },
        why: { seq: 5, text: 'My order arrived with a broken screen, and I need a replacement organised.', matches: [{ start: 24, end: 37 }, { start: 52, end: 73 }] },
        summary: [{ kind: 'wants', code: 'wants.wrote', args: { text: 'My order arrived with a broken screen, and I need a replacement organised.' }, text: '', seq: 5 }, { kind: 'told', code: 'told.answer', args: { text: 'You get free shipping to Bengaluru on orders over ₹2,500; below that it is ₹79.', page: 'Shipping charges' }, text: '', seq: 2 },
          { kind: 'told', code: 'told.answer', args: { text: 'A damaged item is replaced or refunded free, and we collect it from your door.', page: 'Damaged on arrival' }, text: '', seq: 4 }, { kind: 'needed', code: 'needed.order', text: 'Still needed: the order number', seq: 5 }],
        sources: [{ n: 1, title: 'Shipping charges', url: '/demo/help/shipping-charges', seq: 2 }, { n: 2, title: 'Delivery times', url: '/demo/help/delivery-times', seq: 2 }, { n: 3, title: 'Damaged on arrival', url: '/demo/help/damaged-on-arrival', seq: 4 }],
        mood: { points: [0.1, 0.15, 0.05, -0.7, -0.35], word: 'upset' }, queued_seconds: 108, claimed_by: priya.name }
    } })
  c2('Karthik Subramanian', 4, true, 'The e-mandate is cancelled from today. You will see it at your bank by Friday.', 520)
  c2('Debjani Sen', 0, false, 'I have sent the GST invoice again, to the new address.', 845)
  function c2(name, hue, online, answer, s) {
    make({ name, hue, online, state: 'agent', agent: priya, updated: s, say(say, event) {
      say('visitor', 'Could somebody look at this, please?', s + 300)
      event('asked', s + 290)
      event('joined', s + 200, priya.name)
      say('agent', answer, s, by(priya))
    } })
  }
  const rule7 = (rule, text) => [{ kind: 'wants', code: 'wants.wrote', args: { text }, text: '', seq: 3 }, ...(rule === 'refund' ? [{ kind: 'fact', code: 'fact.order', args: { value: 'TE-39077' }, text: '', seq: 3 }, { kind: 'fact', code: 'fact.email', args: { value: 'ananya@example.in' }, text: '', seq: 3 }, { kind: 'told', code: 'told.answer', args: { text: 'COD refunds are paid to your bank account.', page: 'Refunds' }, text: '', seq: 2 }, { kind: 'told', code: 'told.answer', args: { text: 'COD refunds are paid to your bank account.', page: 'Refunds' }, text: '', seq: 2 },
    { kind: 'missing', code: 'missing.question', args: { text: 'Where is my refund?' }, text: '', seq: 1 }, { kind: 'tried', code: 'tried.says', args: { text: 'I called twice already' }, text: '', seq: 1 }] : [])]
  const waiting = (name, hue, online, text, wait, reason, mood) => make({ name, hue, online, state: 'waiting', wait, unread: 1, updated: wait, reason, say(say, event, c) {
    say('visitor', 'Hello', wait + 90)
    say('assistant', 'Hello. What can I do for you?', wait + 88, { outcome: 'greeting' })
    say('visitor', text, wait)
    event(reason.rule === 'wants-human' ? 'asked' : 'called', wait - 1)
    c.packet = { at: ago(wait - 1), rule: { id: reason.rule, title: reason.title }, why: { seq: 3, text, matches: [{ start: 0, end: Array.from(text.split(/[ ,]/).slice(0, 2).join(' ')).length }] },
      // As many lines as a long story has; two of them say the same.
      summary: rule7(reason.rule, text), sources: [], mood, queued_seconds: null, claimed_by: null }
  } })
  waiting('Gurpreet Singh', 1, true, 'EMI of ₹4,165 was debited twice in November and nobody tells me when it comes back', 321, { rule: 'payments', title: 'Payments' }, { points: [0, -0.4, -0.8], word: 'angry' })
  const faizal = waiting('Mohammed Faizal', 5, true, 'COD order cancelled, refund not here', 228, { rule: 'refund', title: 'Refunds' }, { points: [0, -0.2], word: 'uneasy' })
  waiting('Lakshmi Venkatesan', 3, false, 'The GST invoice shows my old address', 52, { rule: 'wants-human', title: 'Asked for a person' }, { points: [0.1, 0], word: 'calm' })
  const withBot = (name, hue, online, q, a, s) => make({ name, hue, online, state: 'assistant', updated: s, say(say) {
    say('visitor', q, s + 8)
    if (a) say('assistant', a, s, { outcome: 'answered', confidence: 0.8, citations: [cite(1, 'Help page', 'Answer', a)] })
  } })
  const sneha = withBot('Sneha Iyer', 7, true, 'Does the Tab 11 take a pen?', '', 12)
  withBot('Harsh Patel', 3, true, 'When can you collect it?', 'Pickup slots are 10 to 1 and 3 to 6. [1]', 120)
  withBot('Ritu Agarwal', 2, true, 'Is there COD in Jaipur?', 'Yes, COD is available in Jaipur up to ₹50,000. [1]', 250)
  withBot('Thomas Kurian', 6, false, 'Is the charger under warranty?', 'The warranty covers the charger for 12 months. [1]', 380)
  make({ name: 'Meera Joshi', hue: 1, online: true, state: 'agent', agent: asha, wait: 40, updated: 40, say(say, event) {
    say('visitor', 'The pickup did not come today.', 400)
    event('asked', 390)
    event('joined', 300, asha.name)
    say('agent', 'I am calling the courier now.', 280, by(asha))
    say('visitor', 'Thank you, I will wait.', 40)
  } })
  return { conversations, ananya, faizal, sneha, documents: documents(now) }
}

function documents(now) {
  const at = (d) => new Date(now - d * 86400_000).toISOString()
  const doc = (title, type, section, passages, cited, days, more = {}) => ({ id: uid(), title, file: title.includes('.') ? title : title.toLowerCase().replace(/\W+/g, '-') + '.' + type.toLowerCase(), type, section, url: '', bytes: 1840, passages,
    cited_30d: cited, state: 'ready', done: passages, total: passages, cause: '', error: '', fix: '', created_at: at(days), updated_at: at(days), ...more })
  return [
    doc('warranty-cards-2019-scan.pdf', 'PDF', '', 0, 0, 0, { state: 'failed', cause: 'scanned', error: 'All 11 pages are pictures, so there is no text to read.', fix: 'Run text recognition (OCR) over it, or upload the file it was printed from.' }),
    doc('emi-and-cards-november.pdf', 'PDF', 'Payments', 31, 0, 0, { state: 'embedding', done: 22, total: 31, pages: 14, original: true }),
    doc('service-centres-south.docx', 'DOCX', 'Repairs', 18, 0, 0, { state: 'splitting', done: 18, total: 0, original: true }),
    doc('Buy-back and exchange', 'HTML', '', 0, 0, 0, { state: 'reading', done: 2, total: 5, url: 'https://tarang.example/help/exchange' }),
    doc('diwali-offers-2026.md', 'MD', 'Offers', 0, 0, 0, { state: 'queued', done: 0, total: 0 }),
    doc('Damaged on arrival', 'MD', 'Returns', 9, 143, 6), doc('Shipping charges', 'MD', 'Shipping', 7, 288, 20, { url: '/demo/help/shipping-charges' }), doc('Delivery times by city', 'MD', 'Shipping', 12, 201, 20),
    doc('gst-invoices-for-business.pdf', 'PDF', 'Payments', 15, 64, 23, { pages: 9, original: true }), doc('Cash on delivery: limits and refunds', 'MD', 'Payments', 8, 97, 30), doc('Warranty terms, all products', 'DOCX', 'Warranty', 34, 118, 27),
    doc('Change of mind: returns within 10 days', 'MD', 'Returns', 6, 58, 34), doc('Tarang Plus membership', 'MD', 'Accounts', 10, 41, 34),
  ]
}
