import type { Citation } from "@baton/realtime/visitor";
import { h, type Kid, type Props } from "../h.ts";
import { icon } from "../icon.ts";
import { address, used } from "../markdown.ts";
import { t } from "../text.ts";
import { date } from "../dates.ts";
import { small, type Hands } from "./hands.ts";

/** A pointer has to rest this long before a source opens, and may be away this long before it closes. */
const HOVER_MS = 150;
/** Drawn down this far by its handle, the sheet closes; pixels. */
const DRAWN_PX = 80;
/** What stays free between the preview and the message box; the style sheet has the same. */
const GAP_PX = 12;

/** A citation with its title in full: with the section, where another one beside it has the same title. */
export type Cited = Citation & { full: string };
export const cited = (all: Citation[]): Cited[] => all.map((c) => ({ ...c, full: all.some((o) => o.n !== c.n && o.title === c.title) ? `${c.title}, ${c.section}` : c.title }));
export const sourceName = ({ n, full }: Cited): string => t("source", { n, title: full });

export type Sources = ReturnType<typeof sources>;

/**
 * The preview of a source. Hovering or focusing a chip opens it, a click pins it, Esc closes it alone. On a small screen it is a sheet from
 * below, which keeps the focus until it is closed and gives it back to the chip.
 */
export function sources(hands: Hands) {
  /** The card whose source is open, and that source. */
  let card = "";
  let c: Cited | undefined;
  let answer = "";
  let sheet = false;
  let pinned = false;
  let timer = 0;
  let from = 0;
  let opener: HTMLElement;
  let peek: HTMLDialogElement | undefined;

  /** Closes the preview. Tells whether one was open, so that Esc closes only this. */
  const close = (): boolean => {
    clearTimeout(timer);
    if (!c) return false;
    const inside = peek?.matches(":focus-within");
    c = undefined;
    pinned = false;
    hands.draw();
    if (inside) opener.focus();
    return true;
  };
  const soon = (act: () => void): void => {
    clearTimeout(timer);
    timer = setTimeout(act, HOVER_MS) as never;
  };
  const leave = (): void => soon(() => pinned || peek?.matches(":hover,:focus-within") || close());
  const stand = (node: HTMLDialogElement): void => {
    peek = node;
    node.addEventListener("focusout", leave);
    if (sheet) return node.showModal();
    // Under the card; above it when only there is room; else under it, scrolled into view.
    node.setAttribute("open", "");
    const row = node.previousElementSibling!;
    const box = row.querySelector(".card")!.getBoundingClientRect();
    const view = row.closest(".log")!.getBoundingClientRect();
    const height = node.offsetHeight + 6;
    const below = box.bottom + height + GAP_PX <= view.bottom;
    const above = !below && box.top - height >= view.top;
    node.style.insetBlockStart = `${(above ? box.top - height : box.bottom + 6) - row.parentElement!.getBoundingClientRect().top}px`;
    if (!below && !above) node.scrollIntoView({ block: "nearest" });
  };

  return {
    close,
    /** Closes the preview beside the text without drawing: the log is being drawn with something new, which it would cover. */
    yieldTo(): void {
      if (!sheet) c = undefined;
      pinned &&= sheet;
    },
    /** The number of the card's source that is open. */
    opened: (key: string): number | undefined => (card === key ? c?.n : undefined),
    /** Makes a chip or a pill open its source. */
    opener(key: string, source: Cited, body: string): Props {
      const is = () => card === key && c?.n === source.n;
      const open = (e: Event) => {
        if (is()) return;
        close();
        card = key;
        c = source;
        answer = body;
        opener = e.target as HTMLElement;
        sheet = small();
        hands.draw();
      };
      const hint = (e: Event) => pinned || small() || open(e);
      return {
        "aria-expanded": `${is()}`,
        onmouseenter: (e: Event) => soon(() => hint(e)),
        onmouseleave: leave,
        onfocus: (e: Event) => (e.target as Element).matches(":focus-visible") && hint(e),
        onblur: leave,
        onclick: (e: Event) => {
          clearTimeout(timer);
          if (pinned && is()) close();
          else {
            open(e);
            pinned = true;
            hands.tell(`${source.full}. ${source.quote}`);
          }
        },
      };
    },
    /** The preview, where it stands: after the card's row, or over the window. */
    view(where: string): Kid {
      if (!c || where !== (sheet ? "" : card)) return null;
      const to = c.url && address(c.url, hands.base);
      const [before, hit, after] = used(c.quote, answer);
      const drag = (e: PointerEvent) => from && (peek!.style.translate = `0 ${Math.max(0, e.clientY - from)}px`);
      const grip = h("div.grip", {
        onpointerdown: (e: any) => e.target.setPointerCapture(((from = e.clientY), e.pointerId)),
        onpointermove: drag,
        onlostpointercapture(e: PointerEvent) {
          const drawn = e.clientY - from;
          from = 0;
          peek!.style.translate = "";
          if (drawn > DRAWN_PX) close();
        },
      });
      // The parts that only the sheet shows are hidden beside the text by the style sheet.
      return h("dialog.peek", { key: card + c.n, "aria-label": sourceName(c), ref: stand, onmouseleave: leave, onclose: close, onclick: (e: MouseEvent) => e.target === peek && e.clientY < peek!.getBoundingClientRect().top && close() },
        grip,
        h("div.in", h("span.chip", { "data-c": c.n }), h("p.meta", icon("book"), h("span", { dir: "auto" }, c.section || c.title, c.page && " › " + t("on", { n: c.page }))), h("h3", { dir: "auto" }, c.title), h("button.x", { "aria-label": t("dismiss"), onclick: close }, icon("close"))),
        h("blockquote", { dir: "auto" }, before, hit && h("mark", hit), after),
        h("div.end", h("span.meta", c.updated && t("updated", { date: date(Date.parse(c.updated)) })), to && h("a.key", { href: to, target: "_blank", rel: "noopener noreferrer" }, t("page"), icon("out"))),
      );
    },
  };
}
