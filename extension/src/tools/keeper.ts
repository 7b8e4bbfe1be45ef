/** Tabs under control: attached on first use, kept while there is work, let go soon after. */
import type { Attachment, DetachReason, Mux } from "../chrome/mux.js";
import type { DialogPolicy, OpenDialog } from "../page/dialogs.js";
import { Places, type PlacePort } from "../page/places.js";
import { RefBook } from "../page/ref_book.js";
import { Settings, type Facts } from "../page/settings.js";
import { NOWHERE } from "../page/blank.js";
import { Tab } from "../page/tab.js";
import { TabMemory } from "../page/tab_memory.js";
import type { WorkspaceMemory } from "./workspace.js";

/** Long enough for the next task of a queue, short enough that the user gets the tab back. */
const IDLE_MS = 4_000;

/** When to look what a pop-up shows, if nothing told it. */
const SHOWS_MS = [50, 200, 1_000];

/** Where the settings of tabs are kept, for the next worker of this browser. */
const KEY = "settings";
/** And where the first number that no ref of a tab has used: a ref that an earlier worker gave must not mean another element. */
const NUMBERS = "refs";

export interface KeeperParts {
  readonly mux: Mux;
  readonly memory: WorkspaceMemory;
  readonly places: PlacePort;
  readonly onDialog: (tabId: number, dialog: OpenDialog) => void;
  readonly onDownload: (tabId: number, url: string) => void;
  /** Whether the browser draws the tab without being told to. */
  readonly drawn: (tabId: number) => boolean;
}

type DialogThere = OpenDialog & { readonly tabId: number };

