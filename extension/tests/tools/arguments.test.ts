import { describe, expect, it } from "vitest";
import type { InteractClick, InteractFillForm } from "../../src/generated/protocol";
import { common, either, listOf, mustName, number, oneOf, parse, record, text, where, yesNo } from "../../src/tools/arguments";

const click = { ...common, ...where, x: number, y: number, button: oneOf("left", "right", "middle"), clickCount: number, modifiers: listOf(oneOf("ctrl", "alt", "shift", "meta")) };

describe("arguments", () => {
  it("are taken by name; null is absent and unknown names are ignored", () => {
    const args = parse<InteractClick>({ selector: "#a", ref: null, action: "click", clickCount: 2, tabId: "active" }, click);
    expect(args).toEqual({ selector: "#a", clickCount: 2, tabId: "active" });
  });

  it.each([
    [{ selector: 7 }, "selector must be a string"],
    [{ x: Number.NaN }, "x must be a number"],
    [{ button: "back" }, "button must be one of left, right, middle"],
    [{ modifiers: ["hyper"] }, "modifiers must be a list"],
    [{ tabId: "front" }, "tabId must be a number or one of active"],
  ])("%j are refused: %s", (args, message) => {
    expect(() => parse<InteractClick>(args, click)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENTS", message: expect.stringContaining(message) as string }));
  });

  it("that are required are missed", () => {
    expect(() => parse<InteractClick>({}, click, "selector")).toThrow("selector is required");
    expect(() => {
      mustName({});
    }).toThrow("selector or ref is required");
  });

  it("may hold objects, whose own fields are checked", () => {
    const field = record<InteractFillForm["fields"][number]>({ selector: text, ref: text, value: either(text, either(number, yesNo)) }, "value");
    const fields = { ...common, fields: listOf(field), frame: either(text, number) };
    const good = { fields: [{ selector: "#a", value: true }, { ref: "e1", value: 3 }] };

    expect(parse<InteractFillForm>(good, fields)).toEqual(good);
    expect(() => parse<InteractFillForm>({ fields: [{ selector: "#a" }] }, fields)).toThrow("fields must be a list");
    expect(() => parse<InteractFillForm>({ fields: ["#a"] }, fields)).toThrow("fields must be a list");
  });
});
