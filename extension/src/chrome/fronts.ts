/** Which tab is in front in each window, and whether the window shows it: a pop-up from a tab behind it is to give the front back. */

/** A pop-up comes to the front a moment before or after it is told who opened it. */
const COMES_MS = 1_000;

/** Soon enough for a wait to go on, and seldom enough to cost nothing. */
const LOOK_MS = 250;

const fronts = new Map<number, number>();
/** For a tab that came to the front: who was there before, and in which window. */
const before = new Map<number, { readonly tabId: number | undefined; readonly windowId: number }>();
const awaited = new Map<number, () => void>();
const minimised = new Set<number>();
let focused: number | undefined;
let lastFocused: number | undefined;

let looking: ReturnType<typeof setTimeout> | undefined;
let changed: () => void = () => undefined;

/** Whether the tab is in front in a window that shows it. False as long as that is not known. */
export function isShown(tabId: number): boolean {
  return [...fronts].some(([windowId, front]) => front === tabId && !minimised.has(windowId));
}

/** There is one listener. */
export function onFrontChanged(listener: () => void): void {
  changed = listener;
}

/** Registers the browser's listeners, and asks once how things stand. */
export function watchFronts(): void {
  chrome.tabs.onActivated.addListener(({ tabId, windowId }) => {
    before.set(tabId, { tabId: fronts.get(windowId), windowId });
    fronts.set(windowId, tabId);
    changed();
    awaited.get(tabId)?.();
  });
  chrome.tabs.onRemoved.addListener((tabId) => before.delete(tabId));
  chrome.windows.onRemoved.addListener((windowId) => {
    fronts.delete(windowId);
    minimised.delete(windowId);
  });
  chrome.windows.onFocusChanged.addListener((windowId) => {
    lastFocused = focused;
    focused = windowId === chrome.windows.WINDOW_ID_NONE ? undefined : windowId;
  });
  void chrome.tabs.query({ active: true }).then((tabs) => {
    for (const { id, windowId } of tabs) if (id !== undefined && !fronts.has(windowId)) fronts.set(windowId, id);
    changed();
  });
}

/** To be called whenever a task does something: of a browser without a screen, no event tells that a window was minimised. */
export function lookAtWindowsSoon(): void {
  looking ??= setTimeout(() => {
    looking = undefined;
    void look();
  }, LOOK_MS);
}

async function look(): Promise<void> {
  let isNew = false;
  for (const { id, state } of await chrome.windows.getAll()) {
    if (id === undefined || (state === "minimized") === minimised.has(id)) continue;
    isNew = true;
    if (!minimised.delete(id)) minimised.add(id);
  }
  if (isNew) changed();
}

/**
 * Puts back in front what was there until `tabId` came by itself, opened by a page in `openerTabId`. When a person was
 * looking at that very page, the pop-up is what they want to see.
 */
export async function giveBack(tabId: number, openerTabId: number): Promise<void> {
  if (!before.has(tabId)) await arrival(tabId);
  const was = before.get(tabId);
  if (was === undefined || was.tabId === openerTabId) return;
  if (was.tabId !== undefined && fronts.get(was.windowId) === tabId) await chrome.tabs.update(was.tabId, { active: true });
  // A window of its own took the focus from another one of this browser.
  if (was.tabId === undefined && focused === was.windowId && lastFocused !== undefined && fronts.get(lastFocused) !== openerTabId) {
    await chrome.windows.update(lastFocused, { focused: true });
  }
}

function arrival(tabId: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      awaited.delete(tabId);
      resolve();
    };
    const timer = setTimeout(done, COMES_MS);
    awaited.set(tabId, done);
  });
}
