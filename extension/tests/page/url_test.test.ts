import { describe, expect, it } from "vitest";
import { cdpPattern, urlTest } from "../../src/page/url_test";

describe("a URL as people name it", () => {
  it.each([
    ["/api/price", "https://shop.example/api/price?x=1", true],
    ["*/ads/*", "https://shop.example/ads/banner", true],
    ["*/ads/*", "https://shop.example/news", false],
    ["https://shop.example/*", "https://shop.example/", true],
    ["shop.example/?a=1*", "https://shop.example/?a=1", false],
    ["*/?a=1*", "https://shop.example/?a=1&b", true],
    ["*.js", "https://shop.example/xjs", false],
  ])("%s in %s: %s", (wanted, url, expected) => {
    expect(urlTest(wanted)(url)).toBe(expected);
  });

  it("leaves no sign to the browser that means more to it", () => {
    expect(cdpPattern("*/find?q=a\\b")).toBe("*/find\\?q=a\\\\b");
    expect(cdpPattern("ads.js")).toBe("*ads.js*");
  });
});
