import { attempt } from "./attempt.ts";

export interface Vault {
  get(name: string): string;
  set(name: string, value: string): void;
}

/**
 * What outlives a reload: the token, what was seen, and the draft. Local storage where the page allows it, and memory beside it,
 * which alone holds where storage is blocked, full, or not wanted (`data-storage="none"`). Never a cookie.
 */
export function vault(inbox: string, wanted: boolean): Vault {
  const store = attempt(() => (wanted ? localStorage : undefined));
  const memory: Record<string, string> = {};
  const named = (name: string) => `baton.${inbox}.${name}`;
  return {
    get: (name) => attempt(() => store?.getItem(named(name))) ?? memory[name] ?? "",
    set(name, value) {
      memory[name] = value;
      attempt(() => store?.setItem(named(name), value));
    },
  };
}
