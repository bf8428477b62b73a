// The visitor's frames, as docs/protocol.md writes them down. A test compiles every example of that page against these types.

/** Where a conversation stands. */
export type ConversationState = "assistant" | "waiting" | "agent" | "resolved";
/** Whether somebody of the team is here. */
export type Status = "online" | "away" | "busy" | "offline";

/** Somebody of the team. `hue` picks one of eight fixed pairs of colours. */
export interface Person {
  id: string;
  name: string;
  initials: string;
  hue: number;
  status: Status;
}

/** Who wrote a message; `id`, `name`, `initials` and `hue` for an agent. */
export interface Author {
  kind: "visitor" | "assistant" | "agent" | "system";
  id?: string;
  name?: string;
  initials?: string;
  hue?: number;
}

/** A passage that an answer stands on. `n` runs through the conversation. */
export interface Citation {
  n: number;
  title: string;
  section: string;
  page?: number;
  url: string;
  quote: string;
  updated?: string;
}

export type Outcome = "answered" | "unanswered" | "greeting" | "handoff" | "stopped" | "offer";
export type EventName = "asked" | "called" | "joined" | "left_line" | "handed_back" | "resolved" | "reopened" | "notice";

export interface Message {
  t: "message";
  conv: string;
  seq: number;
  cid: string;
  kind: "text" | "event" | "hidden";
  author: Author;
  body: string;
  lang?: string;
  at: string;
  run?: string;
  outcome?: Outcome;
  citations?: Citation[];
  event?: { name: EventName; who?: string };
}

export interface State {
  t: "state";
  conv: string;
  state: ConversationState;
  epoch: number;
  head: number;
  since: string;
  queue?: { position: number; minutes: number | null } | null;
  person: Person | null;
  online: number;
  contact: boolean;
}

export interface Delta {
  t: "delta";
  conv: string;
  run: string;
  epoch: number;
  offset: number;
  text: string;
  pages?: number;
  end?: boolean;
}

export type ErrorCode = "bad_frame" | "empty" | "too_long" | "cid_reused" | "gap" | "conversation_unknown" | "bad_email" | "unavailable";

export type ServerFrame =
  | { t: "welcome"; v: 1; store: string; conv: string; n: number; heads: Record<string, number> }
  | { t: "ack"; conv: string; cid: string; seq: number; at: string }
  | Message
  | Delta
  | State
  | { t: "typing"; conv: string; who: { kind: Author["kind"]; name?: string }; on: boolean; ttl: number }
  | { t: "read"; conv: string; by: "agent"; delivered: number; seen: number; at: string }
  | { t: "presence"; people: Person[] }
  | { t: "head"; conv: string; seq: number; epoch: number }
  | { t: "resync"; conv: string; from: number }
  | { t: "slow_down"; retry: number; cid?: string }
  | { t: "notice"; conv: string; code: "slow"; seq: number }
  | { t: "error"; code: ErrorCode; fix: string; conv?: string; cid?: string; n?: number };

export type ClientFrame =
  | { t: "hello"; v: 1; caps: string[]; token: string; store: string; cursors: Record<string, number> }
  | { t: "say"; conv: string; cid: string; n: number; body: string }
  | { t: "typing"; conv: string; on: boolean }
  | { t: "read"; conv: string; seq: number }
  | { t: "person"; conv: string; on: boolean }
  | { t: "stop"; conv: string; run: string }
  | { t: "contact"; conv: string; email: string }
  | { t: "ping" };

export interface SessionRequest {
  inbox: string;
  token: string;
  locale: string;
  page: { url: string; title: string };
}

export interface SessionResponse {
  token: string;
  visitor: string;
  store: string;
  conv: string;
  inbox: { name: string; title: string; text: string; suggestions: string[]; mark: string; accent: string };
  people: Person[];
}

/** One call of the long poll: what a socket would remember, and the frames to send. */
export interface PollRequest {
  v: 1;
  caps: string[];
  token: string;
  store: string;
  cursors: Record<string, number>;
  mark: string;
  run?: string;
  offset?: number;
  wait?: number;
  frames: ClientFrame[];
}

export interface PollResponse {
  mark: string;
  frames: ServerFrame[];
}

/** Errors over HTTP have one shape. */
export interface HttpError {
  code: string;
  error: string;
  fix: string;
}

/**
 * A frame from the wire, or null for what is no frame. A frame with a name that is not known here comes through: the switch of the
 * caller passes over it, as the protocol asks.
 */
export function decode(text: unknown): ServerFrame | null {
  try {
    const frame = JSON.parse(text as string);
    return typeof frame.t === "string" ? frame : null;
  } catch {
    return null;
  }
}
