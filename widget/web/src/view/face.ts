import type { Status } from "@baton/realtime/visitor";
import { h } from "../h.ts";

/** Eight pairs of colours; violet is not among them, because violet is only ever the assistant. */
const HUES = 8;

/** The round face of a person: the initials on the person's own colour, with a presence dot where a status is given. */
export function face(who: { name?: string; initials?: string; hue?: number }, size = "", status?: Status): HTMLElement {
  const initials = who.initials || [...(who.name ?? "")][0] || "";
  return h(`span.face ${size} h${(who.hue ?? 0) % HUES}`, { "aria-hidden": "true" }, initials, status && h(`span.dot ${status}`));
}
