import type { Client } from "../client.ts";
import type { More } from "../more.ts";
import type { State } from "../state.ts";

/** What a view may ask for. Views show the state and call these; they change nothing themselves. What goes to the server is the client's. */
export interface Hands extends Client {
  /** Where Baton lives, with the slash at its end: paths in texts and citations belong to it. */
  base: string;
  state(): State;
  /** Brings the document up to the state, and to what the views themselves remember. */
  draw(): void;
  turn(open: boolean): void;
  dismiss(): void;
  /** The draft outlives a reload. */
  draft(text?: string): string;
  /** Puts the cursor into the message box. */
  focusBox(): void;
  /** The second half of the widget, from when it is there. */
  more?: More;
  /** Tells the page what happened. */
  emit(name: string, detail?: unknown): void;
  /** Says something to those who listen instead of looking. */
  tell(text: string): void;
}

/** A sheet from below instead of a card beside the text; the whole screen instead of a panel. */
export const small = (): boolean => matchMedia("(max-width:480px)").matches;
