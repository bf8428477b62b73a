import { h, svg } from "../h.ts";

/** Shapes and colours only: a mark can hold no script, no link and no foreign picture. */
function copy(from: Element): Node {
  if (!/^(svg|g|path|rect|circle|ellipse|line|poly.*|defs|.*Gradient|stop)$/.test(from.localName)) return document.createTextNode("");
  const node = svg(from.localName);
  for (const { name, value } of from.attributes) if (!/^on|href|style/.test(name)) node.setAttribute(name, value);
  for (const kid of from.children) node.append(copy(kid));
  return node;
}

/**
 * The company's mark, an SVG. It is fetched and copied shape by shape instead of put into an `img`, so that a strict page needs no img-src for
 * it. Until it is there, and where it cannot be had, the first letter stands. XMLHttpRequest reads XML without a step from string to markup, which Trusted Types would refuse.
 */
export function logo(name: string, address: string): HTMLElement {
  const node = h("span.logo", { "aria-hidden": "true" }, h("span", [...name][0] ?? ""));
  const request = new XMLHttpRequest();
  request.open("GET", address);
  request.responseType = "document";
  request.overrideMimeType("text/xml");
  request.onload = () => {
    const mark = request.responseXML?.documentElement;
    if (mark?.localName === "svg") node.replaceChildren(copy(mark));
  };
  request.send();
  return node;
}
