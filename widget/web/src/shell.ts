import { dress } from "./accent.ts";
import { attempt } from "./attempt.ts";
import { bubble } from "./drawings.ts";
import { languageOf } from "./language.ts";
import type { Texts } from "./locale/en.ts";
import css from "./style/shell.css?inline";
import { isDark, night, type Theme } from "./theme.ts";

export type Events = (name: string, detail?: unknown) => void;
type Calls = Record<string, (...args: any[]) => void>;

/** The shell as the chat sees it. */
export interface Shell {
  base: string;
  data: DOMStringMap;
  emit: Events;
  shadow: ShadowRoot;
  /** Where the launcher stands, and then the chat. */
  inside: HTMLElement;
  locale: string;
  /** Fetches another file of the widget, without its ending. */
  part(name: string): Promise<any>;
  /** The texts of the language, on their way; null for English, and where they cannot be had. */
  texts: Promise<Texts | null>;
  /** The direction of the text decides on which side the widget stands. */
  turn(dir: string, lang: string): void;
  /** The company's colour, and whether an operator has to be asked first. */
  paint(accent?: string, gone?: boolean): void;
}

/** A length as the page wrote it: pixels when it is a bare number. */
const length = (text = ""): string => (+text ? `${text}px` : text);

/** What the launcher is called until the chat has brought all the texts. */
const names: Record<string, string> = { hi: "चैट खोलें", ar: "فتح المحادثة" };

/**
 * All that a page view costs: the launcher at its place, in the page's theme and the company's colour. Everything else is fetched when a pointer or the
 * focus comes near, when a call of the page needs it, or because this visitor was here before. `data` are the data attributes of the script
 * tag. Gives back what carries out the calls of the page.
 */
export function start(base: string, version: string, data: DOMStringMap, emit: Events): (name: string, ...args: any[]) => void {
  const key = `baton.${data.inbox}.`;
  const stored = (name: string) => (data.storage === "none" ? "" : attempt(() => localStorage.getItem(key + name)) || "");
  let theme = data.theme as Theme;
  let accent = data.accent || stored("accent");
  let hidden = false;
  let gone = false;
  let due = 0;
  let chat: Promise<Calls> | undefined;
  const ended = new AbortController();

  const node = <E = HTMLElement>(tag: string, svg?: string) => document.createElementNS(`http://www.w3.org/${svg ?? "1999/xhtml"}`, tag) as E;
  const host = node("baton-chat");
  const inside = node("div");
  const button = node("button");
  const icon = node<Element>("svg", "2000/svg");
  const path = node<Element>("path", "2000/svg");
  const shadow = host.attachShadow({ mode: "open" });
  // A style sheet made by script is no inline style: a strict style-src does not stop it.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  shadow.adoptedStyleSheets = [sheet];
  const place = (sheet.cssRules[0] as CSSStyleRule).style;

  const paint = () => {
    due = 0;
    const dark = isDark(theme);
    const away = hidden || gone || !!(data.hideOn && document.querySelector(data.hideOn));
    // Set again to what it is, it would wake the watcher below without end.
    if (host.hidden !== away) host.hidden = away;
    inside.className = dark ? "root dark" : "root";
    for (const [name, value] of Object.entries(dress(accent, dark))) inside.style.setProperty(name, value);
  };
  const soon = () => (due ||= requestAnimationFrame(paint));

  let failures = 0;
  const part = (name: string) =>
    import(/* @vite-ignore */ `${base}${name}.js?v=${version}${"&".repeat(failures)}`).catch((fault) => {
      // Some browsers remember that a module failed; under another address it is asked for again.
      failures++;
      throw fault;
    });
  const shell: Shell = {
    base, data, emit, shadow, inside, part, locale: "", texts: Promise.resolve(null),
    turn(dir, lang) {
      place.setProperty("direction", (inside.dir = dir), "important");
      inside.lang = lang;
    },
    paint(to, refused = false) {
      accent = to || accent;
      gone = refused;
      paint();
    },
  };
  const speak = (locale: string) => {
    const language = languageOf((shell.locale = locale));
    shell.turn(language === "ar" ? "rtl" : "ltr", language || "en");
    button.ariaLabel = data.label || names[language] || "Open chat";
  };
  const fetchTexts = () => {
    const language = languageOf(shell.locale);
    if (language) shell.texts = part(`widget-locale/${language}`).then((m) => m.default, () => null);
  };
  const fetchChat = () => part("widget-chat");
  const need = () => {
    if (chat) return chat;
    fetchTexts();
    return (chat = fetchChat().then((m) => m.start(shell)));
  };
  /** The next click or call tries again where the chat cannot be had. */
  const call = (name: string, ...args: unknown[]) => need().then((calls) => calls[name]?.(...args)).catch(() => {
    chat = undefined;
    if (!inside.firstChild) inside.append(button);
  });

  button.className = `launcher ${data.label ? "wide" : ""}`;
  button.ariaHasPopup = "dialog";
  button.ariaExpanded = "false";
  button.onpointerenter = button.onfocus = () => void fetchChat().catch(() => {});
  button.onclick = () => call("open", true);
  icon.setAttribute("class", "i chat");
  icon.setAttribute("viewBox", "0 0 24 24");
  path.setAttribute("d", bubble);
  icon.append(path);
  button.append(icon, data.label ?? "");
  // Where a window was left open it comes back with the chat, and nothing closed is shown before it.
  const left = attempt(() => sessionStorage.getItem(`${key}open`));
  if (!left) inside.append(button);
  shadow.append(inside);
  place.setProperty("--x", length(data.offsetX));
  place.setProperty("--y", length(data.offsetY));
  place.setProperty("--z", data.z ?? "");
  speak(data.locale || document.documentElement.lang || navigator.language);
  paint();
  // Keys typed in here are not meant for the page's shortcuts.
  for (const type of ["keydown", "keyup", "keypress"]) shadow.addEventListener(type, (e) => e.stopPropagation());
  document.body.append(host);

  // What the page is, and what stands on it, decides the theme and whether the widget is to be seen.
  const watch = new MutationObserver(soon);
  watch.observe(document.documentElement, { attributes: true, subtree: !!data.hideOn, childList: !!data.hideOn });
  night().addEventListener("change", soon, ended);
  // Someone who was here before may have a reply waiting, or a message that never got out; a window stays open over the pages of a visit.
  if (left || stored("token")) call("back");

  const calls: Calls = {
    show: () => (hidden = false),
    hide: () => (hidden = true),
    setTheme: (to: Theme) => (theme = to),
    setLocale(to: string) {
      if (!chat) return speak(to);
      shell.locale = to;
      fetchTexts();
      chat.then((it) => it.speak!());
    },
    destroy() {
      ended.abort();
      watch.disconnect();
      chat?.then((it) => it.end!());
      host.remove();
    },
  };
  return (name, ...args) => {
    const own = calls[name];
    if (own) own(...args);
    // A widget never takes the focus by itself: it goes in only after a gesture of the visitor.
    else if (chat || name !== "close") call(name, ...args, navigator.userActivation?.isActive ?? true);
    paint();
  };
}
