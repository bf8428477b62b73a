import { isReply, standing, type State } from "./state.ts";
import type { Hands } from "./view/hands.ts";

/** How many replies the visitor has not seen. */
export const unread = (s: State): number => s.messages.slice(s.seen).filter(isReply).length;

/** Tells the page what changed: what came to be said, how much of it was not seen, and where the conversation stands. */
export function reporter({ emit }: Hands) {
  let unseen = 0;
  return (before: State, s: State): void => {
    const count = unread(s);
    if (count !== unseen) emit("unread", { count });
    unseen = count;
    if (before.synced) for (const { kind, author, body, at } of s.messages.slice(before.messages.length)) if (kind === "text") emit("message", { author: author.kind, name: author.name ?? "", body, at });
    const now = standing(s);
    if (before.conversation && now !== standing(before))
      if (now === "waiting") emit("handoff");
      else if (now === "resolved") emit("ended");
  };
}
