/** The tabs of a browser, and what happens to them. */
import type { TabEvents, TabFacts, TabsPort } from "../../src/chrome/tabs";

export class FakeTabs implements TabsPort {
  readonly opened: TabFacts[] = [];
  readonly titles = new Map<number, string>();
  readonly givenBack: [number, number][] = [];
  groups = new Map<number, number>();
  #next = 100;
  #events: TabEvents | undefined;

  constructor(...urls: readonly string[]) {
    for (const url of urls) this.add(url);
  }

  add(url: string, openerTabId?: number): TabFacts {
    const active = this.opened.length === 0;
    const tab = { id: this.#next++, url, title: "", active, index: this.opened.length, windowId: 1, groupId: undefined, openerTabId, discarded: false };
    this.opened.push(tab);
    return tab;
  }

  /** A page opens a window. */
  popup(url: string, openerTabId: number): TabFacts {
    const tab = this.add(url, openerTabId);
    this.#events?.opened(tab.id, openerTabId);
    return tab;
  }

  /** A person opens a tab while that one is in front. */
  byHand(url: string, openerTabId: number): TabFacts {
    return this.add(url, openerTabId);
  }

  /** The user closes a tab. */
  end(tabId: number): void {
    this.opened.splice(this.opened.findIndex(({ id }) => id === tabId), 1);
    this.#events?.removed(tabId);
  }

  all(): Promise<readonly TabFacts[]> {
    return Promise.resolve([...this.opened]);
  }

  get(tabId: number): Promise<TabFacts | undefined> {
    return Promise.resolve(this.opened.find(({ id }) => id === tabId));
  }

  front(): Promise<TabFacts | undefined> {
    return Promise.resolve(this.opened.find(({ active }) => active));
  }

  open(url: string): Promise<TabFacts> {
    return Promise.resolve(this.add(url));
  }

  close(tabIds: readonly number[]): Promise<void> {
    for (const tabId of tabIds) this.end(tabId);
    return Promise.resolve();
  }

  activate(tabId: number): Promise<void> {
    this.#replace(tabId, { active: true });
    return Promise.resolve();
  }

  giveBack(tabId: number, openerTabId: number): Promise<void> {
    this.givenBack.push([tabId, openerTabId]);
    return Promise.resolve();
  }

  blank(tabId: number): Promise<void> {
    this.#replace(tabId, { url: "about:blank" });
    return Promise.resolve();
  }

  revive(tabId: number): Promise<void> {
    this.#replace(tabId, { discarded: false });
    return Promise.resolve();
  }

  /** Chrome throws the page of a tab away; another id stands for the tab from then on. */
  discard(tabId: number): number {
    const id = this.#next++;
    this.#replace(tabId, { id, discarded: true });
    this.#events?.replaced(id, tabId);
    return id;
  }

  group(tabId: number, groupId = 1000 + tabId): Promise<number> {
    this.groups.set(tabId, groupId);
    return Promise.resolve(groupId);
  }

  titleGroup(groupId: number, title: string): Promise<void> {
    this.titles.set(groupId, title);
    return Promise.resolve();
  }

  listen(events: TabEvents): void {
    this.#events = events;
  }

  #replace(tabId: number, facts: Partial<TabFacts>): void {
    const at = this.opened.findIndex(({ id }) => id === tabId);
    const tab = this.opened[at];
    if (tab !== undefined) this.opened[at] = { ...tab, ...facts };
  }
}
