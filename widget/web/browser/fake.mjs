// A scripted server of docs/protocol.md for developing the widget and for its pictures: one process, no database, answers by table. It keeps the
// promises that the widget leans on (one place per cid, the order of n, resume by cursor), and can be told to misbehave.
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { WebSocketServer } from "ws";

const dist = new URL("../dist/", import.meta.url);
const wait = (ms) => new Promise((r) => setTimeout(r, ms));

export const priya = { id: "0190f3c2-7a13-7f30-8c00-4d6f5a1b2c3d", name: "Priya Nair", initials: "PN", hue: 0, status: "online" };
const team = [priya, { id: "p2", name: "Rohan Mehta", initials: "RM", hue: 5, status: "online" }, { id: "p3", name: "Asha Kulkarni", initials: "AK", hue: 1, status: "online" }];

export const mark = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36"><rect width="36" height="36" fill="#14453f"/><path d="M7 18c2.5-5 5-5 7.5-1.500s4.5 4 7-.5 4.5-4 7.5-1" fill="none" stroke="#fbe8c8" stroke-width="2.4" stroke-linecap="round"/><path d="M11 25c2-3.5 3.600-3.500 5.400-1s3.200 2.600 5-.3 3.200-2.5 5-.7" fill="none" stroke="#7fa39c" stroke-width="2.2" stroke-linecap="round"/><script>document.title="script in a mark ran"</script></svg>`;

export const greeting = {
  en: { name: "Tarang", title: "Hello. How can we help you today?", text: "I answer from Tarang’s help pages and always show the page I used. A person is one tap away.", suggestions: ["Do you ship to Bengaluru?", "Returning a damaged item", "No-cost EMI on my card"] },
  hi: { name: "तरंग", title: "नमस्ते। आज हम आपकी क्या मदद करें?", text: "मैं तरंग के सहायता पृष्ठों से जवाब देता हूँ और हमेशा वह पृष्ठ दिखाता हूँ। किसी व्यक्ति से बात भी हो सकती है।", suggestions: ["क्या आप बेंगलुरु भेजते हैं?", "टूटा सामान लौटाना", "मेरे कार्ड पर नो-कॉस्ट EMI"] },
  ar: { name: "تارانغ", title: "مرحبًا. كيف نساعدك اليوم؟", text: "أجيب من صفحات مساعدة تارانغ وأعرض دائمًا الصفحة التي استخدمتها. ويمكنك التحدث إلى موظف في أي وقت.", suggestions: ["هل توصلون الطلبات إلى بنغالورو؟", "إرجاع منتج تالف", "تقسيط بلا فوائد"] },
};

const shipping = { n: 1, title: "Shipping charges", section: "Help › Shipping", url: "/demo/help/shipping-charges", quote: "Standard delivery is ₹79. You get free shipping to Bengaluru on orders over ₹2,500. Express delivery the same day costs ₹149 where the page offers it.", updated: "2026-11-04" };
const times = { n: 2, title: "Delivery times", section: "Help › Shipping", url: "/demo/help/delivery-times", quote: "Orders placed before 2 pm usually arrive in 2 to 3 working days in metro cities.", updated: "2026-10-21" };

