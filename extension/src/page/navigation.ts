/** Going to pages, and knowing when they have come. */
import type { Protocol } from "devtools-protocol";
import { ToolFailure } from "../failure.js";
import { goOn, isBlank, NOTHING_THERE, NOWHERE } from "./blank.js";
import type { Deadline } from "./deadline.js";
import { DocumentGone } from "./frame.js";
import type { FrameEvent } from "./frames.js";
import type { Here } from "./script/arrival.js";
import type { Tab } from "./tab.js";

export type WaitUntil = "load" | "domcontentloaded" | "networkidle" | "commit";

const LIFECYCLE: Readonly<Record<WaitUntil, string | undefined>> = {
  load: "load",
  domcontentloaded: "DOMContentLoaded",
  networkidle: "networkIdle",
  commit: undefined,
};

export interface Arrived {
  readonly url: string;
  readonly title: string;
  /** Null when the document did not come by HTTP. */
  readonly status: number | null;
}

/** A response without content shows the browser's own error page, but it is an answer. */
const ANSWERED = "net::ERR_HTTP_RESPONSE_CODE_FAILURE";

const ABORTED = "net::ERR_ABORTED";
const NEWS_MS = 300;

/** Loads `url`. Rejects with `NAVIGATION_FAILED`, or with `Expired` when what was waited for does not come. */
export async function goto(tab: Tab, url: string, waitUntil: WaitUntil, deadline: Deadline): Promise<Arrived> {
  const commits = new Commits(tab, waitUntil);
  const status = new StatusWatch(tab);
  try {
    const blank = isBlank(url);
    const reply = await deadline.race(tab.session.send("Page.navigate", { url: blank ? NOWHERE : url }));
    const { errorText, loaderId } = reply;
    commits.refused(errorText);
    const good = [undefined, blank ? NOTHING_THERE : ANSWERED];
    if (!good.includes(errorText)) throw failed(url, errorText ?? "", await commits.isDownload(errorText ?? "", deadline));
    if (loaderId !== undefined) await commits.landed(loaderId, deadline);
    if (blank) await goOn(tab, url, deadline);
    return await arrivedAt(tab, waitUntil, deadline, errorText === ANSWERED ? status.of(loaderId) : undefined);
  } finally {
    commits.stop();
    status.stop();
  }
}

export async function reload(tab: Tab, ignoreCache: boolean, waitUntil: WaitUntil, deadline: Deadline): Promise<Arrived> {
  const commits = new Commits(tab, waitUntil);
  try {
    await deadline.race(tab.session.send("Page.reload", { ignoreCache }));
    await commits.landed(undefined, deadline);
    return await arrivedAt(tab, waitUntil, deadline);
  } finally {
    commits.stop();
  }
}

/** The entry `steps` away in the tab's history. Rejects with `NO_HISTORY`. */
export async function historyEntry(tab: Tab, steps: 1 | -1): Promise<Protocol.Page.NavigationEntry> {
  const { currentIndex, entries } = await tab.session.send("Page.getNavigationHistory");
  const entry = entries[currentIndex + steps];
  if (entry === undefined) {
    throw new ToolFailure("NO_HISTORY", `there is nothing to go ${steps < 0 ? "back" : "forward"} to`);
  }
  return entry;
}

export async function toHistoryEntry(tab: Tab, entry: Protocol.Page.NavigationEntry, waitUntil: WaitUntil, deadline: Deadline): Promise<Arrived> {
  const commits = new Commits(tab, waitUntil);
  try {
    await deadline.race(tab.session.send("Page.navigateToHistoryEntry", { entryId: entry.id }));
    await commits.landed(undefined, deadline);
    return await arrivedAt(tab, waitUntil, deadline);
  } finally {
    commits.stop();
  }
}

function failed(url: string, errorText: string, download: boolean): ToolFailure {
  const reason = download ? "it is a download" : errorText;
  return new ToolFailure("NAVIGATION_FAILED", `${url} could not be loaded: ${reason}`, { url, errorText, download });
}

