import { describe, expect, it } from "vitest";
import { charactersOf, chord, keyNamed, keyTyping, shiftedOf } from "../../src/page/keys";

describe("a key", () => {
  it.each([
    ["a", "a", "KeyA", 65, false],
    ["A", "A", "KeyA", 65, true],
    ["1", "1", "Digit1", 49, false],
    ["!", "!", "Digit1", 49, true],
    ["/", "/", "Slash", 191, false],
    [" ", " ", "Space", 32, false],
    ["enter", "Enter", "Enter", 13, false],
    ["esc", "Escape", "Escape", 27, false],
    ["Down", "ArrowDown", "ArrowDown", 40, false],
    ["F12", "F12", "F12", 123, false],
    ["ctrl", "Control", "ControlLeft", 17, false],
    ["NumpadAdd", "+", "NumpadAdd", 107, false],
  ])("%j is %s on %s", (name, key, code, keyCode, shifted) => {
    expect(keyNamed(name)).toMatchObject({ key, code, keyCode, shifted });
  });

  it("that nobody has is not guessed", () => {
    expect(keyNamed("Hyper")).toBeUndefined();
    expect(keyTyping("ö")).toBeUndefined();
  });

  it("types line ends and tabs by their keys", () => {
    expect(keyTyping("\n")).toMatchObject({ key: "Enter", text: "\r" });
    expect(keyTyping("\t")).toMatchObject({ key: "Tab", text: "" });
  });

  it.each([["a", "A"], ["1", "!"], ["[", "{"]])("%s with Shift is %s", (low, high) => {
    const key = keyNamed(low);
    expect(key === undefined ? undefined : shiftedOf(key)?.text).toBe(high);
  });
});

describe("a chord", () => {
  it.each([
    ["Enter", [], "Enter"],
    ["Control+a", ["Control"], "a"],
    ["ctrl+shift+Tab", ["Control", "Shift"], "Tab"],
    ["Control++", ["Control"], "plus"],
    ["+", [], "+"],
    ["cmd + k", ["Meta"], " k"],
  ])("%j", (text, modifiers, key) => {
    expect(chord(text)).toEqual({ modifiers, key: key.length > 1 ? key.trim() : key });
  });
});

it("an emoji of several parts is one character", () => {
  expect(charactersOf("a👩‍👧ü")).toEqual(["a", "👩‍👧", "ü"]);
});
