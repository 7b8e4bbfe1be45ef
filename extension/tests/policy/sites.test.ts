import { describe, expect, it } from "vitest";
import { readSite, readSites } from "../../src/policy/sites";

describe("a site", () => {
  it.each([
    ["example.com", "example.com"],
    ["  Example.COM. ", "example.com"],
    ["*.Example.com", "*.example.com"],
    ["https://example.com/path?x#y", "example.com"],
    ["http://user@example.com:8080/", "example.com:8080"],
    ["localhost:08080", "localhost:8080"],
    ["bücher.example", "xn--bcher-kva.example"],
    ["[::1]:3000", "[::1]:3000"],
    ["0x7f.1", "127.0.0.1"],
    ["*", "*"],
  ])("%j is read as %j", (text, site) => {
    expect(readSite(text)).toBe(site);
  });

  it.each(["", "*.", "a b", "*.*.com", "ex*mple.com", "http://", "example.com:99999", "[::1"])("%j is none", (text) => {
    expect(readSite(text)).toBeUndefined();
  });

  it("stands on a line of its own or between commas, once", () => {
    expect(readSites("a.example, b.example\n\n a.example\nc d:x")).toEqual({
      sites: ["a.example", "b.example", "c"],
      wrong: ["d:x"],
    });
    expect(readSites(" ")).toEqual({ sites: [], wrong: [] });
  });
});
