/** `chrome.downloads`: what this browser saves to files. */

export interface DownloadFacts {
  readonly id: number;
  readonly url: string;
  readonly finalUrl: string;
  /** Empty until the browser has settled it. */
  readonly path: string;
  readonly mimeType: string;
  readonly state: "in_progress" | "complete" | "interrupted";
  /** Why it was interrupted, in the browser's words. */
  readonly error?: string;
  /** The browser's doubts about the file; it may wait for a person's word. */
  readonly danger: string;
  readonly bytesReceived: number;
  /** -1 when the server does not say. */
  readonly totalBytes: number;
  readonly startTimeMs: number;
  readonly endTimeMs?: number;
}

export interface DownloadsPort {
  /** Newest first. */
  recent(): Promise<readonly DownloadFacts[]>;
  get(id: number): Promise<DownloadFacts | undefined>;
  /** Tells that one has begun or changed, until the returned function is called. */
  listen(changed: (id: number) => void): () => void;
}

const MOST = 500;

const listeners = new Set<(id: number) => void>();

function tell({ id }: { readonly id: number }): void {
  for (const listener of [...listeners]) listener(id);
}

/** Registers the browser's listeners; must run in the worker's first turn, or a waking event is lost. */
export function watchDownloads(): void {
  chrome.downloads.onCreated.addListener(tell);
  chrome.downloads.onChanged.addListener(tell);
}

export const chromeDownloads: DownloadsPort = {
  async recent() {
    const found = await chrome.downloads.search({ orderBy: ["-startTime"], limit: MOST });
    return found.map(factsOf);
  },
  async get(id) {
    const [found] = await chrome.downloads.search({ id });
    return found === undefined ? undefined : factsOf(found);
  },
  listen(changed) {
    listeners.add(changed);
    return () => listeners.delete(changed);
  },
};

function factsOf(item: chrome.downloads.DownloadItem): DownloadFacts {
  return {
    id: item.id,
    url: item.url,
    finalUrl: item.finalUrl,
    path: item.filename,
    mimeType: item.mime,
    state: item.state,
    ...(item.error === undefined ? {} : { error: item.error }),
    danger: item.danger,
    bytesReceived: item.bytesReceived,
    totalBytes: item.totalBytes,
    startTimeMs: Date.parse(item.startTime),
    ...(item.endTime === undefined ? {} : { endTimeMs: Date.parse(item.endTime) }),
  };
}
