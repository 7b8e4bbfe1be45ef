import { beforeEach, describe, expect, it } from "vitest";
import { settled } from "../link/fakes";
import { browserEmulate } from "../../src/tools/browser_emulate/index";
import { agentOf, find } from "../../src/tools/browser_emulate/device";
import { DEVICES } from "../../src/tools/browser_emulate/devices";
import { PRESETS } from "../../src/tools/browser_emulate/network";
import { browserExecute } from "../../src/tools/browser_execute";
import { browserNetwork } from "../../src/tools/browser_network/index";
import { ScriptedPage } from "./scripted_page";

const HERE = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";

describe("a device", () => {
  it.each(["iPhone 14", "iphone14", "IPHONE-14"])("goes by the name of %s", (name) => {
    expect(find(name)[0]).toBe("iPhone 14");
  });

  it("that is not known is refused with all that are", () => {
    expect(() => find("Nokia 3310")).toThrow(/Galaxy S9\+/);
  });

  it("of Android says this browser's version, one of Apple's says Safari's", () => {
    expect(agentOf(DEVICES["Pixel 7"] ?? never(), HERE)).toMatchObject({
      userAgent: expect.stringMatching(/Android 14; Pixel 7\).*Chrome\/156\.0\.0\.0 Mobile/) as string,
      userAgentMetadata: { mobile: true, model: "Pixel 7", platform: "Android" },
    });
    expect(agentOf(DEVICES["iPad Pro"] ?? never(), HERE).userAgent).toMatch(/iPad; CPU OS .*Safari/);
    expect(agentOf(DEVICES["Galaxy Tab S4"] ?? never(), HERE).userAgent).not.toContain("Mobile");
  });

  it("has a screen that somebody could hold", () => {
    for (const { width, height, deviceScaleFactor } of Object.values(DEVICES)) {
      expect(width).toBeGreaterThanOrEqual(280);
      expect(height).toBeLessThanOrEqual(1_400);
      expect(deviceScaleFactor).toBeGreaterThanOrEqual(1);
    }
  });
});

it("the presets are bytes of kilobits", () => {
  expect(PRESETS["slow-3g"]).toEqual({ offline: false, download: 62_500, upload: 62_500, latencyMs: 400 });
  expect(PRESETS.wifi).toEqual({ offline: false, download: 3_750_000, upload: 1_875_000, latencyMs: 2 });
});

describe("what was set for a tab", () => {
  let page: ScriptedPage;

  const sent = (method: string): unknown[] => page.browser.of(method).map(({ params, target }) => ({ ...params, session: target.sessionId }));

  beforeEach(async () => {
    page = new ScriptedPage();
    page.browser.answer("Runtime.evaluate", () => ({ result: { type: "number", value: 1 } }));
    await page.run(browserEmulate["timezone"], { timezoneId: "Asia/Tokyo" });
  });

  it("is set again when the debugger comes back", async () => {
    await page.keeper.letGo();
    await page.run(browserExecute[""], { expression: "1" });
    expect(sent("Emulation.setTimezoneOverride")).toHaveLength(2);
  });

  it("is over when the person ends the debugging", async () => {
    page.browser.end(page.tabId, "canceled_by_user");
    await settled();
    await page.run(browserExecute[""], { expression: "1" });
    expect(sent("Emulation.setTimezoneOverride")).toHaveLength(1);
  });

  it("is in force in a frame of another process before its scripts run", async () => {
    page.browser.sent.length = 0;
    const targetInfo = { targetId: "child", type: "iframe", url: "https://other.example/" };
    page.browser.emit(page.tabId, "Target.attachedToTarget", { sessionId: "c1", targetInfo, waitingForDebugger: true });
    await settled();
    const order = page.browser.sent.filter(({ target }) => target.sessionId === "c1").map(({ method }) => method);
    expect(order).toContain("Emulation.setTimezoneOverride");
    expect(order.indexOf("Emulation.setTimezoneOverride")).toBeLessThan(order.indexOf("Runtime.runIfWaitingForDebugger"));
  });

  it("makes new frames wait only as long as anything is set", async () => {
    const waits = (): unknown => page.browser.of("Target.setAutoAttach").at(-1)?.params["waitForDebuggerOnStart"];
    expect(waits()).toBe(true);
    await page.run(browserEmulate["timezone"], { timezoneId: "" });
    expect(waits()).toBe(false);
  });

  it("keeps throttling while the network is switched off and on", async () => {
    await page.run(browserEmulate["throttle"], { preset: "4g" });
    await page.run(browserEmulate["offline"], { offline: true });
    await page.run(browserEmulate["offline"], { offline: false });
    expect(sent("Network.emulateNetworkConditions").at(-1)).toMatchObject({ offline: false, latency: 20, downloadThroughput: 500_000 });
  });

  it("is refused where it makes no sense", async () => {
    await expect(page.run(browserEmulate["timezone"], { timezoneId: "Middle/Earth" })).rejects.toMatchObject({ code: "INVALID_ARGUMENTS" });
    await expect(page.run(browserNetwork["set_headers"], { headers: { "a b": "1" } })).rejects.toMatchObject({ code: "INVALID_ARGUMENTS" });
    await expect(page.run(browserNetwork["set_headers"], { headers: { a: "1\r\nb: 2" } })).rejects.toMatchObject({ code: "INVALID_ARGUMENTS" });
    await expect(page.run(browserNetwork["intercept"], {})).rejects.toMatchObject({ code: "INVALID_ARGUMENTS" });
  });

  it("lets pages ask for the place while it is made up, and no longer", async () => {
    await page.run(browserEmulate["geolocation"], { latitude: 1, longitude: 2 });
    expect(page.places).toEqual(["https://shop.example"]);
    page.browser.emit(page.tabId, "Network.requestWillBeSent", { type: "Document", frameId: "main", requestId: "1", timestamp: 1, request: { url: "https://map.example/x", method: "GET" } });
    await settled();
    expect(page.places).toContain("https://map.example");
    page.browser.end(page.tabId, "canceled_by_user");
    await settled();
    expect(page.places).toEqual([]);
  });
});

function never(): never {
  throw new Error("no such device");
}
