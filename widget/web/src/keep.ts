import type { Entry, Keep } from "@baton/realtime";

/**
 * What outlives a reload: the token, what was seen, and messages on their way. Local storage where the page allows it, memory where it
 * does not (blocked by the browser, or `data-storage="none"`). Never a cookie.
 */
export class Vault implements Keep {
  readonly #store: Pick<Storage, "getItem" | "setItem" | "removeItem"> | null;
  readonly #memory = new Map<string, string>();
  readonly #prefix: string;

  constructor(inbox: string, use: boolean) {
    this.#prefix = `baton.${inbox}.`;
    this.#store = use ? reachable() : null;
  }

  get(name: string): string {
    return this.#try((s) => s.getItem(this.#prefix + name)) ?? this.#memory.get(name) ?? "";
  }

  set(name: string, value: string): void {
    this.#memory.set(name, value);
    // A full store refuses; memory still holds the value for as long as the page lives.
    this.#try((s) => s.setItem(this.#prefix + name, value));
  }

  put(entry: Entry): void {
    this.set(`out.${entry.cid}`, JSON.stringify(entry));
  }

  remove(cid: string): void {
    this.#memory.delete(`out.${cid}`);
    this.#try((s) => s.removeItem(`${this.#prefix}out.${cid}`));
  }

  all(): Entry[] {
    const start = `${this.#prefix}out.`;
    const names = this.#try((s) => Object.keys(s).filter((k) => k.startsWith(start))) ?? [];
    return names.flatMap((name) => this.#try((s) => JSON.parse(s.getItem(name)!) as Entry) ?? []);
  }

  #try<T>(use: (store: Pick<Storage, "getItem" | "setItem" | "removeItem">) => T): T | undefined {
    try {
      return this.#store ? use(this.#store) : undefined;
    } catch {
      return undefined;
    }
  }
}

// Reading the property alone throws where storage is blocked.
function reachable(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
