/** The least contrast of text, WCAG 2.2 AA. */
const ENOUGH = 4.5;

type Rgb = number[];

const light = (c: Rgb): number => {
  const [r, g, b] = c.map((v) => ((v / 255 + 0.055) / 1.055) ** 2.4) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
};

/** The contrast of two colours, 1 to 21. The darkest tones are taken for a little lighter than they are, so this never promises too much. */
export function contrast(a: Rgb, b: Rgb): number {
  const ratio = light(a) / light(b);
  return Math.max(ratio, 1 / ratio);
}

export const rgb = (hex: string): Rgb => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
const mix = (a: Rgb, b: Rgb, part: number): Rgb => a.map((v, i) => Math.round(v + (b[i]! - v) * part));

const white = [255, 255, 255];
const ink = [16, 18, 22];

/** The colour itself where it can be read on the ground, else the nearest to it, on the way to white or ink, that can. */
function readable(c: Rgb, ground: Rgb): Rgb {
  const to = ground === white ? ink : white;
  let part = 0;
  while (part < 1 && contrast(mix(c, to, part), ground) < ENOUGH) part += 0.05;
  return mix(c, to, part);
}

/** The tokens that dress the widget in a company's colour, in light or dark; none for Baton's own, which was chosen by eye, and for what is no colour. */
export function dress(accent: string, dark: boolean): Record<string, string> {
  const c = rgb(accent);
  const own = accent.toLowerCase() === "#4f46e5" || !/^#[0-9a-f]{6}$/i.test(accent);
  const on = contrast(white, c) >= Math.min(ENOUGH, contrast(ink, c)) ? white : ink;
  const button = readable(c, on);
  const tokens = { "--button": button, "--on": on, "--hover": mix(button, on === white ? ink : white, 0.14), "--accent": readable(c, dark ? ink : white) };
  // An empty value takes a token back to the style sheet's.
  return Object.fromEntries(Object.entries(tokens).map(([name, value]) => [name, own ? "" : `rgb(${value})`]));
}
