/** `localStorage` and `sessionStorage` of this document. */
import type { Trouble } from "./waiting.js";

export type StorageName = "localStorage" | "sessionStorage";

export interface StorageRequest {
  readonly type: StorageName;
  readonly key?: string | undefined;
  /** Undefined: read. */
  readonly value?: string | undefined;
}

/** Pairs of name and value. */
export interface StorageItems {
  readonly items: readonly (readonly [string, string])[];
}

/** All items, the one that was asked for, or what was written. */
export function storage({ type, key, value }: StorageRequest): StorageItems | Trouble {
  return guarded(() => {
    const area = window[type];
    if (key !== undefined && value !== undefined) area.setItem(key, value);
    // Asked by number: names such as `getItem` are no properties.
    const keys = key === undefined ? Array.from({ length: area.length }, (_, at) => area.key(at) ?? "") : [key];
    const found = keys.map((name) => [name, area.getItem(name)] as const);
    return { items: found.filter((item): item is [string, string] => item[1] !== null) };
  });
}

/** How many items were removed. */
export function clearStorage(types: readonly StorageName[]): { removed: number } | Trouble {
  return guarded(() => {
    let removed = 0;
    for (const type of types) {
      removed += window[type].length;
      window[type].clear();
    }
    return { removed };
  });
}

function guarded<T>(work: () => T): T | Trouble {
  try {
    return work();
  } catch (error) {
    // A page without an origin of its own has none, and a full one takes no more.
    const reason = error instanceof Error ? error.message : String(error);
    return { code: "SCRIPT_ERROR", message: `the page's storage refuses: ${reason}` };
  }
}
