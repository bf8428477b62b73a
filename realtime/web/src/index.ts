export { backoff, BASE_MS, CAP_MS } from "./backoff.ts";
export { onClose, type CloseAction } from "./close.ts";
export { core, type Core, type Entry, type Hands, type Restored, type Stage, type Transport, type Wish } from "./core.ts";
export { ANSWER_MS, DEAD_MS, GREET_MS, Link, PING_MS, STEADY_MS, type LinkEffect, type LinkState } from "./link.ts";
export { poll, type MakePoll, type PollPart } from "./poll.ts";
export { rare, type MakeRare, type RarePart } from "./rare.ts";
export { Sequence, type Numbered } from "./sequence.ts";
export { store, type Store } from "./store.ts";
export { uuid7, type RandomBytes } from "./uuid.ts";
