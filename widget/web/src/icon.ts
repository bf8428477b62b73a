import { bubble, drawings, type later } from "./drawings.ts";
import { h, type View } from "./h.ts";

export type Icon = "chat" | keyof typeof drawings | keyof typeof later;
const paths: Record<string, string> = { chat: bubble, ...drawings };

/** The second half of the chat brings its icons along. */
export const draw = (more: object): object => Object.assign(paths, more);

/** An icon for the eye only: the element around it carries the name. Its size and weight come from the style sheet. */
export const icon = (name: Icon): View => h("svg", { viewBox: "0 0 24 24", class: `i ${name}`, "aria-hidden": "true" }, h("path", { d: paths[name] }));
