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

/** What file systems take is 255 bytes; the browser adds " (1)" for the next of the same name, and ".crdownload" while it writes. */
const NAME_BYTES = 230;
/** What comes after the last dot is no extension when it is longer. */
const EXTENSION_BYTES = 20;

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
  chrome.downloads.onDeterminingFilename.addListener(({ filename }, suggest) => {
    const fits = fitting(filename);
    if (fits === filename) suggest();
    else suggest({ filename: fits });
  });
}

/**
 * The name of a file, cut where it is too long to be saved, with its extension. The browser counts characters: a long name
 * in a script of three bytes each fails when it is saved, as if the person had refused it.
 */
export function fitting(name: string): string {
  const bytes = (text: string): number => new TextEncoder().encode(text).length;
  if (bytes(name) <= NAME_BYTES) return name;
  const dot = name.lastIndexOf(".");
  const extension = dot > 0 && bytes(name.slice(dot)) <= EXTENSION_BYTES ? name.slice(dot) : "";
  // By what a person takes for one character, so that none is cut in two.
  const characters = [...new Intl.Segmenter().segment(name.slice(0, name.length - extension.length))].map(({ segment }) => segment);
  let room = NAME_BYTES - bytes(extension);
  const kept = characters.findIndex((character) => (room -= bytes(character)) < 0);
  return characters.slice(0, kept).join("").trimEnd() + extension;
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
