import { attr, h, say, show } from "../h.ts";
import { icon } from "../icon.ts";
import { standing, type State } from "../state.ts";
import { t } from "../text.ts";
import type { Hands } from "./hands.ts";

/** The longest message the server takes, in code points (docs/protocol.md). */
const MAX = 16_000;

/** Where the visitor writes. What is too long, or was refused, stays in the box. */
export class Composer {
  readonly #box = h("textarea", { rows: 1, "aria-label": t("write"), "aria-describedby": "long", enterkeyhint: "send", dir: "auto", autocomplete: "off" });
  readonly #send = h("button.send", { "aria-label": t("send") }, icon("up"));
  readonly #stop = h("button.key", { hidden: true }, icon("stop"), t("stop"));
  readonly #error = h("span");
  readonly #long = h("p.err", { id: "long", hidden: true }, icon("alert"), this.#error);
  readonly #note = h("span");
  readonly nodes: HTMLElement[];
  readonly #hands: Hands;

  constructor(hands: Hands) {
    this.#hands = hands;
    this.nodes = [this.#long, h("div.box", this.#box, this.#send, this.#stop), h("footer.foot", this.#note, h("span", icon("baton"), "Baton"))];
    this.#box.value = hands.draft();
    this.#box.addEventListener("input", this.#changed);
    this.#box.addEventListener("keydown", (e) => {
      // Enter that ends a composition (Hindi, Chinese, Japanese) is not meant for us.
      if (e.key !== "Enter" || e.shiftKey || e.isComposing || e.keyCode === 229) return;
      e.preventDefault();
      this.#submit();
    });
    this.#send.addEventListener("click", this.#submit);
    this.#stop.addEventListener("click", () => {
      this.#box.focus();
      hands.stop();
    });
    this.#changed();
  }

  focus(): void {
    this.#box.focus({ preventScroll: true });
  }

  fill(text: string): void {
    this.#box.value = text;
    this.#changed();
  }

  /** The box can only be measured while it is shown. */
  fit(): void {
    this.#box.style.blockSize = "";
    const { scrollHeight, clientHeight } = this.#box;
    if (scrollHeight > clientHeight) this.#box.style.blockSize = `${scrollHeight}px`;
  }

  update(s: State): void {
    const state = standing(s);
    const stoppable = !!s.run && !s.run.stopped;
    const lost = !stoppable && this.#stop === (this.#stop.getRootNode() as ShadowRoot).activeElement;
    if (lost) this.focus();
    show(this.#stop, stoppable);
    show(this.#send, !stoppable);
    attr(this.#box, "placeholder", t(state === "waiting" ? "detail" : "write"));
    const person = state === "agent" && s.conversation?.person;
    say(this.#note, person ? t("footPerson", { name: person.name.split(" ")[0]! }) : t("foot"));
    if (s.returned !== null) {
      this.fill(`${s.returned}\n${this.#box.value}`.trim());
      this.#hands.taken();
    }
  }

  readonly #changed = (): void => {
    const text = this.#box.value;
    this.#send.disabled = !text.trim();
    this.#hands.draft(text);
    this.#hands.typing(!!text.trim());
    if (!this.#long.hidden) this.#tooLong();
    this.fit();
  };

  #tooLong(): boolean {
    const text = this.#box.value.trim();
    const n = text.length > MAX ? [...text].length : 0;
    const over = n > MAX;
    show(this.#long, over);
    attr(this.#box, "aria-invalid", over ? "true" : null);
    say(this.#error, over ? t("long", { max: MAX, n }) : "");
    return over;
  }

  readonly #submit = (): void => {
    const text = this.#box.value.trim();
    this.focus();
    if (!text) return;
    if (this.#tooLong()) return this.#hands.tell(this.#error.textContent!);
    // Said first: a message ends the typing by itself, so the emptied box has nothing to tell.
    this.#hands.say(text);
    this.fill("");
  };
}
