export { backoff, BASE_MS, CAP_MS } from "./backoff.ts";
export { onClose, type CloseAction } from "./close.ts";
export { DEAD_MS, GREET_MS, Link, PING_MS, STEADY_MS, type LinkEffect, type LinkState } from "./link.ts";
export { Outbox, type Entry, type Keep } from "./outbox.ts";
export { Sequence, type Numbered } from "./sequence.ts";
export { uuid7, type RandomBytes } from "./uuid.ts";
