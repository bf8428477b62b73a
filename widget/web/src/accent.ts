/** Baton's own accent: its tokens were chosen by eye and stand in the style sheet. */
const OWN = "#4f46e5";
/** The least contrast of text, WCAG 2.2 AA. */
const ENOUGH = 4.5;

type Rgb = [number, number, number];

const light = ([r, g, b]: Rgb): number => {
  const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4)) as Rgb;
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
};

/** The contrast of two colours, 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [x, y] = [light(a), light(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

export const rgb = (hex: string): Rgb => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)) as Rgb;
const mix = (a: Rgb, b: Rgb, part: number): Rgb => a.map((v, i) => Math.round(v + (b[i]! - v) * part)) as Rgb;
const css = (c: Rgb): string => `rgb(${c.join()})`;

const white: Rgb = [255, 255, 255];
const ink: Rgb = [16, 18, 22];

/** The colour itself where it can be read on the ground, else the nearest towards `to` that can. */
function readable(c: Rgb, ground: Rgb, to: Rgb): Rgb {
  for (let part = 0; part < 1; part += 0.05) {
    const tried = mix(c, to, part);
    if (contrast(tried, ground) >= ENOUGH) return tried;
  }
  return to;
}

/** The rule that dresses the widget in a company's colour, in light or dark; "" for Baton's own, and for what is no colour. */
export function dress(accent: string, dark: boolean): string {
  if (!/^#[0-9a-f]{6}$/i.test(accent) || accent.toLowerCase() === OWN) return "";
  const c = rgb(accent);
  const on = contrast(white, c) >= ENOUGH || contrast(white, c) >= contrast(ink, c) ? white : ink;
  const button = readable(c, on, on === white ? ink : white);
  const ground = dark ? ink : white;
  const text = readable(c, ground, dark ? white : ink);
  const tokens = { button, on, hover: mix(button, on === white ? ink : white, 0.14), accent: text, soft: mix(ground, c, 0.1) };
  return `.root{${Object.entries(tokens)
    .map(([name, value]) => `--${name}:${css(value)}`)
    .join(";")}}`;
}
