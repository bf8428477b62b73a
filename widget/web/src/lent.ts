import { h } from "./h.ts";
import { draw, icon } from "./icon.ts";
import { isReply, standing } from "./state.ts";
import { first, learn, t, tagNow } from "./text.ts";
import { byAssistant, dots, face, trouble } from "./view/face.ts";
import { small } from "./view/hands.ts";
import { plain } from "./view/plain.ts";
import { card } from "./view/writing.ts";
import { clock, tied } from "./when.ts";

/**
 * What the second half of the chat borrows from the first. The two are built apart, so that each is fetched under a versioned address; in the file of
 * the second half, the build puts these names, and a `borrow` that fills them, in the place of the modules above.
 */
export const lent = [h, draw, icon, isReply, standing, first, learn, t, tagNow, byAssistant, dots, face, trouble, small, plain, card, clock, tied] as const;

/** Takes what was lent. In the sources both halves are one program, and there is nothing to take. */
export const borrow = (_: typeof lent): void => {};
