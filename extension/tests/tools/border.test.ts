import { describe, expect, it } from "vitest";
import type { NetRule, NetRulesPort } from "../../src/chrome/net_rules";
import { ToolFailure } from "../../src/failure";
import { OPEN_RULES } from "../../src/policy/rules";
import { Border, type Refused } from "../../src/tools/border";
import { FakeDebugger } from "../chrome/fake_debugger";

class FakeNet implements NetRulesPort {
  readonly sets: { readonly rules: number; readonly tabIds: readonly number[] | undefined }[] = [];

  set(rules: readonly NetRule[], tabIds: readonly number[] | undefined): Promise<void> {
    this.sets.push({ rules: rules.length, tabIds });
    return Promise.resolve();
  }
}

class Bench {
  readonly net = new FakeNet();
  readonly browser = new FakeDebugger();
  readonly refused: Refused[] = [];
  readonly blanked: number[] = [];
  readonly marked: [number, boolean][] = [];
  readonly owned: number[] = [];
  address = "https://example.com/";
  readonly border = new Border({
    net: this.net,
    owned: () => this.owned,
    addressOf: () => Promise.resolve(this.address),
    blank: (tabId) => Promise.resolve(void this.blanked.push(tabId)),
    mark: (tabId, driven) => this.marked.push([tabId, driven]),
    refused: (refused) => this.refused.push(refused),
  });
  readonly port = this.border.over(this.browser);

  constructor() {
    this.port.listen(() => undefined, () => undefined);
  }

  /** Told to go nowhere, the tab shows an error, and from there an empty page. */
  leavesWhenTold(tabId: number): void {
    this.browser.answer("Page.navigate", ({ url }) => {
      if (url === "about:srcdoc") this.commit(tabId, { url: "chrome-error://chromewebdata/", unreachableUrl: url });
      return {};
    });
    this.browser.answer("Runtime.evaluate", () => {
      this.commit(tabId, { url: "about:blank" });
      return {};
    });
  }

  commit(tabId: number, frame: Record<string, unknown>, sessionId?: string): void {
    this.browser.emit(tabId, "Page.frameNavigated", { frame }, sessionId);
  }
}

const SECRET = "http://169.254.169.254/";

