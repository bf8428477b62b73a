import { core, uuid7, type Core, type Hands, type Store, type Entry, type Wish } from "@baton/realtime";
import { decode, type HttpError, type Message, type SessionResponse } from "@baton/realtime/visitor";
import type { Vault } from "./keep.ts";
import type { Action, Journey, Outgoing, State } from "./state.ts";

/** A message that a live link has not acknowledged after this long is shown as not sent, with a way to try again. */
const FAILED_MS = 10_000;
/** Typing is told at most this often. */
const TYPING_MS = 3000;

export interface Surroundings {
  /** Where Baton lives, with the slash at its end. */
  base: string;
  inbox: string;
  locale(): string;
  vault: Vault;
  outbox: Store<Kept>;
  /** What was on its way when the page was left, and by whose hand. */
  kept: readonly Kept[];
  state(): State;
  dispatch(a: Action): void;
  /** Says one line to whoever installed the widget. */
  complain(line: string): void;
  /** A text that the server will never take goes back to the visitor. */
  giveBack(body: string): void;
}
/**
 * What lies on disk: messages, and under no cid the token. A browser writes its local storage some seconds late; a message that outlives a crash must find its visitor again, or it would be
 * stored once more as somebody else's.
 */
export type Kept = Entry & { token?: string };
export type Client = ReturnType<typeof connect>;

