/** What the page asks for, or `auto`: what the page itself is. */
export type Theme = "light" | "dark" | "auto";

/** What tells whether the visitor prefers the dark. */
export const night = (): MediaQueryList => matchMedia("(prefers-color-scheme:dark)");

/** A page that declares one colour scheme is followed; one that declares both, or none, follows the visitor. */
export function isDark(theme?: Theme): boolean {
  const scheme = /light|dark/.test(theme!) ? theme! : getComputedStyle(document.documentElement).colorScheme;
  const dark = /dark/.test(scheme);
  return dark === /light/.test(scheme) ? night().matches : dark;
}
