import type { glyphs } from "./glyph.ts";
import { svg } from "./h.ts";

// Drawn for Baton on a grid of 24; lines with round ends.
const paths = {
  close: "M6 6l12 12M18 6L6 18",
  down: "M6 9.500l6 6 6-6",
  chat: "M12 4c4.8 0 8.5 3.3 8.5 7.600S16.8 19.2 12 19.200c-1.2 0-2.4-.2-3.4-.6L4.2 20l1.2-3.800c-1.2-1.3-1.9-2.9-1.9-4.600C3.5 7.3 7.2 4 12 4Z",
};
export type Icon = keyof typeof paths | keyof typeof glyphs;

/** The window has come, with icons of its own. */
export function addIcons(more: typeof glyphs): void {
  Object.assign(paths, more);
}

/** An icon for the eye only: the element around it carries the name. Its size and weight come from the style sheet. */
export function icon(name: Icon): SVGElement {
  return svg("svg", { viewBox: "0 0 24 24", class: `i ${name}`, "aria-hidden": "true" }, svg("path", { d: (paths as Record<Icon, string>)[name] }));
}
