/** Tabs under control: attached on first use, kept while there is work, let go soon after. */
import type { Attachment, DetachReason, Mux } from "../chrome/mux.js";
import type { OpenDialog } from "../page/dialogs.js";
import { RefBook } from "../page/ref_book.js";
import { Tab } from "../page/tab.js";

/** Long enough for the next task of a queue, short enough that the user gets the tab back. */
const IDLE_MS = 4_000;

export class Keeper {
  #tabs = new Map<number, Promise<Tab>>();
  #open = new Map<number, Tab>();
  #refs = new Map<number, RefBook>();
  #calls = 0;
  #taskId: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly mux: Mux,
    private readonly onDialog: (tabId: number, dialog: OpenDialog) => void,
  ) {}

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

  /** A call begins; as long as one is at work nothing is let go. */
  begin(taskId: string | undefined): void {
    this.#calls++;
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

  /** The tab was closed: its refs are of no use any more. */
  forget(tabId: number): void {
    this.#refs.delete(tabId);
  }

  #restWhenIdle(): void {
    clearTimeout(this.#timer);
    if (this.#calls > 0 || this.#taskId !== undefined) return;
    this.#timer = setTimeout(() => void this.#rest(), IDLE_MS);
  }

  async #rest(): Promise<void> {
    // A dialog that is open would be forgotten with the attachment, and the next command would hang on it.
    const idle = [...this.#open.values()].filter(({ dialogs }) => dialogs.open === undefined);
    await Promise.all(idle.map(({ id }) => this.mux.release(id)));
  }

  async #take(tabId: number): Promise<Tab> {
    const attachment = await this.mux.attach(tabId);
    void attachment.gone.then((reason) => {
      this.#left(attachment, reason);
    });
    let refs = this.#refs.get(tabId);
    if (refs === undefined) {
      refs = new RefBook();
      this.#refs.set(tabId, refs);
    }
    const tab = await Tab.open(attachment, refs, (dialog) => {
      this.onDialog(tabId, dialog);
    });
    this.#open.set(tabId, tab);
    return tab;
  }

  #left({ tabId }: Attachment, reason: DetachReason): void {
    this.#open.delete(tabId);
    if (reason === "target_closed") this.forget(tabId);
  }
}
