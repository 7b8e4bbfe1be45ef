/** The tabs that tasks work in: which one is the task's own, and which belong to tasks at all. */
import type { TabFacts, TabsPort } from "../chrome/tabs.js";
import { ToolFailure } from "../failure.js";

export interface WorkspaceMemory {
  all(): Promise<Readonly<Record<string, unknown>>>;
  put(key: string, value: unknown): void;
}

/** Whose work it is. Calls outside any task share one. */
export interface Worker {
  readonly taskId?: string | undefined;
  readonly taskName?: string | undefined;
}

const KEY = "workspace";
/** A tab that shows nothing yet, under the names that the browser gives it. */
export const BLANK = /^(about:blank|chrome:\/\/new-?tab[\w-]*\/?)?$/;
const GROUP_TITLE = "Tabyard";

/**
 * Tasks of one browser run one after the other, so there is one workspace: a task goes on in the tab that the one
 * before it left open, unless the user has closed it.
 */
export class Workspace {
  /** Tabs that tasks opened or were given, oldest first; the last is the current one. */
  #owned: number[] = [];
  #group: number | undefined;
  #worker: Worker = {};
  /** Whether the browser was launched for tasks: then its blank start tab may be used, and every tab is theirs. */
  launched = false;
  #recalled: Promise<void> | undefined;
  /** Tabs that a tool is closing; any other end of a tab is the user's doing. */
  #closing = new Set<number>();
  /** The current tab that the user closed under the task that now works. */
  #taken: number | undefined;

  constructor(
    private readonly tabs: TabsPort,
    private readonly memory: WorkspaceMemory,
    private readonly changed: (data: Record<string, unknown>) => void,
  ) {
    tabs.listen({
      created: (tab) => {
        if (tab.openerTabId !== undefined && this.#owned.includes(tab.openerTabId)) void this.#adoptPopup(tab);
      },
      removed: (tabId) => {
        this.#removed(tabId);
      },
      replaced: (added, removed) => {
        this.#owned = this.#owned.map((tabId) => (tabId === removed ? added : tabId));
        this.#remember();
      },
    });
  }

  get owned(): readonly number[] {
    return this.#owned;
  }

  get taskId(): string | undefined {
    return this.#worker.taskId;
  }

  /** The tab for a call: `wanted`, the user's active one, or the task's own, which is opened when there is none. */
  async tabFor(worker: Worker, wanted: number | "active" | undefined): Promise<number> {
    await this.#recall();
    this.#begin(worker);
    if (wanted === "active") {
      const front = await this.tabs.front();
      if (front === undefined) throw new ToolFailure("TAB_GONE", "no tab is active");
      return front.id;
    }
    if (wanted !== undefined) return wanted;
    if (this.#taken !== undefined) {
      const tabId = this.#taken;
      this.#taken = undefined;
      throw new ToolFailure("TAB_GONE", `the task's tab ${String(tabId)} was closed by the user`, { tabId });
    }
    return this.#current() ?? this.#enter((await this.#startTab()) ?? (await this.tabs.open("about:blank", false))).id;
  }

  /** The task's own tab, or undefined while it has none. */
  async own(worker: Worker): Promise<number | undefined> {
    await this.#recall();
    this.#begin(worker);
    return this.#current();
  }

  /** Opens a blank tab for the task, which goes on in it. */
  async openFresh(active: boolean): Promise<TabFacts> {
    await this.#recall();
    return this.#enter(await this.tabs.open("about:blank", active));
  }

  #enter(tab: TabFacts): TabFacts {
    this.#owned.push(tab.id);
    this.#taken = undefined;
    this.#remember();
    void this.#regroup(tab.id);
    this.changed({ event: "opened", tabId: tab.id, url: tab.url });
    return tab;
  }

  /** Closes tabs on a task's word. */
  async close(tabIds: readonly number[]): Promise<void> {
    for (const tabId of tabIds) this.#closing.add(tabId);
    try {
      await this.tabs.close(tabIds);
    } finally {
      for (const tabId of tabIds) this.#forget(tabId);
    }
  }

  /** From now on the task works in that tab. */
  use(tabId: number): void {
    this.#owned = [...this.#owned.filter((other) => other !== tabId), tabId];
    this.#remember();
  }

  /** Tabs that may be closed on a task's word: its own ones; in a launched browser all. */
  async closable(): Promise<readonly TabFacts[]> {
    const all = await this.tabs.all();
    return this.launched ? all : all.filter(({ id }) => this.#owned.includes(id));
  }

  #current(): number | undefined {
    return this.#owned.at(-1);
  }

  /** A new task takes over the tabs of the one before it, under its own name. */
  #begin(worker: Worker): void {
    if (worker.taskId === this.#worker.taskId && worker.taskName === this.#worker.taskName) return;
    this.#worker = worker;
    this.#taken = undefined;
    if (this.#group !== undefined) void this.#name(this.#group);
  }

  /** The blank tab that a launched browser starts with. */
  async #startTab(): Promise<TabFacts | undefined> {
    if (!this.launched) return undefined;
    const tab = (await this.tabs.all()).find(({ id, url }) => BLANK.test(url) && !this.#owned.includes(id));
    if (tab === undefined) return undefined;
    if (!tab.url.startsWith("about:")) await this.tabs.blank(tab.id);
    return tab;
  }

  async #adoptPopup(tab: TabFacts): Promise<void> {
    // It joins at the end of the line, but the task stays where it is until it is told to go there.
    this.#owned.splice(-1, 0, tab.id);
    this.#remember();
    await this.#regroup(tab.id);
    this.changed({ event: "popup", tabId: tab.id, url: tab.url, openerTabId: tab.openerTabId ?? null });
  }

  #removed(tabId: number): void {
    if (this.#closing.delete(tabId)) this.#forget(tabId);
    else {
      if (tabId === this.#current()) this.#taken = tabId;
      this.#forget(tabId);
    }
  }

  #forget(tabId: number): void {
    if (!this.#owned.includes(tabId)) return;
    this.#owned = this.#owned.filter((other) => other !== tabId);
    if (this.#owned.length === 0) this.#group = undefined;
    this.#remember();
    this.changed({ event: "closed", tabId });
  }

  /** A browser without tab groups, or with the tab in motion, does without: groups are only for the eye. */
  async #regroup(tabId: number): Promise<void> {
    try {
      this.#group = await this.tabs.group(tabId, this.#group);
    } catch {
      try {
        this.#group = await this.tabs.group(tabId, undefined);
      } catch {
        return;
      }
    }
    this.#remember();
    await this.#name(this.#group);
  }

  async #name(groupId: number): Promise<void> {
    await this.tabs.titleGroup(groupId, this.#worker.taskName ?? GROUP_TITLE).catch(() => undefined);
  }

  #remember(): void {
    this.memory.put(KEY, { owned: this.#owned, group: this.#group });
  }

  /** What an earlier worker of this browser left: its tabs, as far as they are still open. */
  #recall(): Promise<void> {
    this.#recalled ??= this.#read();
    return this.#recalled;
  }

  async #read(): Promise<void> {
    const left: unknown = (await this.memory.all())[KEY];
    if (typeof left !== "object" || left === null || !("owned" in left) || !Array.isArray(left.owned)) return;
    const open = new Set((await this.tabs.all()).map(({ id }) => id));
    const owned = left.owned.filter((id): id is number => typeof id === "number" && open.has(id));
    this.#owned = [...owned, ...this.#owned.filter((id) => !owned.includes(id))];
    if ("group" in left && typeof left.group === "number" && owned.length > 0) this.#group ??= left.group;
  }
}
