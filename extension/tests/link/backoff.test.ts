import { describe, expect, it } from "vitest";
import { backoff } from "../../src/link/backoff";

describe("the wait before the next attempt", () => {
  it("is none at all right after a good link", () => {
    expect(backoff(() => 0.9)(0)).toBe(0);
  });

  it("doubles from a quarter of a second to one and a half, while the hub may be starting again", () => {
    const longest = backoff(() => 1);
    expect([1, 2, 3, 4, 5, 20].map(longest)).toEqual([250, 500, 1000, 1500, 1500, 1500]);
  });

  it("is five seconds for a hub that does not come back", () => {
    const longest = backoff(() => 1);
    expect([21, 500].map(longest)).toEqual([5000, 5000]);
  });

  it("is cut by half at most, so that browsers don't come back in step", () => {
    const shortest = backoff(() => 0);
    expect([1, 6, 21].map(shortest)).toEqual([125, 750, 2500]);
  });
});
