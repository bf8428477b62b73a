import type { Citation } from "@baton/realtime/visitor";
import { attr, h } from "../h.ts";
import { icon } from "../icon.ts";
import { address, used } from "../markdown.ts";
import { t } from "../text.ts";
import { date } from "../when.ts";
import { small, type Hands } from "./hands.ts";

/** A pointer has to rest this long before a source opens, and may be away this long before it closes. */
const HOVER_MS = 150;

/**
 * The preview of a source. Hovering or focusing a chip opens it, a click pins it, Esc closes it alone. On a small screen it is a sheet from
 * below, which keeps the focus until it is closed and gives it back to the chip.
 */
export class Sources {
  #peek: HTMLDialogElement | null = null;
  #card: HTMLElement | null = null;
  #anchor: HTMLElement | null = null;
  #pinned = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #hands: Hands;

  constructor(hands: Hands) {
    this.#hands = hands;
  }

  /** Makes the chips and pills of a card open their sources. */
  attach(card: HTMLElement, cited: Map<number, Citation>, body: string): void {
    const on = (type: string, act: (anchor: HTMLElement, source: Citation) => void) =>
      card.addEventListener(type, (e) => {
        const anchor = (e.target as Element).closest<HTMLElement>("[data-n]");
        const source = anchor && cited.get(+anchor.dataset.n!);
        if (source) act(anchor, source);
      });
    on("mouseover", (a, c) => this.#soon(() => !this.#pinned && !small() && this.#open(card, a, c, body)));
    on("mouseout", () => this.#leave());
    on("focusin", (a, c) => !this.#pinned && !small() && a.matches(":focus-visible") && this.#open(card, a, c, body));
    on("focusout", () => this.#leave());
    on("click", (a, c) => {
      clearTimeout(this.#timer);
      if (this.#pinned && this.#card === card && this.#anchor?.dataset.n === a.dataset.n) this.close();
      else {
        this.#open(card, a, c, body);
        this.#pinned = true;
        this.#hands.tell(`${c.title}. ${c.quote}`);
      }
    });
  }

  /** Closes the preview. Tells whether one was open, so that Esc closes only this. */
  close(): boolean {
    clearTimeout(this.#timer);
    if (!this.#peek) return false;
    const [peek, anchor] = [this.#peek, this.#anchor];
    const inside = peek.contains((peek.getRootNode() as ShadowRoot).activeElement);
    this.#light(false);
    this.#peek = this.#card = this.#anchor = null;
    peek.remove();
    if (inside) anchor?.focus();
    this.#pinned = false;
    return true;
  }

  #soon(act: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, HOVER_MS);
  }

  #leave(): void {
    this.#soon(() => {
      const at = (this.#card?.getRootNode() as ShadowRoot | undefined)?.activeElement;
      if (!this.#pinned && !this.#peek?.contains(at ?? null) && !this.#peek?.matches(":hover")) this.close();
    });
  }

  #light(on: boolean): void {
    for (const twin of this.#card?.querySelectorAll<HTMLElement>(`[data-n="${this.#anchor!.dataset.n}"]`) ?? []) {
      twin.classList.toggle("on", on);
      attr(twin, "aria-expanded", `${on}`);
    }
  }

  #open(card: HTMLElement, anchor: HTMLElement, c: Citation, body: string): void {
    if (this.#card === card && this.#anchor?.dataset.n === anchor.dataset.n) return;
    this.close();
    [this.#card, this.#anchor] = [card, anchor];
    this.#light(true);
    const sheet = small();
    const to = c.url && address(c.url, this.#hands.base);
    const grip = h("div.grip");
    const [before, hit, after] = used(c.quote, body);
    // The parts that only the sheet shows are hidden beside the text by the style sheet.
    const peek = h(
      "dialog.peek",
      { "aria-label": t("source", { n: c.n, title: c.title }), onmouseleave: () => this.#leave(), onfocusout: () => this.#leave(), onclose: () => this.close() },
      grip,
      h("div.in", h("span.chip", { "data-c": c.n }), h("p.meta", icon("book"), h("span", { dir: "auto" }, c.section || c.title)), h("h3", { dir: "auto" }, c.title), h("button.x", { "aria-label": t("dismiss"), onclick: () => this.close() }, icon("close"))),
      h("blockquote", { dir: "auto" }, before, hit && h("mark", hit), after),
      h("div.end", h("span.meta", c.updated && t("updated", { date: date(Date.parse(c.updated)) })), to && h("a.key", { href: to, target: "_blank", rel: "noopener noreferrer" }, t("page"), icon("out"))),
    );
    this.#peek = peek;
    if (sheet) {
      peek.addEventListener("click", (e) => e.target === peek && e.clientY < peek.getBoundingClientRect().top && this.close());
      drag(grip, peek, () => this.close());
      card.closest(".panel")!.append(peek);
      peek.showModal();
    } else {
      peek.setAttribute("open", "");
      this.#put(card, peek);
    }
  }

  /** Under the card; above it when only there is room; else under it, scrolled into view. */
  #put(card: HTMLElement, peek: HTMLElement): void {
    const row = card.parentElement!;
    row.after(peek);
    const log = row.closest(".log")!;
    const [box, view] = [card.getBoundingClientRect(), log.getBoundingClientRect()];
    const home = row.parentElement!.getBoundingClientRect().top;
    const height = peek.offsetHeight;
    const below = box.bottom + 6 + height <= view.bottom;
    const above = !below && box.top - 6 - height >= view.top;
    peek.style.insetBlockStart = `${(above ? box.top - 6 - height : box.bottom + 6) - home}px`;
    if (!below && !above) peek.scrollIntoView({ block: "nearest" });
  }
}

/** The sheet follows a finger on its handle and closes when it was drawn down a good way. */
function drag(grip: HTMLElement, sheet: HTMLElement, close: () => void): void {
  grip.onpointerdown = (down) => {
    grip.setPointerCapture(down.pointerId);
    grip.onpointermove = (e) => (sheet.style.translate = `0 ${Math.max(0, e.clientY - down.clientY)}px`);
    grip.onpointerup = grip.onpointercancel = (e) => {
      grip.onpointermove = null;
      sheet.style.translate = "";
      if (e.clientY - down.clientY > 80) close();
    };
  };
}
