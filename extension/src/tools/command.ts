/** One call at work: its tab, its time, and what it has done so far. */
import type { TabFacts, TabsPort } from "../chrome/tabs.js";
import type { Deadline } from "../page/deadline.js";
import type { DialogPolicy } from "../page/dialogs.js";
import type { Rules } from "../policy/rules.js";
import type { Tab } from "../page/tab.js";
import type { Downloads } from "./downloads.js";
import type { Workspace, Worker } from "./workspace.js";

export type McpContent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image"; readonly data: string; readonly mimeType: string }
  | { readonly type: "resource"; readonly resource: { readonly uri: string; readonly mimeType: string; readonly blob: string } }
  | { readonly type: "resource_link"; readonly uri: string; readonly name: string; readonly mimeType: string };

/** A file that goes with a result: its bytes, or where the hub finds it on the machine of both. */
export type ToolFile = { readonly name: string; readonly mimeType: string } & ({ readonly bytes: string } | { readonly path: string });

/** A tool's typed result, with a picture beside it when there is one. */
export interface ToolValue {
  readonly facts: object;
  readonly image?: { readonly data: string; readonly mimeType: string };
  readonly file?: ToolFile;
}

export interface Command {
  readonly args: Readonly<Record<string, unknown>>;
  readonly worker: Worker;
  readonly deadline: Deadline;
  readonly dialogs: DialogPolicy;
  /** Where tasks may go, and where their hub is. */
  readonly rules: Rules;
  readonly workspace: Workspace;
  readonly downloads: Downloads;
  readonly tabs: TabsPort;
  progress(note: string): void;
  /** The tab of this call under control, attached now when it was not. Rejects with `TAB_GONE`, `DIALOG_OPEN`, `FORBIDDEN_URL`. */
  tab(): Promise<Tab>;
  /** The same while a dialog may be open in it. */
  tabWithDialog(): Promise<Tab>;
  /** The same for a page that is going to be left at once, whatever it is: one that does not answer is left already. */
  tabToLeave(): Promise<Tab>;
  /** Takes the page's word in its being closed: what it asks then is answered with yes. */
  silence(tabId: number): Promise<void>;
  /** Facts of the tab that this call is about, without attaching to it. */
  tabFacts(): Promise<TabFacts>;
  /** From here on, a dialog that opens ends the call with these facts and not with an error. */
  begun(facts: object): void;
}

export type Action = (command: Command) => Promise<ToolValue>;

/** A tool: its actions by name; a tool with only one has it under "". */
export type Tool = Readonly<Record<string, Action>>;

export function value(facts: object): ToolValue {
  return { facts };
}
