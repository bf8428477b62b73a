import type { Entry } from "@baton/realtime";
import type { Message, Person, ServerFrame, SessionResponse, State as Conversation } from "@baton/realtime/visitor";

/** How far a message of the visitor's own has come, before it stands among the messages. */
export type Journey = "sending" | "held" | "sent" | "failed";
export interface Outgoing extends Pick<Entry, "cid" | "body" | "at"> {
  journey: Journey;
  /** The server has it; it only waits to be seen among the messages. */
  stored?: boolean;
}

/** An answer being written. */
export interface Run {
  run: string;
  text: string;
  pages: number;
  /** The visitor pressed Stop: what stands is kept until the finished message comes. */
  stopped: boolean;
  /** The link was lost since, which cannot say that an answer goes on: it is not shown until the next piece comes. */
  away: boolean;
}

/** Everything the views show. */
export interface State {
  /** `cold`: nothing asked of the server yet; `lost`: was live and is not now; `gone`: refused, the widget hides. */
  link: "cold" | "joining" | "live" | "lost" | "gone";
  session: SessionResponse | null;
  people: readonly Person[];
  /** All that had happened when the link was first live has arrived: what comes now is news. */
  synced: boolean;
  /** There may be messages that have not come yet; until they do, or the server knows of none, no greeting. */
  returning: boolean;
  messages: readonly Message[];
  outgoing: readonly Outgoing[];
  conversation: Conversation | null;
  /** The visitor asked for a person (true) or left the line (false), and the server has not said so yet. */
  asking: boolean | null;
  run: Run | null;
  typing: { kind: string; name: string; until: number } | null;
  /** How far the team has received and seen; `passed` holds when the mark of what was seen first came to each place, oldest first. */
  read: { delivered: number; seen: number; passed: readonly { seen: number; at: number }[] };
  open: boolean;
  /** Up to which `seq` the visitor has seen everything. */
  seen: number;
  /** A reply that is shown above the launcher while the panel is closed. */
  teaser: Message | null;
  /** The last message has had no sign of an answer for long. */
  notice: boolean;
  /** Why the last e-mail address was refused. */
  mailBad: boolean;
}

export const initial: State = {
  link: "cold",
  session: null,
  people: [],
  synced: false,
  returning: false,
  messages: [],
  outgoing: [],
  conversation: null,
  asking: null,
  run: null,
  typing: null,
  read: { delivered: 0, seen: 0, passed: [] },
  open: false,
  seen: 0,
  teaser: null,
  notice: false,
  mailBad: false,
};

/** Everything that can happen to the state. */
export type Action =
  | { do: "frame"; frame: ServerFrame; now: number }
  | { do: "ticks"; delivered: number; seen: number; at: number }
  | { do: "reset"; from: number }
  | { do: "session"; session: SessionResponse; same: boolean; seen: number }
  | { do: "link"; link: State["link"] }
  | { do: "list"; messages: readonly Message[]; outgoing: readonly Outgoing[] }
  | { do: "stop" }
  | { do: "clock"; now: number }
  | ({ do: "set" } & Partial<Pick<State, "asking" | "open" | "seen" | "teaser" | "mailBad">>);

/** What somebody else than the visitor said. */
export const isReply = (m: Message): boolean => m.kind === "text" && m.author.kind !== "visitor";

/** Where the conversation stands, with what the visitor has just asked for taken as done. */
export function standing(s: State): Conversation["state"] {
  const now = s.conversation?.state ?? "assistant";
  return s.asking === true && now !== "agent" ? "waiting" : s.asking === false && now === "waiting" ? "assistant" : now;
}

/** The greeting stands until something was said or asked. */
export const greets = (s: State): boolean => !s.messages.length && !s.outgoing.length && standing(s) === "assistant" && !s.run;
