/**
 * A text of the widget: `{name}` stands for a value. With forms for a count it is an object keyed by the plural categories of the
 * language (CLDR), `other` always among them.
 */
export type Text = string | ({ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>);

/** English is built in: it is the language of whoever has no better one. Here is what the first half of the widget says. */
export const en = {
  open: "Open chat",
  close: "Close chat",
  chat: "Chat with {team}",
  log: "Messages",
  instant: "Replies at once",
  talk: "Talk to a person",
  often: "People often ask",
  here: { one: "One person is here now", other: "{n} people are here now" },
  nobody: "Nobody is online right now",
  answersNow: "The assistant answers at once",
  write: "Write a message",
  send: "Send message",
  stop: "Stop",
  foot: "AI answers from our help pages",
  assistant: "Assistant",
  ai: "AI",
  now: "now",
  reading: "Reading the help pages",
  isWriting: "The assistant is writing",
  failed: "Not sent.",
  again: "Try again",
  lost: "Reconnecting, your messages are kept",
  you: "You",
} satisfies Record<string, Text>;

/** What the second half says, and brings with it. */
export const later = {
  fresh: { one: "{n} new message", other: "{n} new messages" },
  writing: { one: "Writing from {n} help page", other: "Writing from {n} help pages" },
  sending: "Sending",
  held: "Waiting for the connection",
  sent: "Sent",
  delivered: "Delivered",
  seen: "Seen {time}",
  none: "Nobody online",
  detail: "Add a detail while you wait",
  footPerson: "{name} sees this whole chat",
  calling: "Calling a person",
  place: { one: "{n}st in line", two: "{n}nd in line", few: "{n}rd in line", other: "{n}th in line" },
  personAt: "A person at {team}",
  long: "A message holds up to {max} characters; this one has {n}.",
  inChat: "In a chat",
  dismiss: "Dismiss",
  stopped: "Stopped",
  source: "Source {n}: {title}",
  sources: { one: "{n} source", other: "{n} sources" },
  updated: "Updated {date}",
  page: "Open page",
  on: "Page {n}",
  leaveMail: "Leave my e-mail",
  mail: "Your e-mail address",
  save: "Save",
  mailBad: "Write the whole address, like name@example.in",
  mailKept: "The team has your address.",
  wait: { one: "about {n} min", other: "about {n} min" },
  keep: "You can close this window. We keep your place and show a badge when someone joins.",
  mailInstead: "E-mail me instead",
  leave: "Leave the line",
  away: "Leave your e-mail address, so that the team can reach you, or go on with the assistant.",
  goOn: "Go on with the assistant",
  joined: "{name} joined",
  joinedAt: "{name} joined at {time}",
  joinedSub: "A person from {team}, with your whole chat",
  waited: "Waited {time}",
  min: "{n} min",
  sec: "{n} s",
  typing: "{name} is typing",
  handedBack: "{name} handed the chat back to the assistant",
  leftLine: "You went on with the assistant",
  asked: "You asked for a person",
  resolved: "This chat is closed. Write to open it again.",
  wasClosed: "This chat was closed",
  reopened: "The chat is open again",
  back: "Connected again",
  slow: "This takes longer than usual. You can wait, or talk to a person.",
} satisfies Record<string, Text>;

export type Key = keyof typeof en | keyof typeof later;
/** A language holds every key: the compiler refuses one that is missing, a test compares the placeholders. */
export type Texts = Record<Key, Text>;
