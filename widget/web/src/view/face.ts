import type { Status } from "@baton/realtime/visitor";
import { h, svg } from "../h.ts";
import { icon } from "../icon.ts";
import { t } from "../text.ts";

/** Eight pairs of colours; violet is not among them, because violet is only ever the assistant. */
const HUES = 8;

/** The round face of a person: the initials on the person's own colour, with a presence dot where a status is given. */
export function face(who: { name?: string; initials?: string; hue?: number }, size = "", status?: Status): HTMLElement {
  const initials = who.initials || [...(who.name ?? "")][0] || "";
  return h("span", { class: `face ${size} h${(who.hue ?? 0) % HUES}`, "aria-hidden": "true" }, initials, status && h("span", { class: `dot ${status}` }));
}

/** The head of an answer: square violet tile, name, tag, and when. */
export function byAssistant(when: string): HTMLElement {
  return h("div", { class: "by" }, h("span", { class: "tile" }, icon("spark")), h("b", {}, t("assistant")), h("span", { class: "tag" }, t("ai")), h("span", { class: "meta" }, when));
}

export const dots = (): HTMLElement => h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));

/** Shapes and colours only: a mark can hold no script, no link and no foreign picture. */
const shapes = /^(svg|g|path|rect|circle|ellipse|line|polyline|polygon|defs|linearGradient|radialGradient|stop|clipPath|title)$/;
const looks = /^(d|x|y|r|rx|ry|cx|cy|[xy][12]|points|width|height|viewBox|fill.*|stroke.*|opacity|transform|id|offset|stop-.*|clip-.*|gradient.*)$/;

function copy(from: Element): Element | null {
  if (!shapes.test(from.localName)) return null;
  const node = svg(from.localName);
  for (const { name, value } of from.attributes) if (looks.test(name)) node.setAttribute(name, value);
  for (const kid of from.children) node.append(copy(kid) ?? "");
  return node;
}

/**
 * The company's mark. It is fetched and drawn instead of put into an `img`, so that a strict page needs no img-src for it: an SVG is copied
 * shape by shape, anything else goes onto a canvas. Until it is there, and where it cannot be had, the first letter stands.
 */
export function logo(name: string, address: string): HTMLElement {
  const node = h("span", { class: "logo", "aria-hidden": "true" }, h("span", {}, [...name][0] ?? ""));
  void draw(address).then((drawn) => drawn && node.replaceChildren(drawn), () => {});
  return node;
}

async function draw(address: string): Promise<Element | null> {
  const answer = await fetch(address, { credentials: "omit" });
  if (!answer.ok) return null;
  if (answer.headers.get("Content-Type")?.startsWith("image/svg")) return copy(await parsed(address));
  const bitmap = await createImageBitmap(await answer.blob());
  const canvas = h("canvas", { width: bitmap.width, height: bitmap.height });
  canvas.getContext("2d")!.drawImage(bitmap, 0, 0);
  return canvas;
}

/** XMLHttpRequest reads XML without a string-to-markup step, which Trusted Types would refuse. The answer is in the cache by now. */
const parsed = (address: string): Promise<Element> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", address);
    request.responseType = "document";
    request.overrideMimeType("image/svg+xml");
    request.onload = () => (request.responseXML ? resolve(request.responseXML.documentElement) : reject());
    request.onerror = reject;
    request.send();
  });
