/** What a browser has saved, by script. */
import type { DownloadFacts, DownloadsPort } from "../../src/chrome/downloads";

export class FakeDownloads implements DownloadsPort {
  #items: DownloadFacts[] = [];
  readonly #listeners = new Set<(id: number) => void>();

  /** One begins or changes; others keep their order, newest first. */
  put(item: Partial<DownloadFacts> & { readonly id: number }): void {
    const before = this.#items.find(({ id }) => id === item.id) ?? {
      url: "https://shop.example/prices.csv",
      finalUrl: "https://shop.example/prices.csv",
      path: "/downloads/prices.csv",
      mimeType: "text/csv",
      state: "in_progress" as const,
      danger: "safe",
      bytesReceived: 0,
      totalBytes: -1,
      startTimeMs: 1_000,
    };
    this.#items = [{ ...before, ...item }, ...this.#items.filter(({ id }) => id !== item.id)].sort((a, b) => b.id - a.id);
    for (const listener of [...this.#listeners]) listener(item.id);
  }

  recent(): Promise<readonly DownloadFacts[]> {
    return Promise.resolve(this.#items);
  }

  get(id: number): Promise<DownloadFacts | undefined> {
    return Promise.resolve(this.#items.find((item) => item.id === id));
  }

  listen(changed: (id: number) => void): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }
}
