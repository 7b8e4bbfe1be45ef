import { describe, expect, it } from "vitest";
import { retrySafe } from "../../src/link/retry_safe";

describe("whether a call may simply run again", () => {
  it.each([
    ["browser_content", { action: "snapshot" }, true],
    ["browser_tab", { action: "list" }, true],
    ["browser_interact", { action: "click" }, false],
    ["browser_execute", { expression: "1" }, false],
    ["browser_content", { action: "toString" }, false],
    ["browser_content", { action: 7 }, false],
    ["browser_content", {}, false],
    ["constructor", {}, false],
    ["somebody_elses", {}, false],
  ])("%s %j: %s", (name, args, expected) => {
    expect(retrySafe({ name, args })).toBe(expected);
  });
});
