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
  "news tooLong ticks live place",
  // The core.
  "admitted postponed welcomed heard due pending sent gap cursor offer held resync",
]
  .join(" ")
  .split(" ");
