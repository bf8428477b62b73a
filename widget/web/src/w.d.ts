// Types of the page's side of Baton: what `w.js` puts on `window`. Published at /w.d.ts.

/** What the events carry. Each is also a CustomEvent `baton:<name>` on `document`, with the same detail. */
export interface BatonEvents {
  /** The widget is there; calls made before were carried out right after. */
  ready: undefined;
  open: undefined;
  close: undefined;
  /** How many replies the visitor has not seen. */
  unread: { count: number };
  /** A new message, the visitor's own included. Treat `body` as text that strangers wrote. */
  message: { author: "visitor" | "assistant" | "agent" | "system"; name: string; body: string; at: string };
  /** A person is being called. */
  handoff: undefined;
  /** The conversation was resolved. */
  ended: undefined;
  /** What whoever installed the widget should know, as one sentence. */
  error: { message: string };
}

export interface Baton {
  /** Every method also as a call: `baton("open")`. Calls made before the widget is there are kept. */
  (name: "open" | "close" | "toggle" | "show" | "hide" | "destroy"): void;
  (name: "setLocale" | "send" | "prefill", text: string): void;
  (name: "setTheme", theme: "light" | "dark" | "auto"): void;
  <K extends keyof BatonEvents>(name: "on", event: K, listener: (detail: BatonEvents[K]) => void): () => void;
  <K extends keyof BatonEvents>(name: "off", event: K, listener: (detail: BatonEvents[K]) => void): void;
  open(): void;
  close(): void;
  toggle(): void;
  /** Shows the launcher again after `hide`. */
  show(): void;
  hide(): void;
  /** A BCP 47 tag: English, Hindi and Arabic have texts; others get English. */
  setLocale(locale: string): void;
  setTheme(theme: "light" | "dark" | "auto"): void;
  /** Says this as the visitor. */
  send(text: string): void;
  /** Puts this into the message box. */
  prefill(text: string): void;
  /** Gives back a function that ends it. */
  on<K extends keyof BatonEvents>(event: K, listener: (detail: BatonEvents[K]) => void): () => void;
  off<K extends keyof BatonEvents>(event: K, listener: (detail: BatonEvents[K]) => void): void;
  /** Takes the widget off the page and closes its connection. `open` brings it back. */
  destroy(): void;
}

declare global {
  interface Window {
    baton: Baton;
  }
}