/** The hands of the protocol: session, socket, timers and storage around the core, which decides. The long poll is lent by the second half of the widget. */
export function connect({ base, inbox, locale, vault, outbox, kept, state, dispatch, complain, giveBack }: Surroundings) {
  const entries = kept.filter((e) => e.cid);
  let token = kept.find((e) => !e.cid)?.token ?? vault.get("token");
  let session: SessionResponse | undefined;
  let socket: WebSocket | undefined;
  let conv = "";
  let timer = 0;
  let typedAt = 0;
  let readSent = 0;
  let last = 0;
  let shift = 0;
  /** Since when the link is live. */
  let liveAt = 0;
  /** The link was live once, or an attempt failed: from now on its absence is worth a banner. */
  let shaken = false;
  let shown: Message[] = [];
  /** What the visitor wrote and does not stand among the messages yet. */
  let mine: Pick<Outgoing, "cid" | "body" | "at" | "stored">[] = [...entries];

  /** A clock that is set back must not stop the timers. */
  const clock = (): number => {
    const now = Date.now() + shift;
    shift += Math.max(0, last - now);
    return (last = Math.max(last, now));
  };

  function list(): void {
    const late = (at: number) => Date.now() - Math.max(at, liveAt) >= FAILED_MS;
    const journey = ({ stored, at }: (typeof mine)[0]): Journey => (stored ? "sent" : its.link.stage === "live" ? (late(at) ? "failed" : "sending") : shaken ? "held" : "sending");
    dispatch({ do: "list", messages: [...shown], outgoing: mine.map((e) => ({ ...e, journey: journey(e) })) });
  }
  const soon = (): void => void setTimeout(list, FAILED_MS + 1);

  const to: Hands = {
    link(stage) {
      shaken ||= /live|wai/.test(stage);
      if (stage === "live") {
        liveAt = Date.now();
        soon();
      }
      if (!/idle|stop/.test(stage)) dispatch({ do: "link", link: stage === "live" ? stage : shaken ? "lost" : "joining" });
      list();
    },
    session: () => void open(),
    open() {
      const made = (socket = new WebSocket(`${base.replace("http", "ws")}api/visitor/socket`, "baton.v1"));
      // A socket that was dropped says nothing any more.
      const mine = <E>(use: (e: E) => void) => (e: E) => socket === made && use(e);
      made.onopen = mine(() => act((now) => its.opened(now)));
      made.onmessage = mine((e) => {
        const f = decode(e.data);
        if (f) act((now) => its.frame(now, f));
      });
      made.onclose = mine(({ code }) => closed(code));
    },
    close: drop,
    send: (frame) => socket?.send(JSON.stringify(frame)),
    // Nobody polls before the second half has lent how.
    poll() {},
    abort() {},
    keep: (entry) => void outbox.put(entry).then(() => act((now) => its.kept(now, entry.cid))),
    forget: (cid) => void outbox.remove(cid),
    show(m) {
      shown.push(m);
      mine = mine.filter((e) => e.cid !== m.cid);
      list();
    },
    reset(to, from) {
      shown = shown.slice(0, from);
      mine = mine.filter((e) => !e.stored);
      readSent = Math.min(readSent, from);
      if (to === conv) dispatch({ do: "reset", from });
      else adopt(to, false);
      list();
    },
    status(cid, status, _, code) {
      const entry = mine.find((e) => e.cid === cid)!;
      if (status === "sent") entry.stored = true;
      if (code) {
        mine = mine.filter((e) => e !== entry);
        giveBack(entry.body);
        if (!/empty|too/.test(code)) complain(code);
      }
      list();
    },
    ticks: (delivered, seen, at) => dispatch({ do: "ticks", delivered, seen, at: Date.parse(at) }),
    tell(frame) {
      if (frame.t === "error") return dispatch({ do: "set", mailBad: true });
      dispatch({ do: "frame", frame, now: Date.now() });
      if (frame.t === "typing") setTimeout(() => dispatch({ do: "clock", now: Date.now() }), frame.ttl * 1000);
    },
  };
  const its: Core = core(Math.random, to, { entries, store: "", cursor: 0 });

  /** Gives an input to the core, and sets the timer that it asks for. */
  function act(input: (now: number) => void): void {
    input(clock());
    clearTimeout(timer);
    const due = its.due();
    if (due < Infinity) timer = setTimeout(() => act(its.timer), due - clock() + 1) as never;
  }

  /** Only an operator can help: hide, and say what to do. */
  function gone(line: string): void {
    dispatch({ do: "link", link: "gone" });
    complain(line);
  }

  /** The session: who this is, and which conversation to write to. */
  async function open(): Promise<void> {
    let after = 0;
    let refused = false;
    try {
      const answer = await fetch(`${base}api/visitor/session`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ inbox, token, locale: locale(), page: { url: location.href.slice(0, 2000), title: document.title.slice(0, 300) } }),
        credentials: "omit",
        signal: AbortSignal.timeout(10_000),
      });
      const told = await answer.json();
      if (answer.ok) return admit(told);
      after = +answer.headers.get("Retry-After")!;
      refused = answer.status < 429;
      if (refused) gone(`${(told as HttpError).error} ${(told as HttpError).fix}`);
    } catch {
      // The network is away: the same as a server that asks for patience.
    }
    act((now) => its.noSession(now, after, refused));
  }

  function admit(told: SessionResponse): void {
    const same = conv === told.conv && session?.visitor === told.visitor;
    session = told;
    token = told.token;
    vault.set("token", token);
    void outbox.put({ cid: "", token } as Kept);
    vault.set("accent", told.inbox.accent);
    if (!same) shown = [];
    adopt(told.conv, same);
    act((now) => its.session(now, told));
  }

  /** What is kept belongs to this conversation from now on. */
  function adopt(to: string, same: boolean): void {
    conv = to;
    const [seenIn, seq] = vault.get("seen").split(" ");
    dispatch({ do: "session", session: session!, same, seen: seenIn === conv ? +seq! : 0 });
    list();
  }

  function closed(code: number): void {
    drop();
    // Refused for good: this page's origin is not allowed, or the server speaks another version than this page.
    if (code === 4403 || code === 4400) (code === 4403 ? gone : complain)(`The server refused the connection (${code}).`);
    act((now) => its.closed(now, code));
  }

  function drop(): void {
    const old = socket;
    socket = undefined;
    old?.close();
  }

  /** Connects, if that has not happened yet, and at once where an attempt is waiting. */
  const start = () => act(its.link.stage === "idle" ? its.start : its.link.stage === "waiting" ? its.wake : () => {});
  const send = (wish: Wish) => act((now) => its.send(now, wish));

  return {
    start,
    /** The page became visible, got the focus, or the network came back. */
    wake: () => document.hidden || act(its.wake),
    /** Sends again what was not acknowledged: over a new socket, since the present one has had its time. */
    again: () => (socket ? closed(4410) : act(its.wake)),
    say(body: string): void {
      typedAt = 0;
      const cid = uuid7(Date.now(), (b) => crypto.getRandomValues(b));
      mine.push({ cid, body, at: Date.now() });
      act((now) => its.say(now, cid, body));
      soon();
      start();
    },
    /** Asks for a person, or leaves the line. */
    ask(on: boolean): void {
      dispatch({ do: "set", asking: on });
      send({ t: "person", on });
      start();
    },
    contact(email: string): void {
      dispatch({ do: "set", mailBad: false });
      send({ t: "contact", email });
      start();
    },
    stop(): void {
      send({ t: "stop", run: state().run!.run });
      dispatch({ do: "stop" });
    },
    typing(on: boolean): void {
      const now = Date.now();
      if (on ? now - typedAt < TYPING_MS : !typedAt) return;
      typedAt = on ? now : 0;
      send({ t: "typing", on });
    },
    /** The visitor has seen everything up to here. */
    read(): void {
      const seq = shown.length;
      if (seq <= readSent) return;
      readSent = seq;
      vault.set("seen", `${conv} ${seq}`);
      dispatch({ do: "set", seen: seq });
      send({ t: "read", seq });
    },
    end: () => act(its.stop),
    /** How the second half carries the link where sockets fail. */
    lend: (use: (its: Core, act: (input: (now: number) => void) => void, to: Hands) => void) => use(its, act, to),
  };
}
