/** Runs one action: gives it its tab, and ends it by success, failure, deadline, cancel or dialog. */
import type { TabFacts, TabsPort } from "../chrome/tabs.js";
import { detachFailure, type DetachReason } from "../chrome/mux.js";
import { ToolFailure } from "../failure.js";
import type { Rules } from "../policy/rules.js";
import { Deadline, Expired } from "../page/deadline.js";
import type { DialogPolicy, Dialogs, OpenDialog } from "../page/dialogs.js";
import type { Tab } from "../page/tab.js";
import { timers } from "../timers.js";
import { mustBeAllowed } from "./addresses.js";
import { common, parse } from "./arguments.js";
import type { Action, Command, ToolValue } from "./command.js";
import type { Downloads } from "./downloads.js";
import type { Keeper } from "./keeper.js";
import { BLANK, type Worker, type Workspace } from "./workspace.js";

export interface CallParts {
  readonly keeper: Keeper;
  readonly workspace: Workspace;
  readonly downloads: Downloads;
  readonly tabs: TabsPort;
  readonly border: CallBorder;
}

/** What a call needs of the border: see `Border`. */
export interface CallBorder {
  readonly rules: Rules;
  uses(tabId: number): void;
}

export interface CallOrder {
  readonly args: Readonly<Record<string, unknown>>;
  readonly worker: Worker;
  readonly dialogs: DialogPolicy;
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
  progress(note: string): void;
}

const PATIENCE_MS = 3_000;
/** A page that is to be left need not answer; one that did not answer before gets less time, as does one that may object to being closed. */
const ANSWER_MS = 2_000;
const SILENT_MS = 500;
/** A tab that is closing is still listed for a moment. */
const CLOSES_MS = 100;
const OBJECT_MS = 1_000;
/** Pages that answer do so in a fraction of it. */
const HELD_UP_MS = 250;
/** The hub waits two seconds for a cancelled call to be over. */
const CANCELLED_MS = 1_500;

/** Made once: to note where an error came from costs more than the rest of an ending. */
const OVER = new ToolFailure("CANCELLED", "the call is over");

/** What is kept back of the hub's deadline, so that the reason arrives before the hub stops waiting. */
function margin(deadlineMs: number): number {
  return Math.min(250, deadlineMs / 10);
}

export class Call implements Command {
  readonly args: Readonly<Record<string, unknown>>;
  readonly worker: Worker;
  readonly dialogs: DialogPolicy;
  readonly deadline: Deadline;
  readonly rules: Rules;
  readonly workspace: Workspace;
  readonly downloads: Downloads;
  readonly tabs: TabsPort;
  readonly #inner = new AbortController();
  readonly #keeper: Keeper;
  readonly #border: CallBorder;
  readonly #stops: (() => void)[] = [];
  readonly #early: Promise<ToolValue>;
  #endEarly: (value: ToolValue) => void = () => undefined;
  #failEarly: (failure: ToolFailure) => void = () => undefined;
  #begun: object | undefined;
  #tab: Tab | undefined;
  /** The tab that is being taken under control. */
  #attaching: number | undefined;

