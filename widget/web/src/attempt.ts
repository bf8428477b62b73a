/** Storage that never throws: reading the property alone does where storage is blocked, and a full store refuses. */
export function attempt<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}
