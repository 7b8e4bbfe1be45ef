/** What a navigation is told, and what it has to ask for. */
import { beforeEach, describe, expect, it } from "vitest";
import { browserExecute } from "../../src/tools/browser_execute";
import { browserNavigate } from "../../src/tools/browser_navigate";
import { ScriptedPage } from "./scripted_page";

const NEXT = "https://shop.example/next";

let page: ScriptedPage;

beforeEach(() => {
  page = new ScriptedPage();
  page.browser.answer("Runtime.evaluate", () => ({ result: { type: "number", value: 1 } }));
});

/** Answers `Page.navigate`, and then has `arrive` happen. */
function arriving(arrive: () => void): void {
  page.browser.answer("Page.navigate", () => {
    const loaderId = page.nextLoaderId;
    queueMicrotask(arrive);
    return { frameId: "main", loaderId };
  });
}

function says(context: number, said: object): void {
  page.browser.emit(page.tabId, "Runtime.bindingCalled", {
    name: "tabyardLoaded", payload: JSON.stringify(said), executionContextId: context,
  });
}

const asked = (): readonly unknown[] => page.browser.of("Runtime.callFunctionOn").map(({ params }) => (params["arguments"] as { value: unknown }[])[0]?.value);
const lifecycle = (): readonly unknown[] => page.browser.of("Page.setLifecycleEventsEnabled").map(({ params }) => params["enabled"]);

describe("a page that has loaded", () => {
  it("says where it is without being asked", async () => {
    arriving(() => {
      page.commit(NEXT);
      says(page.scriptContext, { url: NEXT, title: "Next", status: 201 });
      page.browser.emit(page.tabId, "Page.loadEventFired", { timestamp: 0 });
    });

    const { facts } = await page.run(browserNavigate["goto"], { url: NEXT });

    expect(facts).toEqual({ success: true, url: NEXT, title: "Next", status: 201 });
    expect(asked()).toEqual([]);
  });

  it("is asked when it said nothing, or something else spoke in its name", async () => {
    arriving(() => {
      page.commit(NEXT);
      says(page.scriptContext - 1, { url: "https://evil.example/", title: "Lies", status: 200 });
      page.browser.emit(page.tabId, "Page.loadEventFired", { timestamp: 0 });
    });

    const { facts } = await page.run(browserNavigate["goto"], { url: NEXT });

    expect(facts).toEqual({ success: true, url: NEXT, title: "Shop", status: 200 });
    expect(asked()).toEqual(["ready"]);
  });

  it("is asked for another place in it", async () => {
    arriving(() => {
      page.commit(NEXT);
      says(page.scriptContext, { url: NEXT, title: "Next", status: 200 });
      page.browser.emit(page.tabId, "Page.loadEventFired", { timestamp: 0 });
    });
    await page.run(browserNavigate["goto"], { url: NEXT });
    page.browser.answer("Page.navigate", () => {
      page.url = `${NEXT}#below`;
      queueMicrotask(() => { page.browser.emit(page.tabId, "Page.navigatedWithinDocument", { frameId: "main", url: page.url }); });
      return { frameId: "main" };
    });

    const { facts } = await page.run(browserNavigate["goto"], { url: `${NEXT}#below` });

    expect(facts).toMatchObject({ url: `${NEXT}#below` });
  });
});

describe("the lifecycle of each frame", () => {
  it("is told only while somebody waits for a quiet network", async () => {
    await page.run(browserExecute[""], { expression: "1" });
    expect(lifecycle()).toEqual([true, false]);
    arriving(() => { page.commit(NEXT, "load", "networkIdle"); });

    await page.run(browserNavigate["goto"], { url: NEXT, waitUntil: "networkidle" });

    expect(lifecycle()).toEqual([true, false, true, false]);
  });
});

describe("the screencast", () => {
  const screencasts = (): readonly string[] => page.browser.sent.map(({ method }) => method).filter((method) => method.endsWith("Screencast"));

  it("draws a tab that is not in front", async () => {
    await page.run(browserExecute[""], { expression: "1" });
    expect(screencasts()).toEqual(["Page.startScreencast"]);
  });

  it("waits until another tab is before one that is drawn anyway", async () => {
    page.inFront = true;
    await page.run(browserExecute[""], { expression: "1" });
    expect(screencasts()).toEqual([]);

    page.inFront = false;
    page.keeper.frontChanged();
    expect(screencasts()).toEqual(["Page.startScreencast"]);

    page.inFront = true;
    page.keeper.frontChanged();
    expect(screencasts()).toEqual(["Page.startScreencast", "Page.stopScreencast"]);
  });
});
