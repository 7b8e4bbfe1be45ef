/** One page behind a scripted debugger: it has a main frame, answers the page script, and can be typed into. */
import { Mux } from "../../src/chrome/mux";
import { OPEN_RULES } from "../../src/policy/rules";
import { Call } from "../../src/tools/call";
import type { Action, ToolValue } from "../../src/tools/command";
import { Downloads } from "../../src/tools/downloads";
import { Keeper } from "../../src/tools/keeper";
import { Workspace } from "../../src/tools/workspace";
import { FakeDebugger } from "../chrome/fake_debugger";
import { FakeSession } from "../link/fakes";
import { FakeDownloads } from "./fake_downloads";
import { FakeTabs } from "./fake_tabs";

type PageFunction = (arg: Record<string, unknown>) => unknown;

export class ScriptedPage {
  readonly browser = new FakeDebugger();
  readonly tabs = new FakeTabs();
  readonly notes: string[] = [];
  readonly events: [string, unknown][] = [];
  readonly keeper: Keeper;
  readonly memory = new FakeSession();
  /** Origins whose pages may ask where they are. */
  readonly places: string[] = [];
  readonly saved = new FakeDownloads();
  readonly downloads: Downloads;
  readonly workspace: Workspace;
  /** What the page script answers, by the name of the function. */
  readonly functions = new Map<string, PageFunction>();
  url = "https://shop.example/";
  /** Whether the browser draws the tab by itself. */
  inFront = false;
  #loader = 1;

  constructor() {
    const mux = new Mux(this.browser, (tabId, reason) => this.events.push(["detached", { tabId, reason }]));
    this.keeper = new Keeper({
      mux,
      memory: this.memory,
      places: { allow: (origin) => Promise.resolve(void this.places.push(origin)), clear: () => Promise.resolve(void this.places.splice(0)) },
      onDialog: (tabId, dialog) => this.events.push(["dialog", { tabId, ...dialog }]),
      onDownload: (tabId, url) => {
        this.downloads.begun(tabId, url);
      },
      drawn: () => this.inFront,
    });
    this.downloads = new Downloads(this.saved, this.memory, (data) => this.events.push(["download", data]));
    this.workspace = new Workspace(this.tabs, this.memory, () => undefined);
    this.browser.answer("Page.getFrameTree", () => ({ frameTree: { frame: this.#frame() } }));
    this.browser.answer("Runtime.enable", (_, { tabId }) => {
      this.#contexts(tabId);
      return {};
    });
    this.browser.answer("Runtime.callFunctionOn", async ({ arguments: args }) => {
      const [name, arg] = args as { value: unknown }[];
      const value = await this.functions.get(String(name?.value))?.((arg?.value ?? {}) as Record<string, unknown>);
      return { result: { type: "object", value: value ?? null } };
    });
    this.functions.set("ready", () => ({ title: "Shop", url: this.url, status: 200 }));
  }

  /** The id of the task's tab, once there is one. */
  get tabId(): number {
    return this.tabs.opened[0]?.id ?? 0;
  }

  /** A new document arrives in the main frame. */
  commit(url: string, ...reached: readonly string[]): void {
    this.url = url;
    this.#loader++;
    const frame = this.#frame();
    this.browser.emit(this.tabId, "Runtime.executionContextsCleared", {});
    this.browser.emit(this.tabId, "Page.frameNavigated", { frame, type: "Navigation" });
    this.#contexts(this.tabId);
    for (const name of reached) {
      const event = { DOMContentLoaded: "Page.domContentEventFired", load: "Page.loadEventFired" }[name];
      if (event !== undefined) this.browser.emit(this.tabId, event, { timestamp: 0 });
      else
      this.browser.emit(this.tabId, "Page.lifecycleEvent", { frameId: "main", loaderId: frame.loaderId, name, timestamp: 0 });
    }
  }

  /** The page script's own world in the current document. */
  get scriptContext(): number {
    return 2 + this.#loader * 10;
  }

  get loaderId(): string {
    return `L${String(this.#loader)}`;
  }

  get nextLoaderId(): string {
    return `L${String(this.#loader + 1)}`;
  }

  dialog(type: string, message: string): void {
    this.browser.emit(this.tabId, "Page.javascriptDialogOpening", { type, message, url: this.url, hasBrowserHandler: true });
  }

  /** Runs an action as a call of the hub would. */
  run(action: Action | undefined, args: Record<string, unknown>, more: { signal?: AbortSignal; deadlineMs?: number; dialogs?: "accept" | "ask" } = {}): Promise<ToolValue> {
    if (action === undefined) throw new Error("no such action");
    const call = new Call(
      { keeper: this.keeper, workspace: this.workspace, downloads: this.downloads, tabs: this.tabs, border: { rules: { ...OPEN_RULES, hubOrigin: "http://127.0.0.1:3300" }, uses: () => undefined } },
      {
        args,
        worker: { taskId: "t1" },
        dialogs: more.dialogs ?? "ask",
        signal: more.signal ?? new AbortController().signal,
        deadlineMs: more.deadlineMs ?? 5_000,
        progress: (note) => this.notes.push(note),
      },
    );
    return call.run(action);
  }

  #frame(): { id: string; loaderId: string; url: string; mimeType: string } {
    return { id: "main", loaderId: this.loaderId, url: this.url, mimeType: "text/html" };
  }

  #contexts(tabId: number): void {
    for (const [id, name] of [[1, ""], [2, "tabyard"]] as const) {
      const auxData = { frameId: "main", isDefault: name === "", type: name === "" ? "default" : "isolated" };
      const uniqueId = `${this.loaderId}.${String(id)}`;
      this.browser.emit(tabId, "Runtime.executionContextCreated", { context: { id: id + this.#loader * 10, origin: this.url, name, uniqueId, auxData } });
    }
  }
}
