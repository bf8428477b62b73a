type Kid = Node | string | null | undefined | false;
type Props = Record<string, string | number | boolean | null | undefined | ((e: any) => void)>;

function fill(node: Element, props: Props, kids: Kid[]): void {
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value != null && value !== false) node.setAttribute(name, value === true ? "" : `${value}`);
  }
  for (const kid of kids) if (kid) node.append(kid);
}

/** Makes an element. `onclick` and its like take a listener; everything else is an attribute, left out when it is null or false. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...kids: Kid[]): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  fill(node, props, kids);
  return node;
}

/** Makes an element of SVG. */
export function svg(tag: string, props: Props = {}, ...kids: Kid[]): SVGElement {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  fill(node, props, kids);
  return node;
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