describe("the border", () => {
  it("stands before the debugger is attached, and falls with the last driven tab", async () => {
    const bench = new Bench();
    bench.owned.push(8);
    await bench.port.attach(7);
    expect(bench.net.sets).toEqual([{ rules: expect.any(Number) as number, tabIds: [7, 8] }]);
    expect(bench.marked).toEqual([[7, true]]);
    await bench.port.detach(7);
    await bench.border.update();
    expect(bench.net.sets.at(-1)).toEqual({ rules: 0, tabIds: [] });
    expect(bench.marked.at(-1)).toEqual([7, false]);
  });

  it("is around all tabs of a launched browser from the start", async () => {
    const bench = new Bench();
    bench.border.launched = true;
    await bench.border.update();
    await bench.port.attach(7);
    await bench.port.detach(7);
    expect(bench.net.sets.map(({ tabIds }) => tabIds)).toEqual([undefined]);
  });

  it("tells the browser nothing that it knows", async () => {
    const bench = new Bench();
    await bench.port.attach(7);
    for (let call = 0; call < 3; call++) await bench.border.during(() => Promise.resolve());
    bench.border.limit({ ...OPEN_RULES });
    expect(bench.net.sets).toHaveLength(1);
  });

  it("empties a tab that came to a forbidden page, and fails the call that brought it there", async () => {
    const bench = new Bench();
    await bench.port.attach(7);
    bench.leavesWhenTold(7);
    const call = bench.border.during(() => {
      bench.border.uses(7);
      bench.commit(7, { url: SECRET });
      return Promise.resolve("done");
    });
    await expect(call).rejects.toMatchObject({ code: "FORBIDDEN_URL", details: { url: SECRET, tabId: 7 } });
    expect(bench.browser.of("Page.navigate").map(({ params }) => params)).toEqual([{ url: "about:srcdoc" }]);
    expect(bench.browser.of("Runtime.evaluate")).toHaveLength(1);
    expect(bench.refused).toMatchObject([{ tabId: 7, url: SECRET }]);
    await expect(bench.border.during(() => Promise.resolve("next"))).resolves.toBe("next");
  });

  it("knows the page that the browser stopped by the address that it did not reach", async () => {
    const bench = new Bench();
    await bench.port.attach(7);
    const call = bench.border.during(() => {
      bench.border.uses(7);
      setTimeout(() => {
        bench.commit(7, { url: "chrome-error://chromewebdata/", unreachableUrl: SECRET });
      }, 1);
      return Promise.reject(new ToolFailure("NAVIGATION_FAILED", "blocked", { errorText: "net::ERR_BLOCKED_BY_CLIENT" }));
    });
    await expect(call).rejects.toMatchObject({ code: "FORBIDDEN_URL" });
  });

  it("leaves other failures, frames and error pages as they are", async () => {
    const bench = new Bench();
    await bench.port.attach(7);
    const call = bench.border.during(() => {
      bench.border.uses(7);
      bench.commit(7, { url: SECRET, parentId: "main" });
      bench.commit(7, { url: SECRET }, "child");
      bench.commit(7, { url: "chrome-error://chromewebdata/", unreachableUrl: "https://gone.example/" });
      return Promise.reject(new ToolFailure("NAVIGATION_FAILED", "no such name"));
    });
    await expect(call).rejects.toMatchObject({ code: "NAVIGATION_FAILED" });
    expect(bench.refused).toEqual([]);
  });

  it("lets a cancelled call be cancelled", async () => {
    const bench = new Bench();
    await bench.port.attach(7);
    const call = bench.border.during(() => {
      bench.border.uses(7);
      bench.commit(7, { url: SECRET });
      return Promise.reject(new ToolFailure("CANCELLED", "stop"));
    });
    await expect(call).rejects.toMatchObject({ code: "CANCELLED" });
  });

  it("empties a task's pop-up, but no tab of the person's", async () => {
    const bench = new Bench();
    bench.owned.push(8);
    await bench.border.shown(8, SECRET);
    expect(bench.blanked).toEqual([]);
    await bench.port.attach(7);
    await bench.border.shown(9, SECRET);
    await bench.border.shown(8, "chrome://settings");
    await bench.border.shown(8, "https://example.com/");
    expect(bench.blanked).toEqual([]);
    await bench.border.shown(8, SECRET);
    expect(bench.blanked).toEqual([8]);
    expect(bench.refused).toMatchObject([{ tabId: 8, url: SECRET }]);
  });

  it("empties a pop-up that was stopped before the debugger came to it", async () => {
    const bench = new Bench();
    bench.leavesWhenTold(8);
    bench.browser.answer("Page.getFrameTree", () => ({
      frameTree: { frame: { id: "f", url: "chrome-error://chromewebdata/", unreachableUrl: SECRET } },
    }));
    await bench.port.attach(8);
    await bench.port.send({ tabId: 8, sessionId: "a frame of another process" }, "Page.getFrameTree", {});
    expect(bench.refused).toEqual([]);
    await bench.port.send({ tabId: 8 }, "Page.getFrameTree", {});
    expect(bench.refused).toMatchObject([{ tabId: 8, url: SECRET }]);
    expect(bench.browser.of("Page.navigate")).toMatchObject([{ params: { url: "about:srcdoc" } }]);
  });

  it("fails no call for a pop-up that was stopped but the one that works there", async () => {
    const bench = new Bench();
    bench.leavesWhenTold(8);
    await bench.port.attach(8);
    const clicked = bench.border.during(() => {
      bench.border.uses(7);
      bench.commit(8, { url: SECRET });
      return Promise.resolve("clicked");
    });
    expect(await clicked).toBe("clicked");
    expect(bench.refused).toMatchObject([{ tabId: 8, url: SECRET }]);
    const there = bench.border.during(() => {
      bench.border.uses(8);
      bench.commit(8, { url: SECRET });
      return Promise.resolve();
    });
    await expect(there).rejects.toMatchObject({ code: "FORBIDDEN_URL" });
  });

  it("looks again at a page of which the debugger tells nothing", async () => {
    const bench = new Bench();
    await bench.port.attach(7);
    bench.address = SECRET;
    await bench.border.shown(7, SECRET);
    expect(bench.refused).toEqual([]);
    await expect.poll(() => bench.refused).toMatchObject([{ tabId: 7, url: SECRET }]);
  });

  it("reaches the pages that stand open when a person changes it", async () => {
    const bench = new Bench();
    await bench.port.attach(7);
    bench.border.limit({ ...OPEN_RULES, deny: ["example.com"] });
    await bench.border.update();
    await Promise.resolve();
    expect(bench.refused).toMatchObject([{ tabId: 7, url: "https://example.com/" }]);
  });

  it("ends when the debugger did not attach, or was taken away", async () => {
    const bench = new Bench();
    bench.browser.refuse = "Cannot attach to this target.";
    await expect(bench.port.attach(7)).rejects.toThrow("Cannot attach");
    await bench.border.update();
    expect(bench.net.sets.at(-1)).toEqual({ rules: 0, tabIds: [] });
    await bench.port.attach(7);
    bench.browser.end(7, "canceled_by_user");
    await bench.border.update();
    expect(bench.net.sets.at(-1)).toEqual({ rules: 0, tabIds: [] });
  });
});
