import { h, type View } from "../h.ts";

/**
 * The company's mark, an SVG. It is fetched and taken in shape by shape instead of put into an `img`, so that a strict page needs no img-src for
 * it. Until it is there, and where it cannot be had, the first letter stands. XMLHttpRequest reads XML without a step from string to markup, which Trusted Types would refuse.
 */
export function logo(name: string, address: string): View {
  const ref = (node: Element) => {
    node.textContent = [...name][0]!;
    const request = new XMLHttpRequest();
    request.open("GET", address);
    request.responseType = "document";
    request.overrideMimeType("text/xml");
    request.onload = () => {
      const mark = request.responseXML?.documentElement;
      if (mark?.localName !== "svg") return;
      clean(mark);
      node.replaceChildren(mark);
    };
    request.send();
  };
  return h("span.logo", { key: address, "aria-hidden": "true", ref });
}

/** Shapes and colours only: a mark can hold no script, no link and no foreign picture. */
function clean(mark: Element): void {
  for (const node of [mark, ...mark.querySelectorAll("*")]) {
    if (!/^(svg|g|path|rect|circle|ellipse|line|poly.*|defs|.*Gradient|stop)$/.test(node.localName)) node.remove();
    for (const { name } of [...node.attributes]) if (/^on|href|style/.test(name)) node.removeAttribute(name);
  }
}
