/** `browser_tab`: the tabs of this browser. */
import type { OthersClosed, TabActivated, TabClosed, TabCloseOthers, TabListed, TabNew, TabOpened } from "../generated/protocol.js";
import type { TabFacts } from "../chrome/tabs.js";
import { ToolFailure } from "../failure.js";
import { goto } from "../page/navigation.js";
import { isHidden } from "../policy/rules.js";
import { completed, mustBeAllowed } from "./addresses.js";
import { common, number, parse, text, yesNo } from "./arguments.js";
import { value, type Command, type Tool } from "./command.js";

export const browserTab: Tool = {
  async list({ tabs, rules }) {
    const [all, front] = await Promise.all([tabs.all(), tabs.front()]);
    const known = all.filter(({ url }) => !isHidden(url, rules));
    const rows = known.map(({ id, url, title, active, index }) => ({ id, url, title, active, index }));
    const active = front === undefined || isHidden(front.url, rules) ? {} : { activeTabId: front.id };
    return value({ tabs: rows, ...active, count: rows.length } satisfies TabListed);
  },

  async new(command) {
    const args = parse<TabNew>(command.args, { ...common, url: text, activate: yesNo });
    const url = completed(args.url ?? "about:blank");
    mustBeAllowed(url, command.rules);
    await command.workspace.begin(command.worker);
    const opened = await command.workspace.openFresh(args.activate === true);
    command.begun({ tabId: opened.id, url, title: "" } satisfies TabOpened);
    if (url === "about:blank") return value({ tabId: opened.id, url, title: "" } satisfies TabOpened);
    const tab = await command.tab();
    const { url: here, title } = await goto(tab, url, "load", command.deadline);
    mustBeAllowed(here, command.rules);
    return value({ tabId: opened.id, url: here, title } satisfies TabOpened);
  },

  async close(command) {
    const { id } = await known(command);
    await mustBeMeant(command, id);
    await keepOneOpen(command, [id]);
    await command.silence(id);
    await command.workspace.close([id]);
    return value({ success: true, closedTabId: id } satisfies TabClosed);
  },

  async close_others(command) {
    const args = parse<TabCloseOthers>(command.args, { ...common, keepTabId: number });
    await command.workspace.begin(command.worker);
    const keep = args.keepTabId ?? (await command.tabFacts()).id;
    const kept = await command.tabs.get(keep);
    if (kept === undefined || isHidden(kept.url, command.rules)) throw unknown(keep);
    const others = await command.workspace.others(kept);
    await Promise.all(others.map(({ id }) => command.silence(id)));
    await command.workspace.close(others.map(({ id }) => id));
    return value({ success: true, closedCount: others.length, remainingTabId: keep } satisfies OthersClosed);
  },

  async activate(command) {
    const { id } = await known(command);
    await command.tabs.activate(id);
    command.workspace.use(id);
    return value({ success: true, activeTabId: id } satisfies TabActivated);
  },
};

/** The tab in question; those at sites that are kept from tasks are not there for them. */
async function known(command: Command): Promise<TabFacts> {
  const facts = await command.tabFacts();
  if (isHidden(facts.url, command.rules)) throw unknown(facts.id);
  return facts;
}

function unknown(tabId: number): ToolFailure {
  return new ToolFailure("TAB_GONE", `tab ${String(tabId)} does not exist`, { tabId });
}

/** Whatever a person happens to look at is closed by nobody else: a tab of theirs has to be named by its number. */
async function mustBeMeant({ args, workspace }: Command, tabId: number): Promise<void> {
  if (args["tabId"] !== "active" || (await workspace.closable()).some(({ id }) => id === tabId)) return;
  throw new ToolFailure("INVALID_ARGUMENTS", `tab ${String(tabId)} is the person's own: name it by its number to close it`, { tabId });
}

/** A launched browser ends with its last tab, and the instance with it. */
async function keepOneOpen({ tabs, workspace }: Command, closing: readonly number[]): Promise<void> {
  if (!workspace.launched) return;
  const all = await tabs.all();
  if (all.every(({ id }) => closing.includes(id))) await tabs.open("about:blank", true);
}
