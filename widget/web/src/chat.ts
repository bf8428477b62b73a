import { backoff, store } from "@baton/realtime";
import type { ServerFrame } from "@baton/realtime/visitor";
import { connect, type Kept } from "./client.ts";
import { patch } from "./h.ts";
import { attempt } from "./attempt.ts";
import { vault as open } from "./keep.ts";
import { lent } from "./lent.ts";
import { reduce } from "./reduce.ts";
import type { Shell } from "./shell.ts";
import { initial, type Action, type State } from "./state.ts";
import css from "./style/chat.css?inline";
import { isRtl, language, setTexts } from "./text.ts";
import { small, type Hands } from "./view/hands.ts";
import { launcher } from "./view/launcher.ts";
import { panel } from "./view/panel.ts";

/** Starts the chat inside the shell. Gives back what carries out the calls of the page, and of the shell: `back`, `speak` and `end`. */
export async function start(shell: Shell): Promise<Record<string, (...args: any[]) => void>> {
  const { base, data, emit, inside, shadow } = shell;
  const inbox = data.inbox!;
  const wanted = data.storage !== "none";
  const vault = open(inbox, wanted);
  const outbox = store<Kept>(`baton.${inbox}`, wanted);
  let state: State = { ...initial, returning: !!vault.get("token") };
  /** Up to here everything was told to those who listen. */
  let told = state;
  let due = false;
  let coming = false;
  let tries = 0;
  let watcher: { onclose(): void; destroy(): void } | undefined;
  const ended = new AbortController();
  const early: Action[] = [];

  // Said here, it is heard by those who listen instead of looking.
  const region = document.createElement("div");
  region.ariaLive = "polite";
  region.className = "sr";
  const tell = (words: string): void => {
    // Said twice in a row it is still heard: the region is emptied first.
    region.textContent = "";
    setTimeout(() => (region.textContent = words), 50);
  };
  const focusLauncher = () => shadow.querySelector<HTMLElement>(".launcher")!.focus();

  const draw = () => {
    due = false;
    if (ended.signal.aborted) return;
    const focused = shadow.activeElement;
    shell.paint(state.session?.inbox.accent, state.link === "gone");
    patch(inside, [state.open && window.view(state), launcher(state, hands, data.label ?? "")]);
    // Whatever held the focus may have gone with what was redrawn; it never falls back to the page.
    if (focused && !shadow.activeElement) if (state.open) window.focusBox(); else focusLauncher();
    if (hands.more || !told.synced) {
      const words = hands.more?.announcement(told, state);
      told = state;
      if (words) tell(words);
    }
    if (state.link !== "cold" && !coming) {
      coming = true;
      (globalThis.requestIdleCallback ?? setTimeout)(fetchMore);
    }
    if (state.open && state.synced && !document.hidden && window.atEnd()) client.read();
  };
  const soon = () => {
    if (due) return;
    due = true;
    // A hidden page draws no frames, and still has a badge to keep.
    if (document.hidden) setTimeout(draw);
    else requestAnimationFrame(draw);
  };
  /** Everything is drawn again with the second half once it is there. A fetch that fails is tried again; until then, texts stand in plain words. */
  const fetchMore = () =>
    shell.part("widget-more").then(
      (m) => {
        hands.more = m.start(lent, hands);
        adopt(hands.more!.css);
        early.forEach(dispatch);
        soon();
      },
      () => setTimeout(fetchMore, backoff(tries++, 1)),
    );
  const adopt = (css: string) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    shadow.adoptedStyleSheets.push(sheet);
  };
  const dispatch = (a: Action) => {
    const before = state;
    state = reduce(state, a);
    if (hands.more) state = hands.more.reduceLater(state, a);
    // What came too early for the second half; a sign of typing would be over by then.
    else if (state === before && (a as { frame?: ServerFrame }).frame?.t !== "typing") early.push(a);
    if (state !== before) soon();
  };
  /** A keyboard on a phone covers the page without making it smaller; the window shrinks instead. */
  const fit = () => inside.style.setProperty("--vh", small() && visualViewport ? `${visualViewport.height}px` : "");

  const turn = (opens: boolean, enter = true) => {
    if (state.open === opens || state.link === "gone") return;
    const held = shadow.activeElement;
    window.close();
    dispatch({ do: "set", open: opens, teaser: null });
    if (opens) client.start();
    // An open window stays open over the pages of a visit; never longer, and not where it covers the page.
    attempt(() => sessionStorage.setItem(`baton.${inbox}.open`, opens ? "1" : ""));
    emit(opens ? "open" : "close");
    fit();
    draw();
    if (opens) queueMicrotask(() => enter && window.focus());
    else if (held) focusLauncher();
    // On a phone the gesture for "back" closes a window that fills the screen, where the browser offers that.
    watcher?.destroy();
    const { CloseWatcher } = globalThis as any;
    watcher = opens && CloseWatcher && small() ? new CloseWatcher() : undefined;
    if (watcher) watcher.onclose = () => turn(false);
  };

  const client = connect({
    base, inbox, vault, dispatch, outbox,
    kept: await outbox.all(),
    locale: () => shell.locale,
    state: () => state,
    complain(message) {
      console.warn(`Baton: ${message}`);
      emit("error", { message });
    },
    giveBack: (body) => window.fill(`${body}\n${vault.get("draft")}`.trim()),
  });
  const hands: Hands = {
    ...client,
    base, draw, turn, tell, emit,
    state: () => state,
    dismiss: () => dispatch({ do: "set", teaser: null }),
    draft(text) {
      if (text !== undefined) vault.set("draft", text);
      return vault.get("draft");
    },
    focusBox: () => window.focusBox(),
  };
  const window = panel(hands);
  /** The language changes in place, with all that was said. */
  const speak = async () => {
    setTexts(shell.locale, await shell.texts);
    shell.turn(isRtl() ? "rtl" : "ltr", language());
    draw();
  };

  adopt(css);
  const first = shadow.activeElement;
  shadow.append(region);
  inside.replaceChildren();
  await speak();
  if (first) focusLauncher();

  const hear = (target: EventTarget | null, type: string, act: () => void) => target?.addEventListener(type, act, ended);
  hear(visualViewport, "resize", fit);
  for (const event of ["online", "focus"]) hear(globalThis as never, event, client.wake);
  hear(document, "visibilitychange", () => {
    client.wake();
    soon();
  });
  return {
    open: (enter: boolean) => turn(true, enter),
    close: () => turn(false),
    toggle: (enter: boolean) => turn(!state.open, enter),
    send: (text: string) => text?.trim() && client.say(text.trim()),
    prefill: window.fill,
    speak,
    /** The visitor was here before: there may be a reply waiting, or a message that never got out, or an open window. */
    back() {
      if (vault.get("token")) client.start();
      if (!small() && attempt(() => sessionStorage.getItem(`baton.${inbox}.open`))) turn(true, false);
    },
    end() {
      ended.abort();
      watcher?.destroy();
      client.end();
    },
  };
}
