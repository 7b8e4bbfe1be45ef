import { describe, expect, it } from "vitest";
import { backoff } from "../../src/link/backoff";

describe("the wait before the next attempt", () => {
  it("is none at all right after a good link", () => {
    expect(backoff(() => 0.9)(0)).toBe(0);
  });

  it("doubles from a quarter of a second to five seconds", () => {
    const longest = backoff(() => 1);
    expect([1, 2, 3, 4, 5, 6, 7, 50].map(longest)).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
  });

  it("is cut by half at most, so that browsers don't come back in step", () => {
    const shortest = backoff(() => 0);
    expect([1, 6].map(shortest)).toEqual([125, 2500]);
  });
});
