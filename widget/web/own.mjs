/**
 * Names of properties that no browser, no frame and no page knows: they travel as one or two letters. A test holds them against the protocol and
 * the document, where a name would have to stay as it is.
 */
export const own = [
  // State and items.
  "returning synced outgoing conversation asking teaser mailBad session messages journey stopped until sig tick named seenAt passed past waited ways full first last",
  // Hands and views.
  "draw turn dismiss say again ask draft focusBox tell props kids views yieldTo atEnd opened toQueue giveBack complain dispatch vault inside paint texts emit flush wake",
  // The second half.
  "news tooLong ticks live place items reduceLater",
  // The core, its poll, and the hands of both.
  "stage polls probing tries misses hold holdUntil callAt due lend noSession opened answer failed timer kept forget reset greeting next take lost enter pausing missed pump polling paused unheard renumber noContact catchUp forgetAfter outbox stored away",
]
  .join(" ")
  .split(" ");