export class Keeper {
  /** Tabs whose page gave no sign of life when a call's time was up. */
  readonly silent = new WeakSet<Tab>();
  readonly #popups = new WeakSet<Tab>();
  #tabs = new Map<number, Promise<Tab>>();
  #open = new Map<number, Tab>();
  #memories = new Map<number, TabMemory>();
  readonly #numbers = new Map<number, number>();
  #recalled: Promise<void> | undefined;
  readonly #onDialog = new Set<(dialog: DialogThere) => void>();
  readonly #places: Places;
  #calls = 0;
  #taskId: string | undefined;
  #dialogs: DialogPolicy = "ask";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly parts: KeeperParts) {
    this.#places = new Places(parts.places);
  }

  get tabIds(): readonly number[] {
    return [...this.#open.keys()];
  }

  /** The tab, if it is under control already. */
  held(tabId: number): Tab | undefined {
    const tab = this.#open.get(tabId);
    return tab?.attached === true ? tab : undefined;
  }

  /** The tab under control. Rejects with `TAB_GONE`, `FORBIDDEN_URL` or `DEBUGGER_DETACHED`. */
  take(tabId: number): Promise<Tab> {
    const held = this.held(tabId);
    if (held !== undefined) return Promise.resolve(held);
    let taken = this.#tabs.get(tabId);
    if (taken === undefined) {
      taken = this.#take(tabId).finally(() => this.#tabs.delete(tabId));
      this.#tabs.set(tabId, taken);
    }
    return taken;
  }

  /**
   * The tab under control, off its page, which answers nobody: a script keeps it busy, or it shows a dialog from before
   * the debugger came. The browser leads the tab away without asking it, since an error page has a process of its own.
   */
  async rescue(tabId: number): Promise<Tab> {
    const pending = this.#tabs.get(tabId);
    const { root } = await this.parts.mux.attach(tabId);
    await root.send("Page.navigate", { url: NOWHERE });
    await this.parts.mux.release(tabId);
    await pending?.catch(() => undefined);
    return this.take(tabId);
  }

  /** A call begins; as long as one is at work nothing is let go. What becomes of dialogs holds for pop-ups that come, too. */
  begin(taskId: string | undefined, dialogs: DialogPolicy): void {
    this.#calls++;
    this.#dialogs = dialogs;
    if (taskId !== undefined) this.#taskId = taskId;
    clearTimeout(this.#timer);
  }

  end(): void {
    this.#calls--;
    this.#restWhenIdle();
  }

  taskEnded(taskId: string): void {
    if (this.#taskId === taskId) this.#taskId = undefined;
    this.#restWhenIdle();
  }

  /** Another tab is in front, or it is known now which: tabs behind are drawn because a task needs it. */
  frontChanged(): void {
    for (const tab of this.#open.values()) this.#draw(tab);
  }

  #draw(tab: Tab): void {
    tab.frames.keepDrawing(!this.parts.drawn(tab.id));
  }

  /** The tab was closed: what was known about it is of no use any more. */
  forget(tabId: number): void {
    this.#numbers.delete(tabId);
    if (this.#memories.delete(tabId)) this.#remember();
  }

  /** Another tab took the place of one: what was set for it holds on. */
  moved(tabId: number, was: number): void {
    const known = this.#memories.get(was);
    const next = this.#numbers.get(was);
    this.forget(was);
    if (next !== undefined) this.#numbers.set(tabId, next);
    if (known === undefined) return;
    this.#newMemory(tabId, known.settings.facts);
    this.#remember();
  }

  /**
   * A pop-up shows itself as the tab that opened it does, and its dialogs are the task's from the start. Its first request
   * may have left by now, since only the browser's own debugger could have stopped it; what comes next waits for nothing
   * but the attachment.
   */
  async adopt(tabId: number, openerTabId: number): Promise<void> {
    const opener = this.#memories.get(openerTabId)?.settings;
    const inherits = opener !== undefined && !opener.none && !this.#memories.has(tabId);
    if (!inherits && this.#isIdle) return;
    if (inherits) {
      this.#newMemory(tabId, opener.facts);
      this.#remember();
    }
    const tab = await this.take(tabId);
    this.#popups.add(tab);
    // It may be that nobody ever works in it.
    this.#restWhenIdle();
    for (const ms of SHOWS_MS) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      if (tab.attached) await tab.catchUp();
    }
  }

  isPopup(tab: Tab): boolean {
    return this.#popups.has(tab);
  }

  /** Tells of each dialog that stays open in whichever tab, until the returned function is called. */
  onDialog(listener: (dialog: DialogThere) => void): () => void {
    this.#onDialog.add(listener);
    return () => this.#onDialog.delete(listener);
  }

  /** Another tab than that one whose page stands still for a dialog, and pages in its process with it. */
  inDialog(but: Tab): Tab | undefined {
    return [...this.#open.values()].find((tab) => tab !== but && tab.dialogs.open !== undefined);
  }

  /** Takes the debugger off every tab, whatever is open there. */
  async letGo(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((tabId) => this.parts.mux.release(tabId)));
  }

  get #isIdle(): boolean {
    return this.#calls === 0 && this.#taskId === undefined;
  }

  #restWhenIdle(): void {
    clearTimeout(this.#timer);
    if (!this.#isIdle) return;
    this.#timer = setTimeout(() => void this.#rest(), IDLE_MS);
  }

  async #rest(): Promise<void> {
    // A dialog that is open would be forgotten with the attachment, and the next command would hang on it.
    const idle = [...this.#open.values()].filter(({ busy }) => !busy);
    await Promise.all(idle.map(({ id }) => this.parts.mux.release(id)));
  }

  async #take(tabId: number): Promise<Tab> {
    this.#recalled ??= this.#recall();
    await this.#recalled;
    const attachment = await this.parts.mux.attach(tabId);
    attachment.onLeft((reason) => {
      this.#left(attachment, reason);
    });
    const memory = this.#memories.get(tabId) ?? this.#newMemory(tabId, {});
    const tab = await Tab.open(attachment, memory, {
      dialog: (dialog) => {
        this.parts.onDialog(tabId, dialog);
        for (const listener of [...this.#onDialog]) listener({ ...dialog, tabId });
      },
      download: (url) => {
        this.parts.onDownload(tabId, url);
      },
      place: (url) => (url === undefined ? this.#places.withdraw(tabId) : this.#places.allow(tabId, url)),
      drawn: () => this.parts.drawn(tabId),
    }, this.#dialogs);
    this.#open.set(tabId, tab);
    this.#draw(tab);
    return tab;
  }

  #left({ tabId }: Attachment, reason: DetachReason): void {
    this.#open.delete(tabId);
    void this.#places.withdraw(tabId);
    if (reason === "target_closed") this.forget(tabId);
    // A person who ends the debugging wants the tab back as it was.
    if (reason === "canceled_by_user") this.#memories.get(tabId)?.settings.reset();
  }

  #newMemory(tabId: number, facts: Facts): TabMemory {
    const memory = new TabMemory(
      new Settings(facts, () => {
        this.#remember();
      }),
      new RefBook(this.#numbers.get(tabId), (next) => {
        this.#numbers.set(tabId, next);
        this.parts.memory.put(NUMBERS, Object.fromEntries(this.#numbers));
      }),
    );
    this.#memories.set(tabId, memory);
    return memory;
  }

  #remember(): void {
    const set = [...this.#memories].filter(([, { settings }]) => !settings.none);
    this.parts.memory.put(KEY, Object.fromEntries(set.map(([tabId, { settings }]) => [tabId, settings.facts])));
  }

  /** What an earlier worker of this browser has set; only this class writes it. */
  async #recall(): Promise<void> {
    const all = await this.parts.memory.all();
    const left = all[KEY] as Readonly<Record<string, Facts>> | undefined;
    const numbers = all[NUMBERS] as Readonly<Record<string, number>> | undefined;
    for (const [tabId, next] of Object.entries(numbers ?? {})) this.#numbers.set(Number(tabId), next);
    for (const [tabId, facts] of Object.entries(left ?? {})) this.#newMemory(Number(tabId), facts);
    // A worker that was ended has left it to nobody to take back its leave.
    await this.parts.places.clear().catch(() => undefined);
  }
}