  constructor(
    parts: CallParts,
    private readonly order: CallOrder,
  ) {
    this.args = order.args;
    this.worker = order.worker;
    this.dialogs = order.dialogs;
    this.rules = parts.border.rules;
    this.#border = parts.border;
    this.workspace = parts.workspace;
    this.downloads = parts.downloads;
    this.tabs = parts.tabs;
    this.#keeper = parts.keeper;
    this.#early = new Promise((resolve, reject) => {
      this.#endEarly = resolve;
      this.#failEarly = reject;
    });
    this.#early.catch(() => undefined);
    const cancel = (): void => {
      this.#stop(new ToolFailure("CANCELLED", "the task was cancelled"));
    };
    order.signal.addEventListener("abort", cancel, { once: true });
    this.#stops.push(() => {
      order.signal.removeEventListener("abort", cancel);
    });
    this.deadline = new Deadline(this.#inner.signal, order.deadlineMs - margin(order.deadlineMs));
    if (order.signal.aborted) cancel();
  }

  /** The action's value. Rejects with `ToolFailure` only. */
  async run(action: Action): Promise<ToolValue> {
    this.#keeper.begin(this.worker.taskId, this.dialogs);
    this.#reassure();
    try {
      this.deadline.check();
      const work = action(this);
      const value = await this.deadline.race(Promise.race([work, this.#early])).catch((error: unknown) => this.#wound(work, error));
      return this.#withDialog(value);
    } catch (error) {
      throw error instanceof Expired ? await this.#expired() : failureOf(error);
    } finally {
      // Whatever is still under way in the page must not go on after the answer.
      this.#inner.abort(OVER);
      for (const stop of this.#stops) stop();
      this.deadline.dispose();
      this.#keeper.end();
    }
  }

  /** What has failed may have something to put right, such as a mouse button to let go. */
  async #wound(work: Promise<unknown>, error: unknown): Promise<never> {
    const over = work.then(() => undefined, () => undefined);
    const patience = this.order.signal.aborted ? CANCELLED_MS : margin(this.order.deadlineMs) / 2;
    await Promise.race([over, new Promise((resolve) => setTimeout(resolve, patience))]);
    throw error;
  }

  progress(note: string): void {
    this.order.progress(note);
  }

  begun(facts: object): void {
    this.#begun = facts;
  }

  async tab(): Promise<Tab> {
    const tab = await this.tabWithDialog();
    await this.#ready(tab);
    if (tab.crashed) throw crashed(tab.id);
    mustBeAllowed(tab.url, this.rules);
    this.#stops.push(tab.onCrash(() => {
      this.#stop(crashed(tab.id));
    }));
    return tab;
  }

  async tabToLeave(): Promise<Tab> {
    await this.#leaveNewTabPage();
    const tab = await this.#use(await this.#answering(await this.#tabId()));
    await this.#ready(tab);
    return tab;
  }

  async tabWithDialog(): Promise<Tab> {
    if (this.#tab !== undefined) return this.#tab;
    const tabId = await this.#tabId();
    return this.#use(this.#keeper.held(tabId) ?? (await this.#attach(tabId)));
  }

  async #use(tab: Tab): Promise<Tab> {
    this.#tab = tab;
    this.#border.uses(tab.id);
    this.#watch(tab);
    await this.deadline.race(tab.recovered);
    return tab;
  }

  /** The tab under control, off its page when that does not answer in time. */
  async #answering(tabId: number): Promise<Tab> {
    const held = this.#keeper.held(tabId);
    if (held !== undefined && (held.dialogs.open !== undefined || !this.#keeper.silent.has(held))) return held;
    const within = this.deadline.within(held === undefined ? ANSWER_MS : SILENT_MS);
    try {
      const tab = await within.race(held === undefined ? this.#attach(tabId) : Promise.resolve(held));
      if (held !== undefined) await within.race(signOfLife(tab));
      return tab;
    } catch (error) {
      if (!(error instanceof Expired)) throw error;
      return await this.deadline.race(this.#keeper.rescue(tabId));
    }
  }

  async silence(tabId: number): Promise<void> {
    const within = this.deadline.within(OBJECT_MS);
    try {
      const tab = this.#keeper.held(tabId) ?? (await within.race(this.#attach(tabId)));
      tab.dialogs.policy = "accept";
      if (tab.dialogs.open !== undefined) await within.race(tab.dialogs.handle(true, undefined));
    } catch {
      // A page that can't be driven, or does not answer, can't ask either, as far as a task is concerned.
      this.deadline.check();
    }
  }

  async tabFacts(): Promise<TabFacts> {
    const tabId = await this.#tabId();
    const facts = await this.tabs.get(tabId);
    if (facts === undefined) throw gone(tabId);
    return facts;
  }

  /** The browser's own new-tab page can't be debugged, and nothing is lost with it. */
  async #leaveNewTabPage(): Promise<void> {
    // What is under the debugger already is not such a page.
    if (this.#keeper.held(await this.#tabId()) !== undefined) return;
    const facts = await this.tabFacts();
    if (BLANK.test(facts.url) && facts.url.startsWith("chrome:")) await this.tabs.blank(facts.id);
  }

  #tabId(): Promise<number> {
    return this.workspace.tabFor(this.worker, parse(this.args, common).tabId);
  }

  /** Looks before it leaps: the browser refuses its own pages, but not the hub's or a file. */
  async #attach(tabId: number): Promise<Tab> {
    const facts = await this.tabs.get(tabId);
    if (facts === undefined) throw gone(tabId);
    mustBeAllowed(facts.url, this.rules);
    // Nobody would answer the debugger in a tab without a page.
    if (facts.discarded) await this.deadline.race(this.tabs.revive(tabId));
    this.#attaching = tabId;
    const tab = await this.#keeper.take(tabId);
    this.#attaching = undefined;
    return tab;
  }

  #watch(tab: Tab): void {
    tab.dialogs.policy = this.dialogs;
    const next = tab.dialogs.next();
    this.#stops.push(next.stop);
    void next.opened.then((dialog) => {
      this.#interrupted(dialog);
    });
    this.#stops.push(this.#keeper.onDialog((dialog) => void this.#heldUp(tab, dialog)));
    this.#stops.push(tab.attachment.onLeft((reason) => void this.#gone(tab, reason)));
  }

  /** The browser also takes a tab away that goes on, when it shows something of its own in it, such as a PDF. */
  async #gone(tab: Tab, reason: DetachReason): Promise<void> {
    const left = reason === "target_closed" && this.#begun !== undefined && (await this.#goesOn(tab.id));
    if (left) this.#endEarly({ facts: { ...this.#begun } });
    else this.#stop(detachFailure(reason, tab.id));
  }

  async #goesOn(tabId: number): Promise<boolean> {
    await this.deadline.sleep(CLOSES_MS).catch(() => undefined);
    return (await this.tabs.get(tabId)) !== undefined;
  }

  /** The page stands still now, so nothing more will come of this call: it ends with what it has begun. */
  #interrupted(dialog: OpenDialog): void {
    if (this.#begun === undefined) this.#failEarly(open(dialog));
    else this.#endEarly({ facts: { ...this.#begun, dialog } });
  }

  async #ready(tab: Tab): Promise<void> {
    if (tab.dialogs.open !== undefined) await this.#clear(tab.dialogs, tab.dialogs.open);
    const other = this.#keeper.inDialog(tab);
    if (other?.dialogs.open !== undefined && (await isSilent(tab, HELD_UP_MS))) {
      await this.#clear(other.dialogs, { ...other.dialogs.open, tabId: other.id });
    }
    await this.deadline.race(tab.started);
    if (this.#keeper.isPopup(tab)) await this.deadline.race(tab.catchUp());
  }

  async #clear(dialogs: Dialogs, dialog: OpenDialog): Promise<void> {
    if (this.dialogs === "ask") throw open(dialog);
    await this.deadline.race(dialogs.handle(this.dialogs === "accept", undefined));
  }

  /** A dialog of a pop-up holds up all pages of its process, mostly the one that opened it too. */
  async #heldUp(tab: Tab, dialog: OpenDialog): Promise<void> {
    if (dialog.tabId !== tab.id && (await isSilent(tab, HELD_UP_MS))) this.#interrupted(dialog);
  }

  #withDialog(value: ToolValue): ToolValue {
    const handled = this.#tab?.dialogs.takeHandled();
    return handled === undefined || "dialog" in value.facts ? value : { ...value, facts: { ...value.facts, dialog: handled } };
  }

  /** A person who watches is told once what takes so long. */
  #reassure(): void {
    const { action, selector, ref, url } = this.args;
    const words = [action, selector ?? ref ?? url].filter((word) => typeof word === "string");
    this.#stops.push(timers.after(PATIENCE_MS, () => {
      this.order.progress(`still at it: ${words.join(" ")}`.trimEnd());
    }));
  }

  #stop(failure: ToolFailure): void {
    this.#inner.abort(failure);
  }

  /** Too late, and whether that is because the page does not answer at all. */
  async #expired(): Promise<ToolFailure> {
    const { deadlineMs } = this.order;
    const tabId = await this.#silentTab();
    const hint = tabId === undefined ? "" : `; ${silence(tabId)}`;
    return new ToolFailure("COMMAND_TIMEOUT", `not done within ${String(deadlineMs)} ms${hint}`, {
      deadlineMs, ...(tabId === undefined ? {} : { tabId, answers: false }),
    });
  }

  async #silentTab(): Promise<number | undefined> {
    const tab = this.#tab;
    if (tab === undefined) return this.#attaching;
    if (!tab.attached) return undefined;
    if (!(await isSilent(tab, margin(this.order.deadlineMs) / 4))) return undefined;
    this.#keeper.silent.add(tab);
    return tab.id;
  }
}

