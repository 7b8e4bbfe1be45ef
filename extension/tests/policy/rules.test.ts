import { describe, expect, it } from "vitest";
import { answerRefusal, isHidden, OPEN_RULES, refusal, type Rules } from "../../src/policy/rules";
import { DEMOS, HARMLESS, HUB, HUBS, METADATA, OTHERS, PRIVATE, PUBLIC } from "./addresses";

const OPEN: Rules = { ...OPEN_RULES, hubOrigin: HUB };
const STRICT: Rules = { ...OPEN, privateAddresses: "deny" };

describe("by default a task", () => {
  it.each([...PUBLIC, ...PRIVATE, ...DEMOS, ...HARMLESS])("may open %j", (url) => {
    expect(refusal(url, OPEN)).toBeUndefined();
  });

  it.each(METADATA)("may not open %j, where a cloud keeps its secrets", (url) => {
    expect(refusal(url, OPEN)).toContain("metadata");
  });

  it.each(HUBS)("may not open %j, a page of the hub", (url) => {
    expect(refusal(url, OPEN)).toContain("hub");
  });

  it.each([...OTHERS, "https://chromewebstore.google.com/detail/x", "https://chrome.google.com/webstore/detail/x"])(
    "may not open %j",
    (url) => {
      expect(refusal(url, OPEN)).toBeDefined();
    },
  );
});

describe("where private networks are denied a task", () => {
  it.each(PRIVATE)("may not open %j", (url) => {
    expect(refusal(url, STRICT)).toContain("private");
  });

  it.each([...PUBLIC, ...DEMOS, ...HARMLESS])("may open %j", (url) => {
    expect(refusal(url, STRICT)).toBeUndefined();
  });
});

describe("a hub elsewhere", () => {
  const rules = { ...OPEN_RULES, hubOrigin: "https://hub.example" };

  it("is known by its name and port", () => {
    expect(refusal("https://hub.example/tasks", rules)).toContain("hub");
    expect(refusal("https://HUB.example.:443/", rules)).toContain("hub");
    expect(refusal("https://hub.example:3400/", rules)).toContain("hub");
    expect(refusal("https://hub.example:8443/", rules)).toBeUndefined();
    expect(refusal("https://other.example/", rules)).toBeUndefined();
  });
});

describe("the sites that a person names", () => {
  const only: Rules = { ...OPEN, allow: ["example.com", "*.shop.example"] };
  const never: Rules = { ...OPEN, deny: ["*.bank.example", "example.com:8080"] };

  it.each([
    ["https://example.com/x", true],
    ["https://EXAMPLE.com./x", true],
    ["https://www.example.com/", false],
    ["https://shop.example/", true],
    ["https://a.b.shop.example/", true],
    ["https://myshop.example/", false],
    ["https://shop.example.evil.example/", false],
    ["https://evil.example/?shop.example", false],
    ["https://shop.example@evil.example/", false],
    ["http://127.0.0.1:3300/demo/", true],
    ["about:blank", true],
  ])("are the only ones that are opened: %s %s", (url, may) => {
    expect(refusal(url, only) === undefined).toBe(may);
  });

  it.each([
    ["https://bank.example/", false],
    ["https://login.bank.example/", false],
    ["https://LOGIN.bank.example./", false],
    ["https://notbank.example/", true],
    ["http://example.com:8080/", false],
    ["https://example.com/", true],
    ["blob:https://login.bank.example/9f0", false],
  ])("are never opened: %s %s", (url, may) => {
    expect(refusal(url, never) === undefined).toBe(may);
  });

  it("are not opened when they are both allowed and denied", () => {
    const both = { ...only, deny: ["*.shop.example", "127.0.0.1:3300"] };
    expect(refusal("https://shop.example/", both)).toContain("keeps tasks away");
    expect(refusal("http://127.0.0.1:3300/demo/", both)).toContain("keeps tasks away");
    expect(refusal("https://example.com/", both)).toBeUndefined();
  });

  it("are not even listed when they are denied or not allowed", () => {
    expect(isHidden("https://login.bank.example/account", never)).toBe(true);
    expect(isHidden("https://example.com/", never)).toBe(false);
    expect(isHidden("https://news.example/", only)).toBe(true);
    expect(isHidden("https://a.shop.example/", only)).toBe(false);
    for (const url of ["about:blank", "chrome://settings/", ""]) expect(isHidden(url, only)).toBe(false);
  });

  it("open no metadata and no page of the hub, though they are allowed", () => {
    const all = { ...OPEN, allow: ["*"] };
    expect(refusal("http://169.254.169.254/", all)).toContain("metadata");
    expect(refusal("http://127.0.0.1:3300/", all)).toContain("hub");
    expect(refusal("https://example.com/", all)).toBeUndefined();
  });
});

describe("what a name turns out to stand for", () => {
  const open = OPEN_RULES;
  const strict = { ...OPEN_RULES, privateAddresses: "deny" as const };

  it.each([
    ["http://nice.example/", "169.254.169.254", 80],
    ["https://nice.example/", "169.254.169.254", 443],
    ["http://nice.example:8080/", "fe80::1", 8080],
    ["http://nice.example/", "[fd00:ec2::254]", 80],
    ["http://nice.example/", "::ffff:169.254.169.254", 80],
    ["http://box.lan/", "169.254.169.254", 80],
    ["wss://nice.example/", "100.100.100.200", 443],
  ])("%s at %s is refused whatever the rules", (url, address, port) => {
    for (const rules of [open, strict]) expect(answerRefusal(url, address, port, rules)).toContain(`stands for ${address}`);
  });

  it.each([
    ["http://nice.example/", "10.0.0.7", 80],
    ["https://nice.example/", "127.0.0.1", 443],
    ["http://nice.example:81/", "[::1]", 81],
  ])("%s at %s is refused where private networks are", (url, address, port) => {
    expect(answerRefusal(url, address, port, open)).toBeUndefined();
    expect(answerRefusal(url, address, port, strict)).toContain("private networks");
  });

  it.each([
    ["http://nice.example/", "93.184.216.34", 80],
    ["http://nice.example/", "10.0.0.7", 3128], // a proxy
    ["http://localhost/", "127.0.0.1", 80], // judged by its name already
    ["http://nice.example/", "no address", 80],
    ["data:text/html,", "10.0.0.7", 80],
  ])("%s at %s may stay", (url, address, port) => {
    expect(answerRefusal(url, address, port, strict)).toBeUndefined();
  });
});
