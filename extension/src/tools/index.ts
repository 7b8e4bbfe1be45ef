/** The tools of this browser: the one door that calls come through. */
import { markTab } from "../chrome/action.js";
import { chromeDebugger, watchDebugger } from "../chrome/debugger.js";
import { chromeDownloads, watchDownloads } from "../chrome/downloads.js";
import { fileUrl } from "../chrome/files.js";
import { isHeadless } from "../chrome/identity.js";
import { isShown, lookAtWindowsSoon, onFrontChanged } from "../chrome/fronts.js";
import { Mux } from "../chrome/mux.js";
import { netRules } from "../chrome/net_rules.js";
import { locationLeave } from "../chrome/site_settings.js";
import { sessionArea } from "../chrome/storage.js";
import { chromeTabs, watchAddresses, watchTabs } from "../chrome/tabs.js";
import { ToolFailure } from "../failure.js";
import type { Rules } from "../policy/rules.js";
import { Border } from "./border.js";
import { Call } from "./call.js";
import { browserContent } from "./browser_content/index.js";
import { browserDebug } from "./browser_debug/index.js";
import { browserEmulate } from "./browser_emulate/index.js";
import { browserExecute } from "./browser_execute.js";
import { browserInteract } from "./browser_interact/index.js";
import { browserNavigate } from "./browser_navigate.js";
import { browserNetwork } from "./browser_network/index.js";
import { browserTab } from "./browser_tab.js";
import type { McpContent, Tool, ToolFile, ToolValue } from "./command.js";
import { Downloads } from "./downloads.js";
import { Keeper } from "./keeper.js";
import { Workspace } from "./workspace.js";

export { ToolFailure };

export interface CallContext {
  readonly callId: string;
  readonly taskId?: string;
  readonly commandId?: string;
  readonly taskName?: string;
  readonly session?: string;
  /** What happens to dialogs; default "ask". */
  readonly dialogs?: "accept" | "dismiss" | "ask";
  readonly signal: AbortSignal;
  /** The whole budget, counted from arrival. */
  readonly deadlineMs: number;
  progress(note: string): void;
}

export interface McpResult {
  readonly content: readonly McpContent[];
  readonly structuredContent: Readonly<Record<string, unknown>>;
}

export type BrowserEventKind = "tab" | "dialog" | "download" | "console" | "detached";
export type BrowserListener = (kind: BrowserEventKind, data: Record<string, unknown>) => void;

const TOOLS: Readonly<Record<string, Tool>> = {
  browser_tab: browserTab,
  browser_navigate: browserNavigate,
  browser_content: browserContent,
  browser_interact: browserInteract,
  browser_execute: browserExecute,
  browser_network: browserNetwork,
  browser_emulate: browserEmulate,
  browser_debug: browserDebug,
};

const HEADLESS = isHeadless();

let listener: BrowserListener = () => undefined;

const tell: BrowserListener = (kind, data) => {
  listener(kind, data);
};

watchDebugger();
watchTabs();
watchDownloads();
watchAddresses((tabId, url) => void border.shown(tabId, url), () => void border.update());

const border: Border = new Border({
  net: netRules,
  owned: () => workspace.tabIds,
  addressOf: async (tabId) => (await chromeTabs.get(tabId))?.url,
  blank: (tabId) => chromeTabs.blank(tabId),
  mark: markTab,
  refused: ({ tabId, url, reason }) => {
    tell("tab", { event: "refused", tabId, url, reason });
  },
});
const mux = new Mux(border.over(chromeDebugger), (tabId, reason) => {
  tell("detached", { tabId, reason });
});
const downloads = new Downloads(chromeDownloads, sessionArea(), (data) => {
  tell("download", data);
});
const keeper = new Keeper({
  mux,
  memory: sessionArea(),
  places: locationLeave,
  onDialog: (tabId, dialog) => {
    tell("dialog", { tabId, ...dialog });
  },
  onDownload: (tabId, url) => {
    downloads.begun(tabId, url);
  },
  // Without a screen no window covers another.
  drawn: (tabId) => HEADLESS && isShown(tabId),
});
onFrontChanged(() => {
  keeper.frontChanged();
});
const workspace = new Workspace(chromeTabs, sessionArea(), (data) => {
  if (data["event"] === "closed") keeper.forget(Number(data["tabId"]));
  if (data["event"] === "replaced") keeper.moved(Number(data["tabId"]), Number(data["was"]));
  // One that is closed at once, or shows what may not be driven, is left alone.
  if (data["event"] === "popup") keeper.adopt(Number(data["tabId"]), Number(data["openerTabId"])).catch(() => undefined);
  tell("tab", data);
});

