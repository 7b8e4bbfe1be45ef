import { describe, expect, it } from "vitest";
import { jsonOf, NoJson } from "../../src/page/deep_value";

const text = (value: string) => ({ type: "string" as const, value });

describe("an object as the browser tells it", () => {
  it("reads as JSON.stringify would have it", () => {
    const deep = {
      type: "object" as const,
      value: [
        ["a", { type: "array", value: [text("x"), { type: "undefined" }, { type: "number", value: "NaN" }] }],
        ["when", { type: "date", value: "1970-01-01T00:00:00.000Z" }],
        ["left out", { type: "function" }],
        ["map", { type: "map", value: [] }],
        ["none", { type: "null" }],
      ],
    };

    expect(jsonOf(deep)).toEqual({ a: ["x", null, null], when: "1970-01-01T00:00:00.000Z", map: {}, none: null });
  });

  it("refuses what JSON has no word for", () => {
    expect(() => jsonOf({ type: "bigint", value: "1" })).toThrow(NoJson);
    expect(() => jsonOf({ type: "object", weakLocalObjectReference: 1 })).toThrow("twice");
    expect(() => jsonOf({ type: "array" })).toThrow("too deep");
  });
});
