type Listener = (e: any) => void;
type Props = Record<string, string | number | boolean | null | undefined | Listener>;
export type Kid = Node | string | null | undefined | false;

function fill<E extends Element>(node: E, parts: (Props | Kid)[]): E {
  for (const part of parts) {
    if (!part) continue;
    if (part instanceof Node || typeof part === "string") {
      node.append(part);
      continue;
    }
    for (const [name, value] of Object.entries(part)) {
      if (typeof value === "function") node.addEventListener(name.slice(2), value);
      else if (value != null && value !== false) node.setAttribute(name, value === true ? "" : `${value}`);
    }
  }
  return node;
}

/**
 * Makes an element: `h("button.key", { onclick: send }, "Send")`. What follows the dot is the class attribute; `onclick` and its like take a listener;
 * every other property is an attribute, left out when it is null or false.
 */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K | `${K}.${string}`, ...parts: (Props | Kid)[]): HTMLElementTagNameMap[K] {
  const [name, cls] = tag.split(".");
  const node = document.createElement(name!) as HTMLElementTagNameMap[K];
  if (cls) node.className = cls;
  return fill(node, parts);
}

/** Makes an element of SVG. */
export const svg = (tag: string, ...parts: (Props | Kid)[]): SVGElement => fill(document.createElementNS("http://www.w3.org/2000/svg", tag), parts);

/** A style sheet made by script is no inline style: a strict style-src does not stop it. */
export function sheet(text: string): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(text);
  return made;
}

/** Sets or removes an attribute, touching the document only when it changes. */
export function attr(node: Element, name: string, value: string | boolean | null): void {
  const text = value === true ? "" : value === false ? null : value;
  if (node.getAttribute(name) === text) return;
  if (text === null) node.removeAttribute(name);
  else node.setAttribute(name, text);
}

/** Sets the text of an element, touching the document only when it changes. */
export function say(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** Shows or hides. */
export function show(node: HTMLElement, on: boolean): void {
  if (node.hidden === on) node.hidden = !on;
}
