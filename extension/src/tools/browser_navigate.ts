/** `browser_navigate`: going to pages, and waiting for what they do. */
import type { Navigated, NavigateBack, NavigateGoto, NavigateReload, NavigateWait, Waited } from "../generated/protocol.js";
import { ToolFailure } from "../failure.js";
import { ask } from "../page/asking.js";
import { Expired } from "../page/deadline.js";
import { BadScript, evaluate } from "../page/evaluate.js";
import { DocumentGone } from "../page/frame.js";
import { goto, historyEntry, reload, toHistoryEntry, type Arrived, type WaitUntil } from "../page/navigation.js";
import type { Tab } from "../page/tab.js";
import { urlTest } from "../page/url_test.js";
import { completed, mustBeAllowed } from "./addresses.js";
import { common, oneOf, parse, text, where, yesNo } from "./arguments.js";
import { value, type Command, type Tool, type ToolValue } from "./command.js";

const waitUntil = oneOf<WaitUntil>("load", "domcontentloaded", "networkidle", "commit");

export const browserNavigate: Tool = {
  async goto(command) {
    const args = parse<NavigateGoto>(command.args, { ...common, url: text, waitUntil }, "url");
    const url = completed(args.url);
    mustBeAllowed(url, command.rules);
    const tab = await command.tabToLeave();
    command.begun({ success: true, url, title: "", status: null });
    return landed(command, tab, await goto(tab, url, args.waitUntil ?? "load", command.deadline));
  },

  async reload(command) {
    const args = parse<NavigateReload>(command.args, { ...common, ignoreCache: yesNo, waitUntil });
    const tab = await command.tab();
    command.begun({ success: true, url: tab.url, title: "", status: null });
    return landed(command, tab, await reload(tab, args.ignoreCache === true, args.waitUntil ?? "load", command.deadline));
  },

  back: (command) => step(command, -1),

  forward: (command) => step(command, 1),

  async wait(command) {
    const args = parse<NavigateWait>(command.args, {
      ...common, ...where, state: oneOf("visible", "hidden", "attached", "detached"), expression: text, url: text,
    });
    const start = performance.now();
    const tab = await command.tab();
    const seen = await wait(command, tab, args);
    const waited = Math.round(performance.now() - start);
    return value({ success: true, waited, url: tab.url, ...seen } satisfies Waited);
  },
};

async function step(command: Command, steps: 1 | -1): Promise<ToolValue> {
  const args = parse<NavigateBack>(command.args, { ...common, waitUntil });
  const tab = await command.tabToLeave();
  const entry = await historyEntry(tab, steps);
  mustBeAllowed(entry.url, command.rules);
  command.begun({ success: true, url: entry.url, title: entry.title, status: null });
  return landed(command, tab, await toHistoryEntry(tab, entry, args.waitUntil ?? "load", command.deadline));
}

/** A redirect may end where one may not go; then the tab does not stay there. */
async function landed(command: Command, tab: Tab, { url, title, status }: Arrived): Promise<ToolValue> {
  try {
    mustBeAllowed(url, command.rules);
  } catch (error) {
    await goto(tab, "about:blank", "commit", command.deadline);
    throw error;
  }
  const facts: Omit<Navigated, "status"> & { status: number | null } = { success: true, url, title, status };
  return value(facts);
}

async function wait(command: Command, tab: Tab, args: NavigateWait): Promise<{ value?: unknown }> {
  const within = args.timeout === undefined ? command.deadline : command.deadline.within(args.timeout);
  try {
    if (args.selector !== undefined || args.ref !== undefined) {
      await ask(tab, args, "present", { state: args.state ?? "visible" }, within);
      return {};
    }
    if (args.expression !== undefined) return { value: await truth(tab, args.expression, within) };
    if (args.url !== undefined) {
      const matches = urlTest(args.url);
      await tab.until(within, () => matches(tab.url) || undefined);
      return {};
    }
    await within.sleep(Math.max(0, within.leftMs - 5));
    return {};
  } catch (error) {
    if (!(error instanceof Expired)) throw error;
    throw new ToolFailure("WAIT_TIMEOUT", `it did not happen: ${described(args)}`, { url: tab.url });
  }
}

const POLL_MS = 50;

/** The first truthy value of the expression; an exception counts as not yet, but one that is no script fails at once. */
async function truth(tab: Tab, expression: string, within: Command["deadline"]): Promise<unknown> {
  for (;;) {
    const seen = await look(tab, expression, within);
    if (isTrue(seen.value)) return seen.value;
    if (within.leftMs <= POLL_MS) throw new ToolFailure("WAIT_TIMEOUT", `${expression} did not become true${seen.thrown}`);
    await within.sleep(POLL_MS);
  }
}

async function look(tab: Tab, expression: string, within: Command["deadline"]): Promise<{ value: unknown; thrown: string }> {
  try {
    return { value: await evaluate(tab, tab.frames.main, { expression, awaitPromise: true }, within), thrown: "" };
  } catch (error) {
    if (error instanceof BadScript) throw error;
    if (error instanceof DocumentGone) return { value: null, thrown: "" };
    // An element, or another thing that JSON has no word for, is as true as can be.
    if (error instanceof ToolFailure && error.code === "NOT_SERIALIZABLE") return { value: true, thrown: "" };
    if (error instanceof ToolFailure && error.code === "SCRIPT_ERROR") return { value: null, thrown: `; it threw ${error.message}` };
    throw error;
  }
}

function isTrue(value: unknown): boolean {
  return value !== null && value !== false && value !== 0 && value !== "";
}

function described(args: NavigateWait): string {
  if (args.url !== undefined) return `url ${args.url}`;
  return args.expression ?? args.selector ?? args.ref ?? "";
}
