import { h, type View } from "../h.ts";
import { icon } from "../icon.ts";
import { standing, type State } from "../state.ts";
import { first, t } from "../text.ts";
import { trouble } from "./face.ts";
import type { Hands } from "./hands.ts";

/** Where the visitor writes. What is too long, or was refused, stays in the box. */
export function composer(hands: Hands) {
  let box: HTMLTextAreaElement | undefined;
  /** Why the text cannot be sent, in words. Until the second half can tell, the server refuses it, and the text comes back. */
  let fault = "";
  const judge = (text: string): string => (fault = hands.more?.tooLong(text) ?? "");

  const changed = (): void => {
    const text = hands.draft(box!.value);
    hands.typing(!!text.trim());
    if (fault) judge(text);
    box!.style.blockSize = "";
    if (box!.scrollHeight > box!.clientHeight) box!.style.blockSize = `${box!.scrollHeight}px`;
    hands.draw();
  };
  const fill = (text: string): void => {
    hands.draft(text);
    if (!box) return;
    box.value = text;
    changed();
  };
  const submit = (): void => {
    const text = hands.draft().trim();
    box!.focus();
    if (!text) return;
    if (judge(text)) {
      hands.draw();
      return hands.tell(fault);
    }
    // Said first: a message ends the typing by itself, so the emptied box has nothing to tell.
    hands.say(text);
    fill("");
  };
  const key = (e: KeyboardEvent): void => {
    // Enter that ends a composition (Hindi, Chinese, Japanese) is not meant for us.
    if (e.key !== "Enter" || e.shiftKey || e.isComposing || e.keyCode === 229) return;
    e.preventDefault();
    submit();
  };
  const ref = (node: HTMLTextAreaElement): void => {
    box = node;
    fill(hands.draft());
  };

  return {
    fill,
    focus: () => box?.focus({ preventScroll: true }),
    view(s: State): View[] {
      const state = standing(s);
      const person = hands.more && state === "agent" && s.conversation?.person;
      const box = h("textarea", { rows: 1, "aria-label": t("write"), placeholder: t(hands.more && state === "waiting" ? "detail" : "write"), "aria-describedby": "long", "aria-invalid": fault ? "true" : null, enterkeyhint: "send", dir: hands.draft() ? "auto" : null, autocomplete: "off", ref, oninput: changed, onkeydown: key });
      return [
        ...(fault ? [trouble("long", fault)] : []),
        h("div.box",
          box,
          s.run && !s.run.stopped ? h("button.key", { key: "stop", onclick: hands.stop }, icon("stop"), t("stop")) : h("button.send", { key: "send", "aria-label": t("send"), disabled: !hands.draft().trim(), onclick: submit }, icon("up")),
        ),
        h("div.foot", h("span", person ? t("footPerson", { name: first(person.name) }) : t("foot")), h("span", icon("baton"), "Baton")),
      ];
    },
  };
}