/** Runs one tool. Rejects with `ToolFailure` only. */
export async function runTool(name: string, args: Record<string, unknown>, ctx: CallContext): Promise<McpResult> {
  const tool = TOOLS[name];
  if (tool === undefined) {
    throw new ToolFailure("UNKNOWN_TOOL", `no tool ${JSON.stringify(name)}; there are: ${Object.keys(TOOLS).join(", ")}`);
  }
  const asked = args["action"];
  const action = Object.hasOwn(tool, "") || typeof asked !== "string" ? "" : asked;
  const run = Object.hasOwn(tool, action) ? tool[action] : undefined;
  if (run === undefined) {
    throw new ToolFailure("UNKNOWN_ACTION", `${name} has no action ${JSON.stringify(action)}; there are: ${Object.keys(tool).join(", ")}`);
  }
  const call = new Call(
    { keeper, workspace, downloads, tabs: chromeTabs, border },
    {
      args,
      worker: { taskId: ctx.taskId, taskName: ctx.taskName, session: ctx.session },
      dialogs: ctx.dialogs ?? "ask",
      signal: ctx.signal,
      deadlineMs: ctx.deadlineMs,
      progress: (note) => {
        ctx.progress(note);
      },
    },
  );
  if (HEADLESS) lookAtWindowsSoon();
  return contentOf(await border.during(() => call.run(run)));
}

function contentOf({ facts, image, file }: ToolValue): McpResult {
  const structuredContent = { ...facts } as Record<string, unknown>;
  const content: McpContent[] = [{ type: "text", text: JSON.stringify(structuredContent) }];
  if (image !== undefined) content.push({ type: "image", ...image });
  if (file !== undefined) content.push(fileContent(file));
  return { content, structuredContent };
}

function fileContent(file: ToolFile): McpContent {
  const { name, mimeType } = file;
  if ("path" in file) return { type: "resource_link", uri: fileUrl(file.path), name, mimeType };
  return { type: "resource", resource: { uri: `tabyard:///${encodeURIComponent(name)}`, mimeType, blob: file.bytes } };
}

/** The task is over: tabs are let go when nobody needs them soon. */
export function endTask(taskId: string): Promise<void> {
  keeper.taskEnded(taskId);
  return Promise.resolve();
}

/** There is one listener: the link. */
export function onBrowserEvent(heard: BrowserListener): void {
  listener = heard;
}

/** Tabs that are under control right now. */
export function drivenTabs(): readonly { readonly tabId: number; readonly taskId?: string }[] {
  const { taskId } = workspace;
  return keeper.tabIds.map((tabId) => (taskId === undefined ? { tabId } : { tabId, taskId }));
}

/** What the pairing says about this browser: whether it was launched for tasks. */
export function configure(facts: { readonly launched: boolean }): void {
  workspace.launched = facts.launched;
  downloads.launched = facts.launched;
  border.launched = facts.launched;
  void border.update();
}

/** Where tasks may go from now on. */
export function limit(rules: Rules): void {
  border.limit(rules);
}

/** Takes the debugger off every tab. */
export function letGo(): void {
  void keeper.letGo();
}
