import type { Hands } from "./hands.ts";

/**
 * Puts the company's mark, an SVG, in the place of its first letter. It is fetched and taken in shape by shape instead of put into an `img`, so that a
 * strict page needs no img-src for it. XMLHttpRequest reads XML without a step from string to markup, which Trusted Types would refuse.
 */
export const mark = (hands: Hands) => (node: Element): void => {
  const { name, mark } = hands.state().session!.inbox;
  const request = new XMLHttpRequest();
  node.textContent = [...name][0]!;
  request.open("GET", new URL(mark, hands.base));
  request.responseType = "document";
  request.overrideMimeType("text/xml");
  request.onload = () => {
    const drawn = request.responseXML?.documentElement;
    if (drawn?.localName !== "svg") return;
    clean(drawn);
    node.replaceChildren(drawn);
  };
  request.send();
};

/** Shapes and colours only: a mark can hold no script, no link and no foreign picture. */
function clean(mark: Element): void {
  for (const node of [mark, ...mark.querySelectorAll("*")]) {
    if (!/^(svg|g|path|rect|circle|ellipse|line|poly.*|defs|.*Gradient|stop)$/.test(node.localName)) node.remove();
    for (const { name } of [...node.attributes]) if (/^on|href|style/.test(name)) node.removeAttribute(name);
  }
}
