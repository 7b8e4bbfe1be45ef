import { describe, expect, it } from "vitest";
import { type Block, blocksOf } from "../../src/policy/blocks";
import { OPEN_RULES, refusal, type Rules } from "../../src/policy/rules";
import { DEMOS, HUB, HUBS, METADATA, PRIVATE, PUBLIC } from "./addresses";

const WIDTH: Readonly<Record<Block["of"], number>> = { page: 0, document: 1, anything: 2 };

/** As the browser decides: the highest priority, and there "allow" first. */
function stopped(blocks: readonly Block[], url: string, of: Block["of"]): boolean {
  const seen = new URL(url).href.replace(/#.*$/, "");
  const hits = blocks.filter(({ regex, of: whose }) => WIDTH[of] <= WIDTH[whose] && new RegExp(regex).test(seen));
  const top = Math.max(...hits.map(({ priority }) => priority));
  const decisive = hits.filter(({ priority }) => priority === top);
  return decisive.length > 0 && decisive.every(({ action }) => action === "block");
}

const SITES = [
  "https://example.com/x", "http://example.com:8080/", "https://www.example.com/", "https://bank.example/",
  "https://login.bank.example/", "https://notbank.example/", "https://bank.example.evil.example/",
  "https://bank.example@evil.example/", "https://evil.example/?q=https://bank.example/", "http://shop.example:80/",
];

const RULES: readonly (readonly [string, Rules])[] = [
  ["by default", { ...OPEN_RULES, hubOrigin: HUB }],
  ["without private networks", { ...OPEN_RULES, hubOrigin: HUB, privateAddresses: "deny" }],
  ["with only some sites", { ...OPEN_RULES, hubOrigin: HUB, allow: ["example.com", "*.bank.example", "*.shop.example:80"] }],
  ["without some sites", { ...OPEN_RULES, hubOrigin: HUB, deny: ["*.bank.example", "example.com:8080", "shop.example:80"] }],
  ["with everything", { hubOrigin: HUB, privateAddresses: "deny", allow: ["*"], deny: ["login.bank.example"] }],
  ["with nothing", { ...OPEN_RULES, hubOrigin: HUB, deny: ["*"] }],
  ["of a hub elsewhere", { ...OPEN_RULES, hubOrigin: "https://hub.example", allow: ["bank.example"] }],
];

const ALL = [...PUBLIC, ...PRIVATE, ...METADATA, ...HUBS, ...DEMOS, ...SITES, "https://hub.example/", "http://hub.example/", "https://hub.example:3400/x", "https://hub.example/demo/a"];

describe.each(RULES)("the browser's rules %s", (_, rules) => {
  const blocks = blocksOf(rules);

  it.each(ALL)("are of one opinion with ours about %j", (url) => {
    expect(stopped(blocks, url, "page")).toBe(refusal(url, rules) !== undefined);
  });

  it("are few and small enough for the browser", () => {
    expect(blocks.length).toBeLessThan(100);
    for (const { regex } of blocks) expect(regex).not.toMatch(/\(\?[=!<]|\\\d/);
  });
});

describe("in a frame", () => {
  it("sites of others come with a page that is allowed; denied ones and secrets do not", () => {
    const blocks = blocksOf({ ...OPEN_RULES, allow: ["example.com"], deny: ["bank.example"] });
    expect(stopped(blocks, "https://pay.example/", "document")).toBe(false);
    expect(stopped(blocks, "https://pay.example/", "page")).toBe(true);
    expect(stopped(blocks, "https://bank.example/", "document")).toBe(true);
    expect(stopped(blocks, "http://169.254.169.254/", "document")).toBe(true);
  });
});

describe("what a page fetches", () => {
  it("is stopped where secrets are, and in private networks that are denied; sites are about documents", () => {
    const rules: Rules = { ...OPEN_RULES, hubOrigin: HUB, deny: ["bank.example"] };
    expect(stopped(blocksOf(rules), "http://169.254.169.254/", "anything")).toBe(true);
    expect(stopped(blocksOf(rules), "https://bank.example/logo.png", "anything")).toBe(false);
    expect(stopped(blocksOf(rules), "http://10.0.0.1/", "anything")).toBe(false);
    const strict = blocksOf({ ...rules, privateAddresses: "deny" });
    expect(stopped(strict, "http://10.0.0.1/", "anything")).toBe(true);
    expect(stopped(strict, "http://127.0.0.1:3300/demo/shop.css", "anything")).toBe(false);
  });
});
