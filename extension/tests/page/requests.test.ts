import { beforeEach, describe, expect, it } from "vitest";
import { CdpSession } from "../../src/chrome/cdp";
import { RequestLog } from "../../src/page/requests";
import { FakeDebugger } from "../chrome/fake_debugger";

describe("the log of requests", () => {
  let session: CdpSession;
  let log: RequestLog;

  function send(requestId: string, url: string, more: object = {}): void {
    session.emit("Network.requestWillBeSent", { requestId, request: { url, method: "GET" }, type: "Fetch", timestamp: 1, ...more });
  }

  beforeEach(() => {
    session = new CdpSession(new FakeDebugger(), { tabId: 1 });
    log = new RequestLog();
    log.watch(session);
  });

  it("tells how each went", () => {
    send("1", "https://a.example/");
    session.emit("Network.responseReceived", { requestId: "1", response: { status: 200 } });
    session.emit("Network.loadingFinished", { requestId: "1", timestamp: 1.25, encodedDataLength: 512 });
    send("2", "https://b.example/");
    session.emit("Network.loadingFailed", { requestId: "2", timestamp: 2, errorText: "net::ERR_FAILED" });
    expect(log.rows).toEqual([
      { url: "https://a.example/", method: "GET", resourceType: "Fetch", status: 200, sizeBytes: 512, durationMs: 250 },
      { url: "https://b.example/", method: "GET", resourceType: "Fetch", failed: "net::ERR_FAILED", durationMs: 1000 },
    ]);
  });

  it("tells each step of a redirect", () => {
    send("1", "https://a.example/");
    send("1", "https://a.example/home", { timestamp: 1.5, redirectResponse: { status: 302 } });
    expect(log.rows.map(({ url, status }) => [url, status])).toEqual([
      ["https://a.example/", 302],
      ["https://a.example/home", undefined],
    ]);
  });

  it("leaves out what never leaves the page, and the oldest of very many", () => {
    send("0", "data:text/plain,x");
    for (let at = 1; at <= 1_001; at++) send(String(at), `https://a.example/${String(at)}`);
    expect(log.rows).toHaveLength(1_000);
    expect(log.rows[0]?.url).toBe("https://a.example/2");
  });

  it("begins anew when it is cleared", () => {
    send("1", "https://a.example/");
    log.clear();
    session.emit("Network.loadingFinished", { requestId: "1", timestamp: 2, encodedDataLength: 1 });
    expect(log.rows).toEqual([]);
  });
});
