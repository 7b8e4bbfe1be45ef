import { describe, expect, it } from "vitest";
import { OPEN_RULES } from "../../src/policy/rules";
import { completed, mustBeAllowed } from "../../src/tools/addresses";

describe("an address that is refused", () => {
  it("says which and why, in few words", () => {
    const url = `http://169.254.169.254/${"x".repeat(500)}`;
    expect(() => {
      mustBeAllowed(url, OPEN_RULES);
    }).toThrow(
      expect.objectContaining({
        code: "FORBIDDEN_URL",
        details: { url: `${url.slice(0, 199)}…`, reason: "link-local and metadata addresses are not opened" },
      }),
    );
  });

  it("is an exception", () => {
    expect(() => {
      mustBeAllowed("https://example.com/", OPEN_RULES);
    }).not.toThrow();
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
