// The times and counts of docs/protocol.md on the client's side.

/** A ping goes out this often on average; clients scatter by PING_SPREAD_MS, so that they do not beat in step. */
export const PING_MS = 10_000;
export const PING_SPREAD_MS = 4000;
/** Silence for longer than this means that the link is dead, whatever the socket says: two beats may be late. */
export const DEAD_MS = 22_000;
/** From an attempt to its welcome. */
export const GREET_MS = 10_000;
/** A link that was up for this long has its failures forgotten; a server that welcomes and closes at once would be hammered otherwise. */
export const STEADY_MS = 10_000;
/** How long the answer to the ping of a wake may take: a machine that slept has dead sockets that look alive. */
export const ANSWER_MS = 5000;
/** How far clients scatter that were sent away together, where the server does not say. */
export const SPREAD_MS = 3000;
/** The pause of a client that was too much. */
export const LATER_MS = 10_000;
/** So many messages are under way at a time: with the hello, fewer than a server takes in a row. */
export const WINDOW = 16;
/** After this many attempts without a welcome a transport is given up for the other. */
export const FALLBACK = 3;