function signOfLife(tab: Tab): Promise<unknown> {
  return tab.session.send("Runtime.evaluate", { expression: "0" }).catch(() => undefined);
}

async function isSilent(tab: Tab, withinMs: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const nothing = new Promise<true>((resolve) => {
    timer = setTimeout(resolve, withinMs, true);
  });
  const silent = await Promise.race([signOfLife(tab), nothing]);
  clearTimeout(timer);
  return silent === true;
}

function silence(tabId: number): string {
  return (
    `the page in tab ${String(tabId)} does not answer: a script keeps it busy, or a dialog is open that came while no task was there; ` +
    "browser_navigate goto leads the tab away from it, and browser_tab close closes it"
  );
}

function failureOf(error: unknown): ToolFailure {
  if (error instanceof ToolFailure) return error;
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new ToolFailure("INTERNAL", message);
}

function open(dialog: OpenDialog): ToolFailure {
  const where = dialog.tabId === undefined ? ["", ""] : [` in tab ${String(dialog.tabId)}`, " and that tabId"];
  const text = `a dialog (${dialog.type}: ${JSON.stringify(dialog.message)}) is open${where[0]}; handle it with browser_debug dialog${where[1]}`;
  return new ToolFailure("DIALOG_OPEN", text, { dialog });
}

function gone(tabId: number): ToolFailure {
  return new ToolFailure("TAB_GONE", `tab ${String(tabId)} does not exist`, { tabId });
}

function crashed(tabId: number): ToolFailure {
  return new ToolFailure("TAB_GONE", `the page in tab ${String(tabId)} has crashed; go to a page to bring the tab back`, { tabId });
}
