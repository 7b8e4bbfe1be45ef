import { describe, expect, it } from "vitest";
import { fitting } from "../../src/chrome/downloads";

const bytes = (text: string): number => new TextEncoder().encode(text).length;

describe("the name of a file that is saved", () => {
  it("stays as it is when a file may have it", () => {
    for (const name of ["prices.csv", "年度報告書.pdf", "", ".env", "a".repeat(230)]) expect(fitting(name)).toBe(name);
  });

  it("is cut by whole characters, and keeps its extension", () => {
    const astronaut = "👩‍🚀";
    const cut = fitting(`${astronaut.repeat(100)}.tar.gz`);
    expect(bytes(cut)).toBeLessThanOrEqual(230);
    expect(bytes(cut)).toBeGreaterThan(210);
    expect(cut.replaceAll(astronaut, "")).toBe(".gz");
  });

  it("has no extension when what follows its last dot is too long for one", () => {
    const cut = fitting(`report.${"x".repeat(300)}`);
    expect(cut).toBe(`report.${"x".repeat(223)}`);
  });
});
