import { svg } from "./h.ts";

// Drawn for Baton on a grid of 24; lines with round ends. The spark stands for the assistant and for nothing else.
const paths = {
  person: "M16 8a4 4 0 1 1-8 0 4 4 0 0 1 8 0ZM4.5 20.5c.7-4 3.6-6 7.5-6s6.8 2 7.5 6",
  close: "M6 6l12 12M18 6L6 18",
  go: "M4.5 12h15M13 5.500l6.5 6.5-6.5 6.5",
  up: "M12 19.500v-15M5.5 11L12 4.5 18.5 11",
  down: "M6 9.500l6 6 6-6",
  clock: "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0ZM12 7v5.200l3.2 1.9",
  check: "M5 12.800l4.5 4.200L19 7",
  checks: "M1.5 12.800L6 17l9.5-10M11.5 16.500l.5.5L22 7",
  book: "M12 6.500C10 5 7 4.5 3.5 5v13c3.5-.5 6.5 0 8.5 1.5 2-1.5 5-2 8.5-1.500V5C17 4.5 14 5 12 6.500ZM12 6.500v13",
  out: "M6.5 17.500l11-11M8.5 6.500h9v9",
  chat: "M12 4c4.8 0 8.5 3.3 8.5 7.600S16.8 19.2 12 19.200c-1.2 0-2.4-.2-3.4-.6L4.2 20l1.2-3.800c-1.2-1.3-1.9-2.9-1.9-4.600C3.5 7.3 7.2 4 12 4Z",
  alert: "M12 4.500L3 19.500h18ZM12 10.500v4M12 17v.01",
  spin: "M20 12a8 8 0 1 1-2.5-5.800M20 3.500v4h-4",
  stop: "M8 8h8v8H8Z",
  spark: "M12 3.500c.9 5 3 7.3 8.5 8.5-5.5 1.2-7.6 3.5-8.5 8.5-.9-5-3-7.3-8.5-8.5 5.5-1.2 7.6-3.5 8.5-8.500Z",
  baton: "M4.8 19.200L9.5 14.500M13.5 10.500L19.2 4.8",
};
export type Icon = keyof typeof paths;

/** An icon for the eye only: the element around it carries the name. Its size and weight come from the style sheet. */
export function icon(name: Icon): SVGElement {
  return svg("svg", { viewBox: "0 0 24 24", class: `i ${name}`, "aria-hidden": "true" }, svg("path", { d: paths[name] }));
}
