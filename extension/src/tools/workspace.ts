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
  /** Tasks of one session hand their tabs on; tasks without one share one too. */
  readonly session?: string | undefined;
}

/** The tabs of one session, oldest first; the last is the current one. */
interface Line {
  tabs: number[];
  group?: number;
}

const KEY = "workspace";
const GROUP_TITLE = "Tabyard";

/** A tab that shows nothing yet, under the names that the browser gives it. */
export const BLANK = /^(about:blank|chrome:\/\/new-?tab[\w-]*\/?)?$/;

/** Tasks of one browser run one after the other, so one of them has the floor, and the tabs of its session. */
export class Workspace {
  /** Whether the browser was launched for tasks: then its blank start tab may be used, and every tab is theirs. */
  launched = false;
  readonly #lines = new Map<string, Line>();
  #worker: Worker = {};
  #recalled: Promise<void> | undefined;
  /** Tabs that a tool is closing; any other end of a tab is the user's doing. */
  readonly #closing = new Set<number>();
  /** The current tab that the user closed under the task that now works. */
  #taken: number | undefined;

  constructor(
    private readonly tabs: TabsPort,
    private readonly memory: WorkspaceMemory,
    private readonly changed: (data: Record<string, unknown>) => void,
  ) {
    tabs.listen({
      opened: (tabId, openerTabId) => {
        this.#opened(tabId, openerTabId);
      },
      removed: (tabId) => {
        this.#removed(tabId);
      },
      replaced: (added, removed) => {
        const line = this.#lineOf(removed);
        if (line === undefined) return;
        line.tabs = line.tabs.map((tabId) => (tabId === removed ? added : tabId));
        this.#remember();
        this.changed({ event: "replaced", tabId: added, was: removed });
      },
    });
  }

  /** Every tab that belongs to tasks. */
  get tabIds(): readonly number[] {
    return [...this.#lines.values()].flatMap(({ tabs }) => tabs);
  }

  get taskId(): string | undefined {
    return this.#worker.taskId;
  }

  /** The tab for a call: `wanted`, the user's active one, or the task's own, which is opened when there is none. */
  async tabFor(worker: Worker, wanted: number | "active" | undefined): Promise<number> {
    await this.begin(worker);
    if (wanted === "active") return this.#front();
    if (wanted !== undefined) return wanted;
    if (this.#taken !== undefined) throw this.#gone(this.#taken);
    return this.#line().tabs.at(-1) ?? this.#enter((await this.#startTab()) ?? (await this.tabs.open("about:blank", false))).id;
  }

  /** Gives the floor to that task: it takes over the tabs of its session, under its own name. */
  async begin(worker: Worker): Promise<void> {
    this.#recalled ??= this.#recall();
    await this.#recalled;
    const same = worker.taskId === this.#worker.taskId && worker.session === this.#worker.session;
    if (same && worker.taskName === this.#worker.taskName) return;
    this.#worker = worker;
    this.#taken = undefined;
    const { group } = this.#line();
    if (group !== undefined) void this.#name(group);
  }

  /** Opens a blank tab for the task, which goes on in it. */
  async openFresh(active: boolean): Promise<TabFacts> {
    return this.#enter(await this.tabs.open("about:blank", active));
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
    for (const line of this.#lines.values()) line.tabs = line.tabs.filter((other) => other !== tabId);
    this.#line().tabs.push(tabId);
    this.#remember();
  }

  /** Tabs that may be closed on a task's word: those that tasks opened; in a launched browser all. */
  async closable(): Promise<readonly TabFacts[]> {
    const all = await this.tabs.all();
    return this.launched ? all : all.filter(({ id }) => this.#lineOf(id) !== undefined);
  }

  /**
   * Tabs that the task at work may do away with all at once, beside the one numbered `keep`: those of its session,
   * and in a launched browser those in the same window that nobody works in.
   */
  async others(keep: TabFacts): Promise<readonly TabFacts[]> {
    const own = this.#line();
    const isOther = ({ id, windowId }: TabFacts): boolean => {
      const line = this.#lineOf(id);
      return line === own || (line === undefined && windowId === keep.windowId);
    };
    return (await this.closable()).filter((tab) => tab.id !== keep.id && isOther(tab));
  }

  #line(): Line {
    const key = this.#worker.session ?? "";
    let line = this.#lines.get(key);
    if (line === undefined) {
      line = { tabs: [] };
      this.#lines.set(key, line);
    }
    return line;
  }

  #lineOf(tabId: number): Line | undefined {
    return [...this.#lines.values()].find(({ tabs }) => tabs.includes(tabId));
  }

  async #front(): Promise<number> {
    const front = await this.tabs.front();
    if (front === undefined) throw new ToolFailure("TAB_GONE", "no tab is active");
    return front.id;
  }

  #gone(tabId: number): ToolFailure {
    this.#taken = undefined;
    return new ToolFailure("TAB_GONE", `the task's tab ${String(tabId)} was closed in the browser; a task that comes next opens a new one`, { tabId });
  }

  #enter(tab: TabFacts): TabFacts {
    const line = this.#line();
    line.tabs.push(tab.id);
    this.#taken = undefined;
    this.#remember();
    void this.#regroup(line, tab.id);
    this.changed({ event: "opened", tabId: tab.id });
    return tab;
  }

  /** The blank tab that a launched browser starts with. */
  async #startTab(): Promise<TabFacts | undefined> {
    if (!this.launched) return undefined;
    const tab = (await this.tabs.all()).find(({ id, url }) => BLANK.test(url) && this.#lineOf(id) === undefined);
    if (tab !== undefined && !tab.url.startsWith("about:")) await this.tabs.blank(tab.id);
    return tab;
  }

  #opened(tabId: number, openerTabId: number): void {
    const line = this.#lineOf(openerTabId);
    if (line !== undefined && this.#lineOf(tabId) === undefined) void this.#adoptPopup(line, tabId, openerTabId);
  }

  async #adoptPopup(line: Line, tabId: number, openerTabId: number): Promise<void> {
    // It joins the line, but the task stays where it is until it is told to go there.
    line.tabs.splice(-1, 0, tabId);
    this.#remember();
    // First of all, since its page is on its way already.
    this.changed({ event: "popup", tabId, openerTabId });
    // A pop-up that is gone already needs nothing.
    this.tabs.giveBack(tabId, openerTabId).catch(() => undefined);
    await this.#regroup(line, tabId);
  }

