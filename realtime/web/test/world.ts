import { core, poll, rare, type Core, type Entry, type Hands } from "../src/index.ts";
import type { ClientFrame, Message, PollRequest, ServerFrame } from "../src/visitor.ts";

type Say = Extract<ClientFrame, { t: "say" }>;

/** The server of docs/protocol.md, as far as one visitor's messages go: one place per cid, one counter per device, a log without gaps. */
export class Server {
  readonly conv = "conv";
  store = "store";
  n = 0;
  log: Message[] = [];
  /** The next frames that are messages are answered by this instead. */
  moods: ("slow_down" | "unavailable")[] = [];
  /** Where its live frames go: a socket, by its number. */
  readonly sockets = new Map<number, { cursor: number; send(f: ServerFrame): void }>();

  hello(cursor: number, store: string): ServerFrame[] {
    const head = this.log.length;
    const start: ServerFrame[] = [{ t: "welcome", v: 1, store: this.store, conv: this.conv, n: this.n, heads: { [this.conv]: head } }];
    const from = cursor > head || (store && store !== this.store) ? 0 : cursor;
    if (from !== cursor) start.push({ t: "resync", conv: this.conv, from });
    return [...start, ...this.after(from)];
  }

  after = (cursor: number): ServerFrame[] => this.log.slice(cursor);

  say(f: Say): ServerFrame {
    const mood = this.moods.shift();
    if (mood === "slow_down") return { t: mood, retry: 1, cid: f.cid };
    if (mood) return { t: "error", code: mood, fix: "", conv: f.conv, cid: f.cid };
    const known = this.log.find((m) => m.cid === f.cid);
    if (known) {
      if (known.body !== f.body) throw new Error("the same cid with another body");
      return { t: "ack", conv: f.conv, cid: f.cid, seq: known.seq, at: known.at };
    }
    if (f.n !== this.n + 1) return { t: "error", code: "gap", fix: "", conv: f.conv, cid: f.cid, n: this.n + 1 };
    this.n++;
    this.add({ cid: f.cid, body: f.body, author: { kind: "visitor" } });
    return { t: "ack", conv: f.conv, cid: f.cid, seq: this.log.length, at: "" };
  }

  add(m: Pick<Message, "cid" | "body" | "author">): void {
    this.log.push({ t: "message", conv: this.conv, seq: this.log.length + 1, kind: "text", at: "", ...m });
    for (const s of this.sockets.values()) this.bring(s);
  }

  bring(s: { cursor: number; send(f: ServerFrame): void }): void {
    for (const m of this.after(s.cursor)) s.send(m);
    s.cursor = this.log.length;
  }
}

/** What the network does to a tab. */
export interface Weather {
  /** An upgrade is refused, or accepted by something that lets no frame through. */
  sockets: "fine" | "blocked" | "eaten";
  polls: "fine" | "failing" | "hanging";
  /** Frames are lost on an open line, as through a peer that died without a word. */
  deaf: boolean;
  /** Something in the way repeats and swaps frames; the greeting alone comes as it was sent. */
  wild: boolean;
}

/** One tab of the visitor: a core, and hands that reach the server through the weather. `disk` outlives a reload. */
export class Tab {
  readonly weather: Weather = { sockets: "fine", polls: "fine", deaf: false, wild: false };
  shown: Message[] = [];
  status = new Map<string, string>();
  its!: Core;
  #socket = 0;
  readonly #deaf = new Set<number>();
  #made = 0;
  #call = 0;
  readonly #world: World;
  readonly #disk: Map<string, Entry>;

  constructor(world: World, disk: Map<string, Entry>) {
    this.#world = world;
    this.#disk = disk;
    this.load();
  }

  /** A page that is opened, or opened again after a crash. */
  load(): void {
    this.#drop();
    this.#call = 0;
    this.shown = [];
    const { now } = this.#world;
    this.its = core(this.#world.random, this.#hands(), { entries: [...this.#disk.values()], store: "", cursor: 0 });
    this.its.lend(now, rare, poll);
    this.its.start(now);
  }

  /** Gives an input to the page that is there when it comes about. */
  #later(ms: number, use: (its: Core) => void, still: () => boolean = () => true): void {
    const { its } = this;
    this.#world.at(ms, () => its === this.its && still() && use(its));
  }

