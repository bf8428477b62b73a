import type { Entry, Keep } from "@baton/realtime";
import { attempt } from "./attempt.ts";

export interface Vault extends Keep {
  get(name: string): string;
  set(name: string, value: string): void;
}

/**
 * What outlives a reload: the token, what was seen, and messages on their way. Local storage where the page allows it, and memory beside it,
 * which alone holds where storage is blocked, full, or not wanted (`data-storage="none"`). Never a cookie.
 */
export function vault(inbox: string, wanted: boolean): Vault {
  const store = attempt(() => (wanted ? localStorage : undefined));
  const memory: Record<string, string> = {};
  const named = (name: string) => `baton.${inbox}.${name}`;
  const set = (name: string, value: string) => {
    memory[name] = value;
    attempt(() => store?.setItem(named(name), value));
  };
  return {
    get: (name) => attempt(() => store?.getItem(named(name))) ?? memory[name] ?? "",
    set,
    put: (entry) => set(`out.${entry.cid}`, JSON.stringify(entry)),
    remove: (cid) => attempt(() => store?.removeItem(named(`out.${cid}`))),
    all: () =>
      Object.keys(store ?? {})
        .filter((name) => name.startsWith(named("out.")))
        .flatMap((name) => attempt(() => JSON.parse(store!.getItem(name)!) as Entry) ?? []),
  };
}
