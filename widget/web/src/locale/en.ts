/**
 * A text of the widget: `{name}` stands for a value. With forms for a count it is an object keyed by the plural categories of the
 * language (CLDR), `other` always among them.
 */
export type Text = string | ({ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>);

/** What the launcher says before the window has been fetched. */
export const first = {
  open: "Open chat",
  close: "Close chat",
  justNow: "just now",
  fresh: { one: "{n} new message", other: "{n} new messages" },
  inChat: "In a chat",
  dismiss: "Dismiss",
} satisfies Record<string, Text>;

/** English is built in: it is the language of whoever has no better one. */
export const en = {
  ...first,
  chat: "Chat with {team}",
  log: "Messages",
  instant: "Replies at once",
  talk: "Talk to a person",
  often: "People often ask",
  here: { one: "One person is here now", other: "{n} people are here now" },
  nobody: "Nobody is online right now",
  none: "Nobody online",
  answersNow: "The assistant answers at once",
  write: "Write a message",
  detail: "Add a detail while you wait",
  send: "Send message",
  stop: "Stop",
  foot: "AI answers from our help pages",
  footPerson: "{name} sees this whole chat",
  assistant: "Assistant",
  ai: "AI",
  now: "now",
  reading: "Reading the help pages",
  writing: { one: "Writing from {n} help page", other: "Writing from {n} help pages" },
  isWriting: "The assistant is writing",
  stopped: "Stopped",
  source: "Source {n}: {title}",
  sources: { one: "{n} source", other: "{n} sources" },
  updated: "Updated {date}",
  page: "Open page",
  leaveMail: "Leave my e-mail",
  mail: "Your e-mail address",
  save: "Save",
  mailBad: "Write the whole address, like name@example.in",
  mailKept: "The team has your address.",
  calling: "Calling a person",
  place: { one: "{n}st in line", two: "{n}nd in line", few: "{n}rd in line", other: "{n}th in line" },
  wait: { one: "about {n} min", other: "about {n} min" },
  keep: "You can close this window. We keep your place and show a badge when someone joins.",
  mailInstead: "E-mail me instead",
  leave: "Leave the line",
  away: "Leave your e-mail address, so that the team can reach you, or go on with the assistant.",
  goOn: "Go on with the assistant",
  personAt: "A person at {team}",
  joined: "{name} joined",
  joinedAt: "{name} joined at {time}",
  joinedSub: "A person from {team}, with your whole chat",
  waited: "Waited {time}",
  typing: "{name} is typing",
  handedBack: "{name} handed the chat back to the assistant",
  leftLine: "You left the line",
  asked: "You asked for a person",
  resolved: "This chat is closed. Write to open it again.",
  reopened: "The chat is open again",
  sending: "Sending",
  held: "Waiting for the connection",
  sent: "Sent",
  delivered: "Delivered",
  seen: "Seen {time}",
  failed: "Not sent.",
  again: "Try again",
  lost: "Reconnecting, your messages are kept",
  back: "Connected again",
  long: "A message holds up to {max} characters; this one has {n}.",
  you: "You",
} satisfies Record<string, Text>;

export type Key = keyof typeof en;
/** A language holds every key: the compiler refuses one that is missing, a test compares the placeholders. */
export type Texts = Record<Key, Text>;
