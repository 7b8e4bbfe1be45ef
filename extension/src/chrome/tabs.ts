/** `chrome.tabs`, `chrome.windows` and `chrome.tabGroups`, as a port that the workspace can be tested without. */

import { giveBack, watchFronts } from "./fronts.js";

export interface TabFacts {
  readonly id: number;
  readonly url: string;
  readonly title: string;
  readonly active: boolean;
  readonly index: number;
  readonly windowId: number;
  /** Undefined outside any group. */
  readonly groupId: number | undefined;
  readonly openerTabId: number | undefined;
  /** Chrome has thrown its page away to save memory; only its address is left. */
  readonly discarded: boolean;
}

export interface TabEvents {
  /** The page in one tab has opened another. The opener that a tab itself names will not do: it is the one that was in front. */
  opened(tabId: number, openerTabId: number): void;
  removed(tabId: number): void;
  /** One tab took the place of another, as a discarded one does. */
  replaced(added: number, removed: number): void;
}

export interface TabsPort {
  all(): Promise<readonly TabFacts[]>;
  /** Undefined when there is no such tab. */
  get(tabId: number): Promise<TabFacts | undefined>;
  /** The tab that the user looks at: the active one of the window that was last in front. */
  front(): Promise<TabFacts | undefined>;
  open(url: string, active: boolean): Promise<TabFacts>;
  close(tabIds: readonly number[]): Promise<void>;
  /** Brings the tab and its window to the front. */
  activate(tabId: number): Promise<void>;
  /** Puts back in front what was there until that pop-up came; not when it was the page that opened it. */
  giveBack(tabId: number, openerTabId: number): Promise<void>;
  /** Replaces a privileged page, which the debugger can't do; resolves when it is gone. */
  blank(tabId: number): Promise<void>;
  /** Loads the page of a discarded tab again, where it is; resolves when there is a document. */
  revive(tabId: number): Promise<void>;
  /** Puts the tab into the group, or into a new one; returns the group. */
  group(tabId: number, groupId: number | undefined): Promise<number>;
  titleGroup(groupId: number, title: string): Promise<void>;
  listen(events: TabEvents): void;
}

const BLANK_MS = 2_000;

let listener: TabEvents | undefined;

/** Registers the browser's listeners; must run in the worker's first turn, or a waking event is lost. */
export function watchTabs(): void {
  chrome.webNavigation.onCreatedNavigationTarget.addListener(({ tabId, sourceTabId }) => {
    listener?.opened(tabId, sourceTabId);
  });
  chrome.tabs.onRemoved.addListener((tabId) => listener?.removed(tabId));
  chrome.tabs.onReplaced.addListener((added, removed) => listener?.replaced(added, removed));
  watchFronts();
}

/** Tells where tabs go, and that there is a new one. To be called in the worker's first turn as well. */
export function watchAddresses(shown: (tabId: number, url: string) => void, created: () => void): void {
  chrome.tabs.onCreated.addListener(created);
  chrome.webNavigation.onCreatedNavigationTarget.addListener(created);
  // Not before: a pop-up that is sent elsewhere while its opener still makes it takes the opener down with it.
  chrome.webNavigation.onBeforeNavigate.addListener(({ tabId, frameId, url }) => {
    if (frameId === 0) shown(tabId, url);
  });
  // Not `tabs.onUpdated`: it tells of each page several times over, and each event costs a navigation half a millisecond.
  chrome.webNavigation.onCommitted.addListener(({ tabId, frameId, url }) => {
    if (frameId === 0) shown(tabId, url);
  });
}

export const chromeTabs: TabsPort = {
  async all() {
    const tabs = await chrome.tabs.query({});
    return tabs.map(factsOf).filter((tab) => tab !== undefined);
  },
  async get(tabId) {
    try {
      return factsOf(await chrome.tabs.get(tabId));
    } catch {
      return undefined;
    }
  },
  async front() {
    const [tab] = await chrome.tabs.query({ active: true, lastFocusedWindow: true });
    if (tab !== undefined) return factsOf(tab);
    const [any] = await chrome.tabs.query({ active: true });
    return any === undefined ? undefined : factsOf(any);
  },
  async open(url, active) {
    const windows = await chrome.windows.getAll({ windowTypes: ["normal"] });
    if (windows.length === 0) {
      const opened = await chrome.windows.create({ url, focused: active });
      const tab = opened?.tabs?.[0];
      if (tab !== undefined) return known(tab);
    }
    return known(await chrome.tabs.create({ url, active }));
  },
  close: (tabIds) => chrome.tabs.remove([...tabIds]),
  async activate(tabId) {
    const tab = await chrome.tabs.update(tabId, { active: true });
    if (tab !== undefined) await chrome.windows.update(tab.windowId, { focused: true });
  },
  giveBack,
  async blank(tabId) {
    const there = updated(tabId, ({ status }, { url }) => status === "complete" && url === "about:blank", BLANK_MS);
    await chrome.tabs.update(tabId, { url: "about:blank" });
    await there;
  },
  async revive(tabId) {
    const there = updated(tabId, ({ status, url }) => status === "complete" || url !== undefined);
    await chrome.tabs.reload(tabId);
    await there;
  },
  group: (tabId, groupId) => chrome.tabs.group(groupId === undefined ? { tabIds: [tabId] } : { tabIds: [tabId], groupId }),
  async titleGroup(groupId, title) {
    // One colour for all of them: a person finds at a glance what is not theirs.
    await chrome.tabGroups.update(groupId, { title, color: "cyan" });
  },
  listen(events) {
    listener = events;
  },
};

/** Sends the first tab that shows nothing to `url`; resolves when the browser has begun to go there, and does nothing if all show something. */
export async function fillEmptyTab(url: string): Promise<void> {
  const empty = (await chromeTabs.all()).find((tab) => tab.url === "about:blank");
  if (empty !== undefined) await chrome.tabs.update(empty.id, { url });
}

/** Resolves when the tab is told to be so, or when the time is up. */
function updated(tabId: number, test: (change: chrome.tabs.OnUpdatedInfo, tab: chrome.tabs.Tab) => boolean, withinMs?: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = withinMs === undefined ? undefined : setTimeout(done, withinMs);
    function done(): void {
      clearTimeout(timer);
      chrome.tabs.onUpdated.removeListener(heard);
      chrome.tabs.onRemoved.removeListener(removed);
      resolve();
    }
    function heard(id: number, change: chrome.tabs.OnUpdatedInfo, tab: chrome.tabs.Tab): void {
      if (id === tabId && test(change, tab)) done();
    }
    function removed(id: number): void {
      if (id === tabId) done();
    }
    chrome.tabs.onUpdated.addListener(heard);
    chrome.tabs.onRemoved.addListener(removed);
  });
}

function known(tab: chrome.tabs.Tab): TabFacts {
  const facts = factsOf(tab);
  if (facts === undefined) throw new Error("the browser opened a tab without an id");
  return facts;
}

function factsOf(tab: chrome.tabs.Tab): TabFacts | undefined {
  if (tab.id === undefined || tab.id === chrome.tabs.TAB_ID_NONE) return undefined;
  const { id, active, index, windowId } = tab;
  return {
    id,
    // A tab that is still loading shows where it goes.
    url: tab.url === undefined || tab.url === "" ? (tab.pendingUrl ?? "") : tab.url,
    title: tab.title ?? "",
    active,
    index,
    windowId,
    groupId: tab.groupId === chrome.tabGroups.TAB_GROUP_ID_NONE ? undefined : tab.groupId,
    openerTabId: tab.openerTabId,
    discarded: tab.discarded,
  };
}
