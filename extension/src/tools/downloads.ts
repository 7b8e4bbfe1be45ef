/** The downloads that tasks may know of: in a launched browser all, in a person's own those that its task tabs began. */
import type { DownloadFacts, DownloadsPort } from "../chrome/downloads.js";
import { ToolFailure } from "../failure.js";
import { Expired, type Deadline } from "../page/deadline.js";
import type { WorkspaceMemory } from "./workspace.js";

const KEY = "downloads";
const MOST_URLS = 200;
/** Enough to tell `data:` URLs apart, which can be as long as the file. */
const URL_CHARS = 500;

/** The browser has no doubts, or somebody has removed them. */
const HARMLESS = new Set(["safe", "accepted", "deepScannedSafe", "deepScannedOpenedDangerous", "allowlistedByPolicy"]);

export class Downloads {
  launched = false;
  #urls: string[] = [];
  #recalled: Promise<void> | undefined;
  /** Those that a wait has handed out: the next wait is for another one. */
  readonly #seen = new Set<number>();
  /** Waits that look again when one more download turns out to be theirs. */
  readonly #wakes = new Set<() => void>();
  readonly #told = new Map<number, string>();

  constructor(
    private readonly port: DownloadsPort,
    private readonly memory: WorkspaceMemory,
    private readonly tell: (data: Record<string, unknown>) => void,
  ) {
    port.listen((id) => void this.#changed(id));
  }

  /** A page of a task's tab has begun to save `url`. */
  begun(tabId: number, url: string): void {
    this.#urls = [...this.#urls, url.slice(0, URL_CHARS)].slice(-MOST_URLS);
    this.memory.put(KEY, this.#urls);
    for (const wake of [...this.#wakes]) wake();
    this.tell({ event: "begun", tabId, url: url.slice(0, URL_CHARS) });
  }

  /** Newest first. */
  async list(): Promise<readonly DownloadFacts[]> {
    this.#recalled ??= this.#recall();
    await this.#recalled;
    return (await this.port.recent()).filter((item) => this.#isOurs(item));
  }

  /** That download, or the newest that no wait has handed out yet, when it has come to its end. */
  async ended(id: number | undefined, deadline: Deadline): Promise<DownloadFacts> {
    let seen: DownloadFacts | undefined;
    try {
      for (;;) {
        const changed = this.#nextChange();
        try {
          seen = await deadline.race(this.#look(id));
          if (seen !== undefined && seen.state !== "in_progress") return this.#handOut(seen);
          await deadline.race(changed.happened);
        } finally {
          changed.stop();
        }
      }
    } catch (error) {
      if (!(error instanceof Expired)) throw error;
      throw tooLate(seen);
    }
  }

  async #look(id: number | undefined): Promise<DownloadFacts | undefined> {
    const all = await this.list();
    if (id === undefined) return all.find((item) => !this.#seen.has(item.id));
    const found = all.find((item) => item.id === id);
    if (found === undefined) throw new ToolFailure("INVALID_ARGUMENTS", `there is no download ${String(id)}`, { field: "downloadId" });
    return found;
  }

  #handOut(item: DownloadFacts): DownloadFacts {
    this.#seen.add(item.id);
    if (item.state === "complete") return item;
    const { error = "", url, id } = item;
    throw new ToolFailure("DOWNLOAD_FAILED", `the download was interrupted: ${error}`, { downloadId: String(id), error, url });
  }

  #nextChange(): { happened: Promise<void>; stop: () => void } {
    let wake = (): void => undefined;
    const happened = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const leave = this.port.listen(wake);
    this.#wakes.add(wake);
    const stop = (): void => {
      leave();
      this.#wakes.delete(wake);
    };
    return { happened, stop };
  }

  #isOurs({ url, finalUrl }: DownloadFacts): boolean {
    return this.launched || [url, finalUrl].some((one) => this.#urls.includes(one.slice(0, URL_CHARS)));
  }

  /** The end of a download is told once. */
  async #changed(id: number): Promise<void> {
    const item = await this.port.get(id);
    if (item === undefined || item.state === "in_progress" || this.#told.get(id) === item.state || !this.#isOurs(item)) return;
    this.#told.set(id, item.state);
    this.tell({ event: "ended", downloadId: String(id), filename: nameOf(item), state: stateOf(item), bytesReceived: item.bytesReceived });
  }

  async #recall(): Promise<void> {
    const left = (await this.memory.all())[KEY];
    if (Array.isArray(left)) this.#urls = [...left.filter((url): url is string => typeof url === "string"), ...this.#urls];
  }
}

function tooLate(seen: DownloadFacts | undefined): ToolFailure {
  if (seen === undefined) return new ToolFailure("DOWNLOAD_TIMEOUT", "no download began");
  const { id, bytesReceived, totalBytes, danger } = seen;
  const doubts = HARMLESS.has(danger) ? "" : `; the browser holds it back as ${danger}, until a person keeps it`;
  const message = `the download ${String(id)} has ${String(bytesReceived)} of ${String(totalBytes)} bytes${doubts}`;
  return new ToolFailure("DOWNLOAD_TIMEOUT", message, { downloadId: String(id), bytesReceived, totalBytes, danger });
}

export function nameOf({ path, url }: DownloadFacts): string {
  return path.split(/[\\/]/).pop() || (url.split(/[?#]/)[0]?.split("/").pop() ?? "");
}

export function stateOf({ state }: DownloadFacts): "in_progress" | "complete" | "error" {
  return state === "interrupted" ? "error" : state;
}
