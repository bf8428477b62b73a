import { dress } from "./accent.ts";
import { attr, h, say, sheet } from "./h.ts";
import type { State } from "./state.ts";
import base from "./style/base.css?inline";
import launcher from "./style/launcher.css?inline";
import { isRtl, language } from "./text.ts";
import { followTheme, type Theme } from "./theme.ts";
import type { Hands } from "./view/hands.ts";
import { Launcher } from "./view/launcher.ts";
import type { Panel } from "./view/panel.ts";

export interface Place {
  x: string;
  y: string;
  z: string;
  /** The launcher's text; "" for the round one. */
  label: string;
}

/** A length as the page wrote it: pixels when it is a bare number. Anything else is left out, so that no attribute can carry other rules in. */
const length = (text: string): string => (/^\d{1,4}$/.test(text) ? `${text}px` : /^[\d.]{1,6}(px|r?em|v[wh])$/.test(text) ? text : "20px");

/** The widget on the page: one element, one shadow root, and everything in it. */
export class Root {
  readonly host = h("baton-chat" as "div");
  readonly shadow: ShadowRoot;
  readonly #launcher: Launcher;
  /** The window, once it has been fetched. */
  panel: Panel | null = null;
  readonly #region = h("div.sr", { "aria-live": "polite" });
  readonly #inside: HTMLElement;
  readonly #dressed = sheet("");
  readonly #place: Place;
  #accent = "";
  #dark = false;
  #unfollow = (): void => {};
  #shown: State;
  #focused: Element | null = null;

  constructor(hands: Hands, place: Place, theme: Theme, accent: string) {
    this.#place = place;
    this.#shown = hands.state();
    this.#launcher = new Launcher(hands, place.label);
    this.#inside = h("div.root", { lang: language(), dir: isRtl() ? "rtl" : "ltr" }, ...this.#launcher.nodes, this.#region);
    this.shadow = this.host.attachShadow({ mode: "open" });
    this.shadow.adoptedStyleSheets = [sheet(base + launcher), this.#dressed];
    this.shadow.append(this.#inside);
    // Keys typed in here are not meant for the page's shortcuts.
    for (const type of ["keydown", "keyup", "keypress"]) this.shadow.addEventListener(type, (e) => e.stopPropagation());
    this.#accent = accent;
    this.setTheme(theme);
    document.body.append(this.host);
  }

  /** Takes the window in. It stands before the launcher, in the order of reading. */
  mount(panel: Panel): void {
    this.panel = panel;
    this.shadow.adoptedStyleSheets.push(panel.style);
    this.#inside.prepend(panel.node);
  }

  setTheme(theme: Theme): void {
    this.#unfollow();
    this.#unfollow = followTheme(theme, (dark) => {
      this.#dark = dark;
      this.#inside.classList.toggle("dark", dark);
      this.#paint();
    });
  }

  update(s: State): void {
    const before = this.#shown;
    this.#shown = s;
    const accent = s.session?.inbox.accent ?? this.#accent;
    if (accent !== this.#accent) {
      this.#accent = accent;
      this.#paint();
    }
    if (s.link === "gone") attr(this.host, "hidden", true);
    this.#focused = this.shadow.activeElement;
    this.panel?.update(s);
    this.#launcher.update(s);
    // Whatever held the focus may have gone with what was redrawn; it never falls back to the page.
    if (s.open && this.#focused && !this.shadow.activeElement) this.panel?.composer.focus();
    const words = this.panel?.announcement(before, s);
    if (words) this.tell(words);
  }

  /** Said twice in a row it is still heard: the region is emptied first. */
  tell(words: string): void {
    say(this.#region, "");
    setTimeout(() => say(this.#region, words), 50);
  }

  /** Into the panel, but only after a gesture of the visitor: a widget never takes the focus by itself. */
  enter(): void {
    if (navigator.userActivation?.isActive ?? true) this.panel?.focus();
  }

  /** Back to the launcher, if the focus was in here. */
  leave(): void {
    if (this.shadow.activeElement || document.activeElement === this.host) this.#launcher.focus();
  }

  destroy(): void {
    this.#unfollow();
    this.panel?.destroy();
    this.host.remove();
  }

  #paint(): void {
    const { x, y, z } = this.#place;
    const at = `:host{--x:${length(x)};--y:${length(y)};--z:${/^\d{1,10}$/.test(z) ? z : 2147483000};--dir:${isRtl() ? "rtl" : "ltr"}}`;
    this.#dressed.replaceSync(at + dress(this.#accent, this.#dark));
  }
}
