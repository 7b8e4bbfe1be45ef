import { beforeEach, describe, expect, it } from "vitest";
import { FakeSession, settled } from "../link/fakes";
import { Workspace } from "../../src/tools/workspace";
import { FakeTabs } from "./fake_tabs";

const USERS = "https://mail.example/";

let tabs: FakeTabs;
let memory: FakeSession;
let told: Record<string, unknown>[];
let workspace: Workspace;

function begin(...urls: string[]): void {
  tabs = new FakeTabs(...urls);
  memory = new FakeSession();
  told = [];
  workspace = new Workspace(tabs, memory, (data) => told.push(data));
}

beforeEach(() => {
  begin(USERS);
});

const first = { taskId: "t1", taskName: "Buy milk" };
const second = { taskId: "t2", taskName: "Buy bread" };

describe("a task's tab", () => {
  it("is opened on first use, in a group of the task's name, and not the user's", async () => {
    const tabId = await workspace.tabFor(first, undefined);
    await settled();

    expect(tabs.opened.map(({ url }) => url)).toEqual([USERS, "about:blank"]);
    expect(tabs.titles.get(tabs.groups.get(tabId) ?? 0)).toBe("Buy milk");
    expect(tabs.opened[1]?.active).toBe(false);
    expect(await workspace.tabFor(first, undefined)).toBe(tabId);
  });

  it("goes on to the next task, under its name", async () => {
    const tabId = await workspace.tabFor(first, undefined);
    await settled();

    expect(await workspace.tabFor(second, undefined)).toBe(tabId);
    await settled();
    expect(tabs.titles.get(tabs.groups.get(tabId) ?? 0)).toBe("Buy bread");
  });

  it("belongs to its session", async () => {
    const own = await workspace.tabFor({ ...first, session: "a" }, undefined);
    const other = await workspace.tabFor({ ...second, session: "b" }, undefined);

    expect(other).not.toBe(own);
    expect(await workspace.tabFor({ taskId: "t3", session: "a" }, undefined)).toBe(own);
  });

  it("is the blank start tab of a browser that was launched", async () => {
    begin("chrome://new-tab-page/");
    workspace.launched = true;

    expect(await workspace.tabFor(first, undefined)).toBe(tabs.opened[0]?.id);
    expect(tabs.opened.map(({ url }) => url)).toEqual(["about:blank"]);
  });

  it("is never the user's, unless that is asked for", async () => {
    expect(await workspace.tabFor(first, "active")).toBe(tabs.opened[0]?.id);
    expect(tabs.opened).toHaveLength(1);
  });

  it("is missed once when the user closes it, and then opened anew", async () => {
    const tabId = await workspace.tabFor(first, undefined);
    tabs.end(tabId);

    await expect(workspace.tabFor(first, undefined)).rejects.toMatchObject({ code: "TAB_GONE", details: { tabId } });
    expect(await workspace.tabFor(first, undefined)).not.toBe(tabId);
  });

  it("is simply opened anew for a later task", async () => {
    const tabId = await workspace.tabFor(first, undefined);
    tabs.end(tabId);

    expect(await workspace.tabFor(second, undefined)).not.toBe(tabId);
  });

  it("may be closed by the task itself, which falls back to the one before", async () => {
    const tabId = await workspace.tabFor(first, undefined);
    const { id } = await workspace.openFresh(false);
    expect(await workspace.tabFor(first, undefined)).toBe(id);

    await workspace.close([id]);

    expect(await workspace.tabFor(first, undefined)).toBe(tabId);
  });

  it("is remembered by the next worker, as far as it is still open", async () => {
    const tabId = await workspace.tabFor(first, undefined);
    const { id } = await workspace.openFresh(false);
    await settled();
    tabs.opened.splice(tabs.opened.findIndex((tab) => tab.id === id), 1);

    const reborn = new Workspace(tabs, memory, () => undefined);

    expect(await reborn.tabFor(first, undefined)).toBe(tabId);
  });
});

describe("a popup", () => {
  it("joins the group, while the task stays where it is", async () => {
    const tabId = await workspace.tabFor(first, undefined);
    await settled();
    const popup = tabs.popup("https://login.example/", tabId);
    await settled();

    expect(tabs.groups.get(popup.id)).toBe(tabs.groups.get(tabId));
    expect(await workspace.tabFor(first, undefined)).toBe(tabId);
    expect(told).toContainEqual({ event: "popup", tabId: popup.id, openerTabId: tabId });
    expect(tabs.givenBack).toEqual([[popup.id, tabId]]);
  });

  it("that a person opens by hand is theirs, though a task's tab was in front", async () => {
    const tabId = await workspace.tabFor(first, undefined);
    const own = tabs.byHand("https://bank.example/", tabId);
    await settled();
    expect(workspace.tabIds).toEqual([tabId]);
    expect(tabs.groups.has(own.id)).toBe(false);
  });

  it("of the user's own tab is none of our business", async () => {
    await workspace.tabFor(first, undefined);
    tabs.popup("https://news.example/", tabs.opened[0]?.id ?? 0);
    await settled();

    expect((await workspace.closable()).map(({ url }) => url)).toEqual(["about:blank"]);
  });
});

it("a launched browser's tabs may all be closed, a person's only when a task opened them", async () => {
  await workspace.tabFor(first, undefined);
  expect(await workspace.closable()).toHaveLength(1);

  workspace.launched = true;
  expect(await workspace.closable()).toHaveLength(2);
});

it("the other tabs are those of the same session, and in a launched browser those of nobody", async () => {
  const mine = await workspace.tabFor({ ...first, session: "mine" }, undefined);
  const kept = await workspace.openFresh(false);
  const theirs = await workspace.tabFor({ ...first, session: "theirs" }, undefined);
  await workspace.begin({ ...first, session: "mine" });
  const ids = async (): Promise<readonly number[]> => (await workspace.others(kept)).map(({ id }) => id);
  expect(await ids()).toEqual([mine]);

  workspace.launched = true;
  expect(await ids()).toContain(tabs.opened[0]?.id);
  expect(await ids()).not.toContain(theirs);
});
