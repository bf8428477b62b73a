import { Client } from "./client.ts";
import * as H from "./h.ts";
import * as Icons from "./icon.ts";
import { Vault } from "./keep.ts";
import type { Texts } from "./locale/en.ts";
import { reduce } from "./reduce.ts";
import { Root } from "./root.ts";
import * as States from "./state.ts";
import { initial, standing, unread, type Action, type State } from "./state.ts";
import * as Words from "./text.ts";
import { languageOf, setTexts } from "./text.ts";
import type { Theme } from "./theme.ts";
import * as Faces from "./view/face.ts";
import * as Hand from "./view/hands.ts";
import { small, type Hands } from "./view/hands.ts";

// What the window's file shares with this one is handed over, not sent twice: build.mjs makes its imports read from here.
(globalThis as any)[Symbol.for("baton")] = { ...H, ...Icons, ...States, ...Words, ...Faces, ...Hand };

export type Events = (name: string, detail?: unknown) => void;

/** Fetches a language; English is built in, and takes over where a language cannot be had. */
async function load(base: string, version: string, locale: string): Promise<void> {
  const language = languageOf(locale);
  const texts = language ? await import(/* @vite-ignore */ `${base}widget-locale/${language}.js?v=${version}`).then((m) => m.default as Texts, () => null) : null;
  setTexts(locale, texts);
}

/** Starts the widget. `data` are the data attributes of the script tag. Gives back what carries out the calls of the page. */
export async function start(base: string, version: string, data: DOMStringMap, emit: Events): Promise<(name: string, ...args: any[]) => void> {
  let locale = data.locale || document.documentElement.lang || navigator.language;
  let theme = (data.theme || "auto") as Theme;
  const inbox = data.inbox || "";
  const vault = new Vault(inbox, data.storage !== "none");
  const complain = (line: string) => {
    console.warn(`Baton: ${line}`);
    emit("error", { message: line });
  };
  await load(base, version, locale);

  let state: State = { ...initial, returning: vault.get("token") !== "" };
  let root: Root;
  let due = false;
  let over = false;

  const draw = () => {
    due = false;
    if (over) return;
    root.update(state);
    if (state.open && state.synced && !document.hidden) client.read();
  };
  const dispatch = (a: Action) => {
    const before = state;
    state = reduce(state, a);
    if (state === before) return;
    tellPage(before);
    if (due) return;
    due = true;
    // A hidden page draws no frames, and still has a badge to keep.
    if (document.hidden) setTimeout(draw);
    else requestAnimationFrame(draw);
  };
  const client: Client = new Client({ base, inbox, locale }, vault, dispatch, complain);

  function tellPage(before: State): void {
    if (unread(state) !== unread(before)) emit("unread", { count: unread(state) });
    if (state.synced && before.synced)
      for (const m of state.messages.slice(before.messages.length)) if (m.kind === "text") emit("message", { author: m.author.kind, name: m.author.name ?? "", body: m.body, at: m.at });
    if (before.conversation && standing(state) !== standing(before)) {
      if (standing(state) === "waiting") emit("handoff");
      if (standing(state) === "resolved") emit("ended");
    }
  }

  /** The window's file: fetched when a pointer or the focus comes near, or when it is needed. */
  let Panel: (new (hands: Hands) => import("./view/panel.ts").Panel) | null = null;
  const fetchPanel = async () => {
    Panel ??= (await import(/* @vite-ignore */ `${base}widget-panel.js?v=${version}`)).Panel;
    if (!root.panel) root.mount(new Panel!(hands));
  };

  const turn = async (open: boolean, enter = true) => {
    if (state.open === open || state.link === "gone") return;
    if (open) client.start();
    const inside = root.shadow.activeElement;
    dispatch({ do: "set", open, teaser: null });
    remember(inbox, open);
    emit(open ? "open" : "close");
    if (open)
      try {
        await fetchPanel();
      } catch {
        // Not there yet: the next click tries again.
        return turn(false);
      }
    draw();
    if (open && enter) root.enter();
    else if (inside) root.leave();
  };

  const hands: Hands = {
    base,
    state: () => state,
    near: () => void fetchPanel().catch(() => {}),
    open: () => turn(true),
    close: () => turn(false),
    dismiss: () => dispatch({ do: "set", teaser: null }),
    say: (body) => client.say(body),
    again: client.flush,
    ask: (on) => client.ask(on),
    stop: () => state.run && client.stop(state.run.run),
    typing: (on) => client.typing(on),
    contact: (email) => client.contact(email),
    draft: (text) => {
      if (text !== undefined) vault.set("draft", text);
      return vault.get("draft");
    },
    taken: () => dispatch({ do: "set", returned: null }),
    focusBox: () => root.panel?.composer.focus(),
    tell: (text) => root.tell(text),
  };

  const place = { x: data.offsetX || "", y: data.offsetY || "", z: data.z || "", label: data.label || "" };
  const build = () => {
    root = new Root(hands, place, theme, state.session?.inbox.accent || data.accent || vault.get("accent"));
    if (Panel) root.mount(new Panel(hands));
    root.update(state);
  };
  build();

  const calls: Record<string, (...args: any[]) => void> = {
    open: () => turn(true),
    close: () => turn(false),
    toggle: () => turn(!state.open),
    show: () => (root.host.hidden = state.link === "gone"),
    hide: () => (root.host.hidden = true),
    send: (text: string) => text?.trim() && client.say(text.trim()),
    prefill: (text: string) => {
      vault.set("draft", text);
      root.panel?.composer.fill(text);
    },
    setTheme: (to: Theme) => root.setTheme((theme = to)),
    setLocale: async (to: string) => {
      await load(base, version, (locale = to));
      const { hidden } = root.host;
      root.destroy();
      build();
      root.host.hidden = hidden;
    },
    destroy: () => {
      over = true;
      unhide();
      document.removeEventListener("visibilitychange", back);
      client.destroy();
      root.destroy();
    },
  };

  const unhide = data.hideOn ? hideOn(data.hideOn, (hide) => (root.host.hidden = hide || state.link === "gone")) : () => {};
  const back = () => document.hidden || draw();
  document.addEventListener("visibilitychange", back);
  // Someone who was here before may have a reply waiting, or a message that never got out.
  if (vault.get("token")) client.start();
  if (remembered(inbox) && !small()) turn(true, false);
  return (name, ...args) => calls[name]?.(...args);
}

/** An open window stays open over the pages of a visit; never longer, and not where it covers the page. */
function remember(inbox: string, open: boolean): void {
  try {
    sessionStorage.setItem(`baton.${inbox}.open`, open ? "1" : "");
  } catch {
    // Blocked storage: the window starts closed on the next page.
  }
}
function remembered(inbox: string): boolean {
  try {
    return !!sessionStorage.getItem(`baton.${inbox}.open`);
  } catch {
    return false;
  }
}

/** Hides the widget for as long as something on the page matches: a checkout, a dialog. */
function hideOn(selector: string, hide: (on: boolean) => void): () => void {
  let due = 0;
  const check = () => {
    due = 0;
    hide(!!document.querySelector(selector));
  };
  const watch = new MutationObserver(() => (due ||= requestAnimationFrame(check)));
  watch.observe(document.documentElement, { subtree: true, childList: true, attributes: true });
  check();
  return () => watch.disconnect();
}
