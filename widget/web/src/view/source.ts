import type { Citation } from "@baton/realtime/visitor";
import { attr, h } from "../h.ts";
import { icon } from "../icon.ts";
import { address, used } from "../markdown.ts";
import { date, t } from "../text.ts";
import { small, type Hands } from "./hands.ts";

/** A pointer has to rest this long before a source opens, and may be away this long before it closes. */
const HOVER_MS = 150;

/**
 * The preview of a source. Hovering or focusing a chip opens it, a click pins it, Esc closes it alone. On a small screen it is a sheet from
 * below, which keeps the focus until it is closed and gives it back to the chip.
 */
export class Sources {
  #peek: HTMLElement | null = null;
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
      const again = this.#pinned && this.#card === card && this.#anchor?.dataset.n === a.dataset.n;
      if (small()) this.#sheet(a, c, body);
      else if (again) this.close();
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
    if (this.#peek.contains((this.#peek.getRootNode() as ShadowRoot).activeElement)) this.#anchor?.focus();
    this.#peek.remove();
    this.#light(false);
    this.#peek = this.#card = this.#anchor = null;
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
    this.#peek = h("section.peek",
      { "aria-label": t("source", { n: c.n, title: c.title }), onmouseleave: () => this.#leave(), onfocusout: () => this.#leave() },
      h("div.in", h("p.meta", icon("book"), h("span", { dir: "auto" }, c.section || c.title)), h("h3", { dir: "auto" }, c.title), quote(c, body)),
      h("div.end", h("span.meta", updated(c)), this.#page(c)),
    );
    this.#put(card, this.#peek);
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

  #page(c: Citation, cls = ""): HTMLElement | null {
    const to = c.url ? address(c.url, this.#hands.base) : null;
    return to ? h("a", { href: to, class: cls, target: "_blank", rel: "noopener noreferrer" }, t("page"), icon("out")) : null;
  }

  #sheet(anchor: HTMLElement, c: Citation, body: string): void {
    this.close();
    const close = () => sheet.close();
    const grip = h("div.grip");
    const sheet = h(
      "dialog",
      { "aria-labelledby": "sheet" },
      grip,
      h("div.top", h("span.chip", `${c.n}`), h("div", h("h3", { id: "sheet", dir: "auto" }, c.title), h("p.meta", [c.section, updated(c)].filter(Boolean).join(". "))), h("button.x", { "aria-label": t("dismiss"), onclick: close }, icon("close"))),
      quote(c, body),
      this.#page(c, "key"),
    );
    this.#card = anchor.closest<HTMLElement>(".card");
    this.#anchor = anchor;
    this.#light(true);
    sheet.addEventListener("click", (e) => e.target === sheet && e.clientY < sheet.getBoundingClientRect().top && close());
    sheet.addEventListener("close", () => {
      sheet.remove();
      this.#light(false);
      this.#card = this.#anchor = null;
      anchor.focus();
    });
    drag(grip, sheet);
    anchor.closest(".panel")!.append(sheet);
    sheet.showModal();
  }
}

const updated = (c: Citation): string => (c.updated ? t("updated", { date: date(Date.parse(c.updated)) }) : "");

function quote(c: Citation, body: string): HTMLElement {
  const [before, hit, after] = used(c.quote, body);
  return h("blockquote", { dir: "auto" }, before, hit && h("mark", hit), after);
}

/** The sheet follows a finger on its handle and closes when it was drawn down a good way. */
function drag(grip: HTMLElement, sheet: HTMLDialogElement): void {
  let from = 0;
  grip.addEventListener("pointerdown", (e) => {
    from = e.clientY;
    grip.setPointerCapture(e.pointerId);
  });
  grip.addEventListener("pointermove", (e) => {
    if (from) sheet.style.translate = `0 ${Math.max(0, e.clientY - from)}px`;
  });
  const end = (e: PointerEvent) => {
    if (from && e.clientY - from > 80) sheet.close();
    sheet.style.translate = "";
    from = 0;
  };
  grip.addEventListener("pointerup", end);
  grip.addEventListener("pointercancel", end);
}
