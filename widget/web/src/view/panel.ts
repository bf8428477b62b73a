import { h, type View } from "../h.ts";
import { icon } from "../icon.ts";
import type { State } from "../state.ts";
import { t } from "../text.ts";
import { composer } from "./composer.ts";
import type { Hands } from "./hands.ts";
import { header } from "./header.ts";
import { log } from "./log.ts";

/** The window of the chat: header, what was said, message box. */
export function panel(hands: Hands) {
  const said = log(hands);
  const box = composer(hands);
  let node: HTMLElement;
  const key = (e: KeyboardEvent): void => {
    if (e.key !== "Escape" || e.isComposing) return;
    e.preventDefault();
    if (!said.close()) hands.turn(false);
  };
  return {
    fill: box.fill,
    focusBox: box.focus,
    close: said.close,
    atEnd: said.atEnd,
    /** To the message box; where a keyboard would cover the greeting, to the window itself. */
    focus: () => (matchMedia("(pointer:coarse)").matches ? node.focus({ preventScroll: true }) : box.focus()),
    view: (s: State): View =>
      h("div.panel", { key: "panel", role: "dialog", tabindex: -1, "aria-label": t("chat", { team: s.session?.inbox.name ?? "" }), onkeydown: key, ref: (made: HTMLElement) => (node = made) },
        header(s, hands, said.toQueue),
        s.link === "lost" && h("div.banner", { key: "banner" }, icon("spin"), t("lost")),
        said.view(s),
        box.view(s),
      ),
  };
}