  #drop(): void {
    this.#world.server.sockets.delete(this.#socket);
    this.#socket = 0;
  }

  /** How long a frame is on its way, and how often it comes. */
  #often(greeting: boolean, go: (ms: number) => void): void {
    const { random } = this.#world;
    if (greeting || !this.weather.wild) return go(greeting ? 4 : 5);
    for (let again = true; again; again = random() < 0.25) go(5 + random() * 6);
  }

  /** A line that lost a frame brings no other: streams have no holes. */
  #lost(id: number): boolean {
    if (this.weather.sockets === "eaten" || this.weather.deaf) this.#deaf.add(id);
    return this.#socket !== id || this.#deaf.has(id);
  }

  /** The line breaks, and this side hears of it. */
  cut(code: number): void {
    if (!this.#socket) return;
    this.#drop();
    this.its.closed(this.#world.now, code);
  }

  #hands(): Hands {
    const { server } = this.#world;
    const now = () => this.#world.now;
    return {
      link() {},
      session: () => this.#later(5, (its) => (this.weather.polls === "fine" ? its.session(now(), { token: "t", conv: server.conv, store: server.store }) : its.noSession(now(), 0, false))),
      open: () => {
        this.#drop();
        const id = (this.#socket = ++this.#made * 2 + this.#world.id(this));
        const mine = () => this.#socket === id;
        if (this.weather.sockets === "blocked") this.#later(5, (its) => ((this.#socket = 0), its.closed(now(), 1006)), mine);
        else this.#later(5, (its) => its.opened(now()), mine);
      },
      close: () => this.#drop(),
      send: (frame) => {
        const id = this.#socket;
        if (!id) throw new Error("sent without a socket");
        this.#often(frame.t === "hello", (ms) => this.#world.at(ms, () => {
          if (this.#lost(id)) return;
          const back = (f: ServerFrame) => this.#often(f.t === "welcome", (ms) => this.#later(ms, (its) => its.frame(now(), f), () => !this.#lost(id)));
          if (frame.t === "hello") {
            for (const f of server.hello(frame.cursors[server.conv] ?? 0, frame.store)) back(f);
            server.sockets.set(id, { cursor: server.log.length, send: back });
          } else if (frame.t === "say") {
            if (!this.#disk.has(frame.cid) && !server.log.some((m) => m.cid === frame.cid)) throw new Error("sent before it was kept");
            back(server.say(frame));
          } else if (frame.t === "ping") back({ t: "head", conv: server.conv, seq: server.log.length, epoch: 0 });
        }));
      },
      poll: (body) => this.#poll(body),
      abort: () => (this.#call = 0),
      keep: (entry) => {
        const kept = { ...entry };
        this.#later(2, (its) => {
          if (!server.log.some((m) => m.cid === kept.cid)) this.#disk.set(kept.cid, kept);
          its.kept(now(), kept.cid);
        });
      },
      forget: (cid) => void this.#disk.delete(cid),
      show: (m) => this.shown.push(m),
      reset: (_, from) => (this.shown = this.shown.slice(0, from)),
      status: (cid, status) => {
        const ranks = ["sending", "sent", "failed"];
        if (ranks.indexOf(status) < ranks.indexOf(this.status.get(cid) ?? "sending")) throw new Error(`a status went back: ${cid} ${status}`);
        this.status.set(cid, status);
      },
      ticks() {},
      tell() {},
    };
  }

  #poll(body: PollRequest): void {
    const { server } = this.#world;
    if (this.#call) throw new Error("two calls at a time");
    const id = (this.#call = ++this.#made);
    const back = (ms: number, use: (its: Core) => void) => this.#later(ms, (its) => ((this.#call = 0), use(its)), () => this.#call === id);
    if (this.weather.polls === "failing") return back(10, (its) => its.failed(this.#world.now, 0, 0));
    const cursor = body.cursors[server.conv] ?? 0;
    const says = body.frames.filter((f) => f.t === "say");
    this.#world.at(5, () => {
      const frames = body.mark ? [] : server.hello(cursor, body.store);
      for (let i = 0; i < says.length; i++) {
        const answer = server.say(says[i]!);
        frames.push(answer);
        // What is not taken keeps back what comes behind it.
        if (answer.t !== "ack") for (const { cid } of says.splice(i + 1)) frames.push({ ...answer, cid } as ServerFrame);
      }
      if (this.weather.polls === "hanging") return;
      const answer = () => back(5, (its) => its.answer(this.#world.now, "m", [...frames, ...(body.mark ? server.after(cursor) : [])]));
      if (frames.length || server.log.length > cursor) answer();
      else this.#world.at(1000, answer);
    });
  }
}

/** Time, and what is to happen in it. */
export class World {
  now = 0;
  readonly server = new Server();
  readonly tabs: Tab[];
  readonly disk = new Map<string, Entry>();
  readonly random: () => number;
  #due: { at: number; n: number; act(): void }[] = [];
  #n = 0;

  constructor(random: () => number, tabs = 2) {
    this.random = random;
    this.tabs = [];
    for (let i = 0; i < tabs; i++) this.tabs.push(new Tab(this, this.disk));
  }

  id = (tab: Tab): number => this.tabs.indexOf(tab) & 1;

  at(ms: number, act: () => void): void {
    this.#due.push({ at: this.now + ms, n: this.#n++, act });
  }

  /** Lets time go by: what is due happens in its order, timers among it. */
  pass(ms: number): void {
    const end = this.now + ms;
    let still = 0;
    let then = this.now;
    for (;;) {
      // Things may happen at the same moment, but not without end.
      still = then === this.now ? still + 1 : 0;
      then = this.now;
      if (still > 1000) throw new Error(`time stands still: ${this.tabs.map((t) => [t.its.link.stage, t.its.link.polls, t.its.due() - this.now])}`);
      this.#due.sort((a, b) => a.at - b.at || a.n - b.n);
      const timers = this.tabs.map((t) => t.its.due());
      const timer = Math.max(Math.min(...timers), this.now);
      const next = this.#due[0];
      if (Math.min(timer, next?.at ?? Infinity) > end) break;
      if (next && next.at <= timer) {
        this.#due.shift();
        this.now = next.at;
        next.act();
      } else {
        this.now = timer;
        this.tabs[timers.indexOf(Math.min(...timers))]!.its.timer(this.now);
      }
    }
    this.now = end;
  }
}
