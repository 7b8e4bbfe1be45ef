import { describe, expect, it } from "vitest";
import { completed, mustBeAllowed, refusal } from "../../src/tools/addresses";

const HUB = "http://127.0.0.1:3300";

describe("a page", () => {
  it.each([
    "https://example.com/",
    "http://localhost:8080/app",
    "http://127.0.0.1:3301/",
    "about:blank",
    "",
    "data:text/html,hello",
    "http://127.0.0.1:3300/demo/shop.html",
    "http://localhost:3300/demo/",
    "chrome-error://chromewebdata/",
    "http://10.0.0.7/",
  ])("%j may be driven", (url) => {
    expect(refusal(url, HUB)).toBeUndefined();
  });

  it.each([
    "chrome://settings",
    "chrome-extension://abc/popup.html",
    "devtools://devtools/bundled/inspector.html",
    "view-source:https://example.com",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "ftp://example.com/",
    "https://chromewebstore.google.com/detail/x",
    "https://chrome.google.com/webstore/detail/x",
    "http://127.0.0.1:3300/",
    "http://127.0.0.1:3300/demo",
    "http://127.0.0.1:3300/demo/../tasks",
    "http://127.0.0.1:3300/demo/%2e%2e/tasks",
    "http://localhost:3300/tasks",
    "http://LOCALHOST.:3300/tasks",
    "http://[::1]:3300/",
    "http://0.0.0.0:3300/",
    "http://127.1:3300/",
    "http://2130706433:3300/",
    "http://[::ffff:127.0.0.1]:3300/",
    "http://127.0.0.1:3400/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://[fe80::1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://metadata.google.internal/",
    "blob:http://127.0.0.1:3300/9f0",
    "not a url",
  ])("%j may not", (url) => {
    expect(() => {
      mustBeAllowed(url, HUB);
    }).toThrow(expect.objectContaining({ code: "FORBIDDEN_URL" }));
  });

  it("of the hub is known under the hub's own name too", () => {
    expect(refusal("https://hub.example/tasks", "https://hub.example")).toContain("hub");
    expect(refusal("https://hub.example:8443/", "https://hub.example")).toBeUndefined();
  });
});

it.each([
  ["example.com", "https://example.com"],
  ["example.com:8080/x", "https://example.com:8080/x"],
  ["localhost:3000", "http://localhost:3000"],
  ["127.0.0.1:3000/x", "http://127.0.0.1:3000/x"],
  ["http://a.b", "http://a.b"],
  ["about:blank", "about:blank"],
  ["data:text/html,x", "data:text/html,x"],
])("%j is completed to %j", (given, url) => {
  expect(completed(given)).toBe(url);
});
