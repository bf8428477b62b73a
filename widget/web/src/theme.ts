/** What the page asks for, or `auto`: what the page itself is. */
export type Theme = "light" | "dark" | "auto";

/** A page that declares one colour scheme is followed; one that declares both, or none, follows the visitor. */
function dark(theme: Theme): boolean {
  if (theme !== "auto") return theme === "dark";
  const scheme = getComputedStyle(document.documentElement).colorScheme;
  return /dark/.test(scheme) === /light/.test(scheme) ? matchMedia("(prefers-color-scheme:dark)").matches : /dark/.test(scheme);
}

/** Tells `apply` now and whenever the answer may have changed, until the function that is given back is called. */
export function followTheme(theme: Theme, apply: (dark: boolean) => void): () => void {
  const now = () => apply(dark(theme));
  now();
  if (theme !== "auto") return () => {};
  const media = matchMedia("(prefers-color-scheme:dark)");
  media.addEventListener("change", now);
  // Pages switch by a class or an attribute of their root element.
  const watch = new MutationObserver(now);
  watch.observe(document.documentElement, { attributes: true });
  return () => {
    media.removeEventListener("change", now);
    watch.disconnect();
  };
}
