import { beforeEach, describe, expect, it } from "vitest";
import { CdpSession } from "../../src/chrome/cdp";
import { answered, Interception } from "../../src/page/interception";
import type { Answer } from "../../src/page/settings";
import { FakeDebugger } from "../chrome/fake_debugger";
import { settled } from "../link/fakes";

const request = (method: string, headers: Record<string, string> = {}) =>
  ({ url: "https://api.example/price", method, headers, initialPriority: "High", referrerPolicy: "no-referrer" }) as const;
const fulfil = (more: Partial<Answer> = {}): Answer => ({ urlPattern: "*", action: "fulfil", ...more });
const header = (headers: readonly { name: string; value: string }[] | undefined, name: string): string | undefined =>
  headers?.find((one) => one.name.toLowerCase() === name)?.value;

describe("an answer of our own", () => {
  it("is the body in UTF-8 with the headers as given", () => {
    const given = fulfil({ status: 201, headers: { "Content-Type": "application/json" }, body: "42 €" });
    const { responseCode, responseHeaders, body } = answered(given, { request: request("GET"), resourceType: "XHR" });
    expect(responseCode).toBe(201);
    expect(responseHeaders).toEqual([{ name: "Content-Type", value: "application/json" }]);
    expect(Buffer.from(body ?? "", "base64").toString()).toBe("42 €");
  });

  it("is a page where a page was asked for", () => {
    const { responseHeaders } = answered(fulfil(), { request: request("GET"), resourceType: "Document" });
    expect(header(responseHeaders, "content-type")).toContain("text/html");
  });

  it("may be read by the page that asked across origins", () => {
    const { responseHeaders } = answered(fulfil(), { request: request("GET", { Origin: "https://shop.example" }), resourceType: "Fetch" });
    expect(header(responseHeaders, "access-control-allow-origin")).toBe("https://shop.example");
  });

  it("lets the question go ahead that is asked before", () => {
    const asked = request("OPTIONS", { Origin: "https://shop.example", "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-a" });
    const { responseCode, responseHeaders } = answered(fulfil({ status: 500 }), { request: asked, resourceType: "Preflight" });
    expect(responseCode).toBe(204);
    expect(header(responseHeaders, "access-control-allow-methods")).toBe("PUT");
    expect(header(responseHeaders, "access-control-allow-headers")).toBe("x-a");
  });
});

describe("interception", () => {
  let browser: FakeDebugger;
  let session: CdpSession;
  let interception: Interception;

  beforeEach(() => {
    browser = new FakeDebugger();
    session = new CdpSession(browser, { tabId: 1 });
    interception = new Interception();
    interception.watch(session);
  });

  async function pause(url: string, resourceType: string): Promise<readonly string[]> {
    session.emit("Fetch.requestPaused", { requestId: "1", request: { ...request("GET"), url }, resourceType });
    await settled();
    return browser.sent.map(({ method }) => method);
  }

  it("asks the browser for what the patterns name only", async () => {
    interception.rule([{ urlPattern: "*/ads/*", action: "block", resourceType: "Image" }, { urlPattern: "/api", action: "block", resourceType: "Fetch" }]);
    await interception.apply(session);
    expect(browser.of("Fetch.enable")[0]?.params["patterns"]).toEqual([
      { urlPattern: "*/ads/*", resourceType: "Image" },
      { urlPattern: "*/api*", resourceType: "Fetch" },
      { urlPattern: "*/api*", resourceType: "XHR" },
    ]);
  });

  it("lets the first pattern that matches decide", async () => {
    interception.rule([{ urlPattern: "/keep", action: "continue" }, { urlPattern: "*", action: "block" }]);
    expect(await pause("https://a.example/keep/x", "Script")).toEqual(["Fetch.continueRequest"]);
    expect(await pause("https://a.example/other", "Script")).toEqual(["Fetch.continueRequest", "Fetch.failRequest"]);
  });

  it("lets through what no pattern names any more", async () => {
    interception.rule([]);
    expect(await pause("https://a.example/", "Document")).toEqual(["Fetch.continueRequest"]);
  });

  it("is off without patterns", async () => {
    interception.rule([]);
    await interception.apply(session);
    expect(browser.of("Fetch.disable")).toHaveLength(1);
    expect(browser.of("Network.setBypassServiceWorker")[0]?.params).toEqual({ bypass: false });
  });
});