/** Which documents have come into the main frame since this was made. */
class Commits {
  #loaders = new Set<string>();
  #moved = false;
  #refused = false;
  readonly #awaitsIdleness: boolean;
  #download: (is: true) => void = () => undefined;
  readonly #saving = new Promise<true>((resolve) => {
    this.#download = resolve;
  });
  readonly #stops: (() => void)[];

  constructor(
    private readonly tab: Tab,
    waitUntil: WaitUntil,
  ) {
    // From before the navigation on: asked later, a page calls its network quiet that has only just fallen silent.
    this.#awaitsIdleness = waitUntil === "networkidle";
    if (this.#awaitsIdleness) tab.frames.tellIdleness(true);
    // What the document said when it came may not be true of another place in it.
    tab.frames.main.here = undefined;
    const note = ({ kind, frame }: FrameEvent): void => {
      if (frame !== tab.frames.main) return;
      if (kind === "committed" || kind === "restored") this.#loaders.add(frame.loaderId);
      if (kind === "within_document") this.#moved = true;
    };
    this.#stops = [
      tab.frames.listen(note),
      tab.session.on("Page.downloadWillBegin", () => {
        this.#download(true);
      }),
    ];
  }

  /** Takes note of the browser's own word that nothing will come. */
  refused(errorText: string | undefined): void {
    this.#refused = errorText !== undefined;
  }

  /** Whether the page was not opened because it is being saved; that is told a moment after the refusal. */
  async isDownload(errorText: string, deadline: Deadline): Promise<boolean> {
    if (errorText !== ABORTED) return false;
    return Promise.race([this.#saving, deadline.sleep(NEWS_MS).then(() => false)]);
  }

  /** Waits for that document, for any later one when it was overtaken, or for any at all. */
  async landed(loaderId: string | undefined, deadline: Deadline): Promise<void> {
    const here = (): true | undefined => {
      if (loaderId !== undefined) return this.#loaders.has(loaderId) || this.tab.frames.main.loaderId === loaderId || undefined;
      return this.#loaders.size > 0 || this.#moved || undefined;
    };
    await this.tab.until(deadline, here);
  }

  /** Ends the watch, and a navigation that has not come: while one is under way, the old page can't be asked anything. */
  stop(): void {
    const pending = this.#loaders.size === 0 && !this.#moved && !this.#refused;
    // A page that asks whether to be left has the caller's answer to come.
    if (pending && this.tab.dialogs.open === undefined) this.tab.session.post("Page.stopLoading");
    if (this.#awaitsIdleness) this.tab.frames.tellIdleness(false);
    for (const stop of this.#stops) stop();
  }
}

/** Statuses of main documents; only for answers that leave no document which could be asked. */
class StatusWatch {
  #status = new Map<string, number>();
  readonly #stop: () => void;

  constructor(tab: Tab) {
    this.#stop = tab.session.on("Network.responseReceived", ({ type, loaderId, response }) => {
      if (type === "Document") this.#status.set(loaderId, response.status);
    });
  }

  of(loaderId: string | undefined): number | undefined {
    return loaderId === undefined ? undefined : this.#status.get(loaderId);
  }

  stop(): void {
    this.#stop();
  }
}

/** Where the tab is when that has been reached. A page that has loaded has said so already, if it could. */
async function arrivedAt(tab: Tab, waitUntil: WaitUntil, deadline: Deadline, status?: number): Promise<Arrived> {
  await reached(tab, waitUntil, deadline);
  const { here } = tab.frames.main;
  return here === undefined || waitUntil !== "load" ? arrived(tab, deadline, status) : factsOf(here, status);
}

function factsOf({ url, title, status: own }: Here, status?: number): Arrived {
  const known = status ?? own;
  return { url, title, status: known === 0 ? null : known };
}

async function reached(tab: Tab, waitUntil: WaitUntil, deadline: Deadline): Promise<void> {
  const name = LIFECYCLE[waitUntil];
  if (name === undefined) return;
  // The main frame is looked up each time: a redirect by script replaces the document that is being waited for.
  await tab.until(deadline, () => {
    const frames = waitUntil === "networkidle" ? tab.frames.inOrder() : [tab.frames.main];
    return frames.every(({ reached: names, url }) => names.has(name) || url === "") || undefined;
  });
}

/** Where the tab is now. A document that is just being replaced is asked again. */
export async function arrived(tab: Tab, deadline: Deadline, status?: number): Promise<Arrived> {
  for (;;) {
    try {
      return factsOf(await deadline.race(tab.frames.main.call("ready", null)), status);
    } catch (error) {
      if (!(error instanceof DocumentGone)) throw error;
      await deadline.sleep(20);
    }
  }
}
