import { describe, expect, it } from "vitest";
import { fitting, strips } from "../../src/page/stitching";

const page = (width: number, height: number) => ({ x: 0, y: 0, width, height });

describe("a picture of a long page", () => {
  it("is taken in strips that cover it without a gap", () => {
    const taken = strips(page(1280, 20_000), 1);

    expect(taken.map(({ y }) => y)).toEqual([0, 8192, 16_384]);
    expect(taken.reduce((sum, { height }) => sum + height, 0)).toBe(20_000);
  });

  it("takes shorter strips of a finer screen", () => {
    expect(strips(page(1280, 8192), 2).map(({ height }) => height)).toEqual([4096, 4096]);
  });

  it("is no longer than a canvas may be", () => {
    expect(fitting(page(800, 100_000), 1)).toEqual(page(800, 65_535));
    expect(fitting(page(30_000, 100), 1)).toEqual(page(16_384, 100));
  });

  it("is no larger than fits into memory", () => {
    const { width, height } = fitting(page(8000, 60_000), 1);

    expect(width * height).toBeLessThanOrEqual(160_000_000);
  });
});
