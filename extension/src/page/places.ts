/** Leave for pages to ask where they are, given only while the answer is a made-up one. */

export interface PlacePort {
  allow(origin: string): Promise<void>;
  /** Takes back every leave that was given. */
  clear(): Promise<void>;
}

export class Places {
  readonly #origins = new Map<number, Set<string>>();

  constructor(private readonly port: PlacePort) {}

  /** The tab goes to `url`, and its pages may ask. */
  async allow(tabId: number, url: string): Promise<void> {
    const origin = originOf(url);
    if (origin === undefined) return;
    const known = this.#origins.get(tabId) ?? new Set();
    this.#origins.set(tabId, known);
    if (known.has(origin)) return;
    known.add(origin);
    await this.port.allow(origin);
  }

  /** The tab's pages would learn the true place from now on. */
  async withdraw(tabId: number): Promise<void> {
    if (!this.#origins.delete(tabId)) return;
    await this.port.clear();
    for (const origins of this.#origins.values()) for (const origin of origins) await this.port.allow(origin);
  }
}

function originOf(url: string): string | undefined {
  return /^https?:\/\//.test(url) ? new URL(url).origin : undefined;
}
