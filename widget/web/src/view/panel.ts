import { glyphs } from "../glyph.ts";
import { attr, h, say, sheet, show } from "../h.ts";
import { addIcons, icon } from "../icon.ts";
import { en } from "../locale/en.ts";
import type { State } from "../state.ts";
import log from "../style/log.css?inline";
import panel from "../style/panel.css?inline";
import { addEnglish, t } from "../text.ts";
import { Composer } from "./composer.ts";
import { small, type Hands } from "./hands.ts";
import { Header } from "./header.ts";
import { Log } from "./log.ts";
import { announcement } from "./speak.ts";

addEnglish(en);
addIcons(glyphs);

/** The window of the chat: header, what was said, message box. */
export class Panel {
  readonly style = sheet(panel + log);
  readonly announcement = announcement;
  readonly #log: Log;
  readonly #header: Header;
  readonly composer: Composer;
  readonly #bannerText = h("span");
  readonly #banner = h("div.banner", { hidden: true }, icon("spin"), this.#bannerText);
  readonly node: HTMLElement;
  readonly #hands: Hands;
  #was = false;
  #watcher: { destroy(): void } | undefined;

  constructor(hands: Hands) {
    this.#hands = hands;
    this.#log = new Log(hands);
    this.#header = new Header(hands, () => this.#log.toQueue());
    this.composer = new Composer(hands);
    this.node = h("div.panel", { role: "dialog", tabindex: -1, hidden: true, onkeydown: this.#key }, this.#header.node, this.#banner, this.#log.node, ...this.composer.nodes);
    visualViewport?.addEventListener("resize", this.#fit);
  }

  update(s: State): void {
    if (s.open !== this.#was) this.#turn(s.open);
    if (!s.open) return;
    const team = s.session?.inbox.name ?? "";
    attr(this.node, "aria-label", t("chat", { team }));
    const lost = s.link === "lost";
    show(this.#banner, lost);
    say(this.#bannerText, lost ? t("lost") : "");
    this.#header.update(s);
    this.#log.update(s);
    this.composer.update(s);
  }

  /** To the message box; where a keyboard would cover the greeting, to the window itself. */
  focus(): void {
    if (matchMedia("(pointer:coarse)").matches) this.node.focus({ preventScroll: true });
    else this.composer.focus();
  }

  destroy(): void {
    this.#watcher?.destroy();
    visualViewport?.removeEventListener("resize", this.#fit);
  }

  #turn(open: boolean): void {
    this.#was = open;
    show(this.node, open);
    this.#watcher?.destroy();
    this.#watcher = undefined;
    if (!open) return void this.#log.sources.close();
    this.#fit();
    this.composer.fit();
    this.#log.toEnd();
    // On a phone the gesture for "back" closes a window that fills the screen, where the browser offers that.
    const Watcher = (globalThis as { CloseWatcher?: new () => { onclose: () => void; destroy(): void } }).CloseWatcher;
    if (!small() || !Watcher) return;
    const watcher = new Watcher();
    watcher.onclose = () => this.#hands.close();
    this.#watcher = watcher;
  }

  readonly #key = (e: KeyboardEvent): void => {
    if (e.key !== "Escape" || e.isComposing) return;
    e.preventDefault();
    if (!this.#log.sources.close()) this.#hands.close();
  };

  /** A keyboard on a phone covers the page without making it smaller; the window shrinks instead. */
  readonly #fit = (): void => {
    this.node.style.setProperty("--vh", small() && visualViewport ? `${visualViewport.height}px` : "");
  };
}