/** What the scripted assistant knows. */
export const answers = [
  { ask: /ship to bengaluru/i, body: "Yes. You get **free shipping to Bengaluru on orders over ₹2,500.** [1] Orders placed before 2 pm usually arrive in 2 to 3 working days. [2]", citations: [shipping, times], pages: 2 },
  { ask: /return|damaged item/i, body: "Tell us within 7 days of delivery. A damaged item is **replaced or refunded free,** and we collect it from your door. [1]", citations: [{ ...shipping, title: "Damaged on arrival", section: "Help › Returns", url: "/demo/help/damaged", quote: "Tell us within 7 days of delivery. A damaged item is replaced or refunded free, and we collect it from your door." }], pages: 1 },
  { ask: /broken screen/i, body: "I’m sorry about the screen. Only a person can do this for you, so I have passed this chat to our team. They see all of it, so you won’t have to repeat anything.", outcome: "handoff", handoff: true },
  { ask: /بنغالورو/, body: "نعم، **التوصيل مجاني إلى بنغالورو للطلبات التي تزيد على ₹2,500.** [1] تصل الطلبات المؤكدة قبل الساعة 2 ظهرًا خلال يومين إلى ثلاثة أيام عمل عادةً. [2]", citations: [{ ...shipping, title: "رسوم الشحن", section: "المساعدة › الشحن", quote: "التوصيل مجاني إلى بنغالورو للطلبات التي تزيد على ₹2,500." }, { ...times, title: "مدة التوصيل", quote: "تصل الطلبات خلال يومين إلى ثلاثة أيام عمل عادةً." }], pages: 2 },
  { ask: /^(hi|hello)\b/i, body: "Hello. Ask me anything about Tarang.", outcome: "greeting" },
];
const gap = { body: "I couldn’t find this in our help pages, so I won’t guess. A person can tell you.", outcome: "unanswered" };

export class Fake {
  /** How fast the assistant writes, in milliseconds a piece; Infinity holds an answer half way until `finish`. */
  pace = 15;
  holdAt = Infinity;
  people = team;
  allow = true;
  /** Changes a frame from a client before it is handled; null loses it. */
  filter = (f) => f;
  said = [];
  sockets = new Set();
  convs = new Map();
  devices = new Map();
  store = "0190f3c2-0000-7000-8000-000000000001";
  /** A file of the widget that cannot be had. */
  withheld = /$^/;
  /** What stands in the way of sockets: "blocks" refuses the upgrade, "eats" accepts it and lets no frame through. */
  proxy = "";
  eaten = 0;
  calls = 0;
  /** Calls that wait for news. */
  polls = new Set();
  csp = "";
  nonce = "";
  requests = [];

  async listen() {
    this.server = createServer((q, r) => this.http(q, r));
    this.wss = new WebSocketServer({ noServer: true, handleProtocols: () => "baton.v1" });
    this.server.on("upgrade", (q, s, head) => {
      if (this.proxy === "blocks") return s.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
      // A silent proxy accepts, and lets nothing through.
      this.wss.handleUpgrade(q, s, head, (ws) => (this.proxy === "eats" ? this.eaten++ : this.socket(ws)));
    });
    await new Promise((done) => this.server.listen(this.port ?? 0, "127.0.0.1", done));
    this.port = this.server.address().port;
    this.origin = `http://127.0.0.1:${this.port}`;
    return this;
  }

