import { attr, h, say, show } from "../h.ts";
import { icon } from "../icon.ts";
import { standing, unread, type State } from "../state.ts";
import { t } from "../text.ts";
import { face } from "./face.ts";
import type { Hands } from "./hands.ts";

/** The way in: round, with a text where the page asks for one, with the person's face during a live chat; badge, and one teaser at most. */
export class Launcher {
  readonly #badge = h("span.badge", { hidden: true, "aria-hidden": "true" });
  readonly #button: HTMLButtonElement;
  readonly #label: string;
  readonly #hands: Hands;
  #shown = "";
  #teased = "";
  readonly #teaser = h("div.teaser", { hidden: true, role: "status" });
  readonly nodes: HTMLElement[];

  constructor(hands: Hands, label: string) {
    this.#hands = hands;
    this.#label = label;
    this.#button = h("button.launcher", { "aria-haspopup": "dialog", onpointerenter: hands.near, onfocus: hands.near, onclick: () => (hands.state().open ? hands.close() : hands.open()) });
    this.nodes = [this.#teaser, this.#button];
  }

  focus(): void {
    this.#button.focus();
  }

  update(s: State): void {
    const person = !s.open && standing(s) === "agent" ? s.conversation?.person : null;
    const shown = person ? person.id + person.status : s.open ? "" : this.#label;
    if (shown !== this.#shown || !this.#button.hasChildNodes()) {
      this.#shown = shown;
      this.#button.className = `launcher ${person ? "live" : shown ? "wide" : ""}`;
      const inside = person
        ? [face(person, "mid", person.status), h("span", h("b", person.name.split(" ")[0]!), h("span.meta", t("inChat")))]
        : [icon("chat"), icon("down"), shown];
      this.#button.replaceChildren(...inside, this.#badge);
    }
    attr(this.#button, "aria-expanded", `${s.open}`);
    const n = s.open ? 0 : unread(s);
    attr(this.#button, "aria-label", [person?.name ?? "", s.open ? t("close") : (!person && this.#label) || t("open"), n ? t("fresh", { n }) : ""].filter(Boolean).join(", "));
    show(this.#badge, n > 0);
    say(this.#badge, n > 9 ? "9+" : `${n}`);
    this.#tease(s);
  }

  #tease(s: State): void {
    const m = s.teaser;
    if ((m?.cid ?? "") === this.#teased) return;
    this.#teased = m?.cid ?? "";
    const inside = this.#teaser.contains((this.#teaser.getRootNode() as ShadowRoot).activeElement);
    show(this.#teaser, !!m);
    if (inside && !m) this.focus();
    if (!m) return;
    const known = s.conversation?.person;
    this.#teaser.replaceChildren(
      h("button.read", { onclick: this.#hands.open }, face(m.author, "mid", known?.id === m.author.id ? known?.status : undefined), h("div", h("span.meta", h("b", m.author.name?.split(" ")[0] ?? ""), " ", t("justNow")), h("p", { dir: "auto" }, m.body))),
      h("button.x", { "aria-label": t("dismiss"), onclick: this.#hands.dismiss }, icon("close")),
    );
  }
}
