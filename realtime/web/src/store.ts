/** A storage that hangs must not hold a message back for longer than this. */
const HANG_MS = 1000;

/** Where entries outlive a reload, a crash and a closed tab. Each stands under its own `cid`, so that two tabs never overwrite each other's. */
export interface Store<E extends { cid: string }> {
  /** Settles once the entry is on disk, or nothing can be kept here; it never fails. */
  put(entry: E): Promise<unknown>;
  remove(cid: string): Promise<unknown>;
  all(): Promise<E[]>;
}

/**
 * Entries in IndexedDB, written through to the disk before `put` settles. Where storage is blocked, full or not wanted nothing is kept, and the caller's memory alone holds:
 * a message is never kept from going out by a browser that cannot keep it.
 */
export function store<E extends { cid: string }>(name: string, wanted: boolean): Store<E> {
  let opened: Promise<IDBDatabase> | undefined;
  const open = () =>
    new Promise<IDBDatabase>((done, failed) => {
      if (!wanted) return failed();
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore("out", { keyPath: "cid" });
      request.onsuccess = () => done(request.result);
      request.onerror = failed;
    });
  const act = <T>(use: (out: IDBObjectStore) => IDBRequest<T>) =>
    Promise.race([
      (opened ??= open()).then((db) => new Promise<T>((done, failed) => {
        const work = db.transaction("out", "readwrite", { durability: "strict" });
        const request = use(work.objectStore("out"));
        work.oncomplete = () => done(request.result);
        work.onabort = failed;
      })).catch(() => {}),
      new Promise<void>((over) => setTimeout(over, HANG_MS)),
    ]);
  return {
    put: (entry) => act((out) => out.put(entry)),
    remove: (cid) => act((out) => out.delete(cid)),
    all: () => act((out) => out.getAll() as IDBRequest<E[]>).then((list) => list ?? []),
  };
}