  async close() {
    for (const s of this.sockets) s.ws.terminate();
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  http(q, r) {
    const url = new URL(q.url, this.origin);
    this.requests.push(url.pathname);
    const cors = { "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Expose-Headers": "Retry-After" };
    const send = (status, type, body, more = {}) => r.writeHead(status, { "Content-Type": type, ...cors, ...more }).end(body);
    if (q.method === "OPTIONS") return send(204, "text/plain", "", { "Access-Control-Allow-Headers": "content-type", "Access-Control-Allow-Methods": "POST" });
    if (url.pathname === "/api/visitor/session") return this.session(q, send);
    if (url.pathname === "/api/visitor/poll") return this.poll(q, r, send);
    if (url.pathname === "/mark.svg") return send(200, "image/svg+xml", mark);
    const name = url.pathname.replace("/widget-locale/", "/locale/").slice(1);
    if (this.withheld.test(name)) return send(503, "text/plain", "not now");
    if (/^(w|widget|widget-chat|widget-more|locale\/\w+)\.js$/.test(name)) return send(200, "text/javascript", readFileSync(new URL(name, dist), "utf8").replaceAll("__V__", "test"));
    return send(404, "text/plain", "no");
  }

  session(q, send) {
    let text = "";
    q.on("data", (d) => (text += d));
    q.on("end", () => {
      const ask = JSON.parse(text);
      this.lastSession = ask;
      if (!this.allow) return send(403, "application/json", JSON.stringify({ code: "origin_refused", error: "This page's origin is not allowed for the inbox.", fix: "Add it in the console." }));
      let device = this.devices.get(ask.token);
      if (!device) {
        device = { token: `v1.${randomUUID()}`, visitor: randomUUID(), conv: randomUUID(), n: 0 };
        this.devices.set(device.token, device);
      }
      const lang = /^(hi|ar)/.exec(ask.locale)?.[0] ?? "en";
      send(200, "application/json", JSON.stringify({ token: device.token, visitor: device.visitor, store: this.store, conv: device.conv, inbox: { ...greeting[lang], mark: "/mark.svg", accent: this.accent ?? "#4F46E5" }, people: this.people }));
    });
  }

  /** One call of the long poll. Its sockets-to-be is a list of frames; a call that waits is answered with the first news. */
  poll(q, r, send) {
    let text = "";
    q.on("data", (d) => (text += d));
    q.on("end", () => {
      this.calls++;
      const ask = JSON.parse(text);
      const device = this.devices.get(ask.token);
      if (!device) return send(401, "application/json", JSON.stringify({ code: "token_ended", error: "", fix: "" }));
      const c = this.conv(device.conv);
      const frames = [];
      const s = { device, ws: { readyState: 1, send: (f) => (frames.push(JSON.parse(f)), s.waits && answer()), terminate() {} } };
      const answer = () => {
        clearTimeout(s.waits);
        s.waits = 0;
        this.sockets.delete(s);
        send(200, "application/json", JSON.stringify({ mark: `m${c.messages.length}`, frames: frames.length ? frames : [{ t: "head", conv: c.id, seq: c.messages.length, epoch: c.epoch }] }));
      };
      this.sockets.add(s);
      if (!ask.mark) this.frame(s, { ...ask, t: "hello" });
      else {
        for (const m of c.messages.slice(ask.cursors[c.id] ?? 0)) this.send(s, m);
        if (c.told !== c.read) this.send(s, (c.told = c.read));
        if (ask.mark !== `m${c.messages.length}`) this.send(s, this.state(c));
      }
      for (const f of ask.frames) {
        const taken = this.filter(f, s);
        if (taken) this.frame(s, taken);
      }
      if (frames.length || ask.frames.length || !ask.mark) return answer();
      s.waits = setTimeout(answer, ask.wait * 1000);
      r.on("close", () => this.sockets.delete(s));
    });
  }

  conv(id) {
    if (!this.convs.has(id)) this.convs.set(id, { id, messages: [], state: "assistant", epoch: 0, since: new Date().toISOString(), queue: null, person: null, contact: false, read: null });
    return this.convs.get(id);
  }

  socket(ws) {
    const s = { ws, device: null };
    this.sockets.add(s);
    ws.on("close", () => this.sockets.delete(s));
    ws.on("message", (data) => {
      const f = this.filter(JSON.parse(data), s);
      if (f) this.frame(s, f);
    });
  }

  send(s, f) {
    if (s.ws.readyState === 1) s.ws.send(JSON.stringify(f));
  }

  /** To every socket of the conversation. */
  all(c, f) {
    for (const s of this.sockets) if (s.device?.conv === c.id) this.send(s, { conv: c.id, ...f });
  }

  state(c) {
    return { t: "state", conv: c.id, state: c.state, epoch: c.epoch, head: c.messages.length, since: c.since, queue: c.queue, person: c.person, online: this.people.length, contact: c.contact };
  }

  add(c, m) {
    const message = { t: "message", conv: c.id, seq: c.messages.length + 1, cid: randomUUID(), kind: "text", author: { kind: "assistant" }, body: "", at: this.now?.() ?? new Date().toISOString(), ...m };
    c.messages.push(message);
    this.all(c, message);
    return message;
  }

  frame(s, f) {
    if (f.t === "hello") {
      s.device = this.devices.get(f.token);
      if (!s.device) return s.ws.close(4401);
      const c = this.conv(s.device.conv);
      this.send(s, { t: "welcome", v: 1, store: this.store, conv: c.id, n: s.device.n, heads: c.messages.length ? { [c.id]: c.messages.length } : {} });
      this.send(s, this.state(c));
      for (const m of c.messages.slice(f.cursors[c.id] ?? 0)) this.send(s, m);
      if (c.read) this.send(s, c.read);
      return;
    }
    if (!s.device) return;
    this.said.push(f);
    const c = this.conv(s.device.conv);
    this.on[f.t]?.call(this, s, c, f);
  }

  on = {
    ping: (s, c) => this.send(s, { t: "head", conv: c.id, seq: c.messages.length, epoch: c.epoch }),
    say: (s, c, f) => {
      const known = c.messages.find((m) => m.cid === f.cid);
      if (known) return this.send(s, { t: "ack", conv: c.id, cid: f.cid, seq: known.seq, at: known.at });
      if (f.n !== s.device.n + 1) return this.send(s, { t: "error", code: "gap", fix: "Send from n on.", conv: c.id, cid: f.cid, n: s.device.n + 1 });
      s.device.n++;
      const at = this.now?.() ?? new Date().toISOString();
      const m = { t: "message", conv: c.id, seq: c.messages.length + 1, cid: f.cid, kind: "text", author: { kind: "visitor" }, body: f.body, at };
      c.messages.push(m);
      this.send(s, { t: "ack", conv: c.id, cid: f.cid, seq: m.seq, at });
      for (const o of this.sockets) if (o.device === s.device) this.send(o, m);
      if (c.state === "resolved") this.turn(c, { state: "assistant" }, { name: "reopened" });
      if (c.state === "assistant") void this.answer(c, f.body);
    },
    person: (s, c, f) => {
      if (f.on && /assistant|resolved/.test(c.state)) this.call(c, "asked");
      if (!f.on && c.state === "waiting") this.turn(c, { state: "assistant", queue: null }, { name: "left_line" });
    },
    stop: (s, c, f) => c.stop?.(f.run),
    contact: (s, c, f) => {
      c.contact = true;
      this.all(c, this.state(c));
    },
  };

  turn(c, change, event) {
    Object.assign(c, change);
    if (event) this.add(c, { kind: "event", author: { kind: "system" }, body: undefined, event });
    this.all(c, this.state(c));
  }

  call(c, how = "called") {
    this.turn(c, { state: "waiting", since: new Date().toISOString(), queue: this.people.length ? { position: 2, minutes: 3 } : null }, { name: how });
  }

  join(c, who = priya) {
    this.turn(c, { state: "agent", epoch: c.epoch + 1, queue: null, person: who }, { name: "joined", who: who.name });
  }

  agentSays(c, body, who = priya) {
    return this.add(c, { author: { kind: "agent", id: who.id, name: who.name, initials: who.initials, hue: who.hue }, body });
  }

  see(c, seen, delivered = seen) {
    c.read = { t: "read", conv: c.id, by: "agent", delivered, seen, at: this.now?.() ?? new Date().toISOString() };
    this.all(c, c.read);
  }

  async answer(c, question) {
    const found = answers.find((a) => a.ask.test(question)) ?? gap;
    const run = randomUUID();
    let stopped = false;
    c.stop = (r) => r === run && (stopped = true);
    if (this.think) this.all(c, { t: "typing", who: { kind: "assistant" }, on: true, ttl: 12 });
    await wait(this.think ?? 0);
    let offset = 0;
    for (const text of found.body.match(/\S+\s*/g)) {
      if (stopped || c.state !== "assistant") break;
      this.all(c, { t: "delta", run, epoch: c.epoch, offset, text, pages: found.pages });
      offset += [...text].length;
      if (offset >= this.holdAt) await new Promise((go) => (this.finish = go));
      await wait(this.pace);
    }
    if (c.state !== "assistant") return;
    this.add(c, { body: stopped ? [...found.body].slice(0, offset).join("") : found.body, run, citations: stopped ? [] : found.citations, outcome: stopped ? "stopped" : (found.outcome ?? "answered") });
    if (found.handoff) this.call(c);
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const fake = new Fake();
  fake.port = 8123;
  fake.pace = 60;
  fake.think = 600;
  await fake.listen();
  console.log(fake.origin);
}
