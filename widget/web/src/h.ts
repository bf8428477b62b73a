/** What a view gives: a description of a node, which `patch` brings about. Views are plain functions of the state and touch no document. */
export interface View {
  tag: string;
  props: Props;
  kids: Kid[];
  node?: any;
}
export type Props = Record<string, any>;
export type Kid = View | string | number | boolean | null | undefined | readonly Kid[];

/**
 * Describes an element: `h("button.key", { onclick: send }, "Send")`. What follows the dot is the class attribute. Functions and booleans are set
 * as properties, `--name` in its style, all else as attributes, left out when it is null. `key` tells an element from its neighbours, `ref` is called once it is made and stands.
 */
export const h = (tag: string, ...parts: (Props | Kid)[]): View => {
  const [name, cls] = tag.split(".");
  const view: View = { tag: name!, props: { class: cls }, kids: [] };
  for (const part of parts)
    if ((part as Props)?.constructor === Object && !(part as View).kids) Object.assign(view.props, part);
    else view.kids.push(part as Kid);
  return view;
};

function update(view: View, was?: View): void {
  const { tag, props } = view;
  const node = (view.node = was?.node ?? (tag ? document.createElementNS(`http://www.w3.org/${/svg|path/.test(tag) ? "2000/svg" : "1999/xhtml"}`, tag) : new Text()));
  if (!tag) {
    if (node.data !== view.kids[0]) node.data = view.kids[0];
    return;
  }
  for (const name in { ...was?.props, ...props }) {
    const value = props[name];
    if (value === was?.props[name] || name === "key") continue;
    if (/fun|boo/.test(typeof value)) node[name] = value;
    else if (name[0] === "-") node.style.setProperty(name, value);
    else if (value == null) node.removeAttribute(name);
    else node.setAttribute(name, value);
  }
  patch(node, view.kids);
  if (!was && props.ref) queueMicrotask(() => props.ref(node));
}

/** Makes what stands in a node equal to what is described, touching only what differs. The same description given again is not even looked at. */
export function patch(parent: any, kids: readonly Kid[]): void {
  const old: View[] = parent.views ?? [];
  const now = kids
    .flat(9 as 1)
    .filter((kid) => kid || kid === 0)
    .map((kid) => ((kid as View).kids ? kid : { tag: "", props: {}, kids: [`${kid}`] }) as View);
  parent.views = now;
  for (const view of now) {
    const i = old.findIndex((o) => o.tag === view.tag && o.props.key === view.props.key);
    const [was] = i < 0 ? [] : old.splice(i, 1);
    if (!view.node) update(view, was);
  }
  // First what goes, so that what stays is not moved: a moved node loses the focus.
  for (const view of old) view.node.remove();
  let at = now[0] && parent.firstChild;
  for (const { node } of now)
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
}