  #removed(tabId: number): void {
    const asked = this.#closing.delete(tabId);
    if (!asked && tabId === this.#line().tabs.at(-1)) this.#taken = tabId;
    this.#forget(tabId);
  }

  #forget(tabId: number): void {
    const line = this.#lineOf(tabId);
    if (line === undefined) return;
    line.tabs = line.tabs.filter((other) => other !== tabId);
    if (line.tabs.length === 0) delete line.group;
    this.#remember();
    this.changed({ event: "closed", tabId });
  }

  /** A browser without tab groups, or with the tab in motion, does without: groups are only for the eye. */
  async #regroup(line: Line, tabId: number): Promise<void> {
    try {
      // The user may have dissolved the group since.
      line.group = await this.tabs.group(tabId, line.group).catch(() => this.tabs.group(tabId, undefined));
    } catch {
      return;
    }
    this.#remember();
    await this.#name(line.group);
  }

  async #name(groupId: number): Promise<void> {
    await this.tabs.titleGroup(groupId, this.#worker.taskName ?? GROUP_TITLE).catch(() => undefined);
  }

  #remember(): void {
    const lines = [...this.#lines].filter(([, { tabs }]) => tabs.length > 0);
    this.memory.put(KEY, Object.fromEntries(lines));
  }

  /** What an earlier worker of this browser left: its tabs, as far as they are still open. */
  async #recall(): Promise<void> {
    const left: unknown = (await this.memory.all())[KEY];
    if (typeof left !== "object" || left === null) return;
    const open = new Set((await this.tabs.all()).map(({ id }) => id));
    for (const [session, line] of Object.entries(left as Record<string, unknown>)) {
      const tabs = tabsOf(line).filter((id) => open.has(id));
      if (tabs.length > 0 && !this.#lines.has(session)) this.#lines.set(session, { tabs, ...groupOf(line) });
    }
  }
}

function tabsOf(line: unknown): number[] {
  if (typeof line !== "object" || line === null || !("tabs" in line) || !Array.isArray(line.tabs)) return [];
  return line.tabs.filter((id): id is number => typeof id === "number");
}

function groupOf(line: unknown): { group?: number } {
  const has = typeof line === "object" && line !== null && "group" in line && typeof line.group === "number";
  return has ? { group: line.group as number } : {};
}
