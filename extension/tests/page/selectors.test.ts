import { describe, expect, it } from "vitest";
import { readings, split } from "../../src/page/script/selectors";

describe("a selector", () => {
  it.each([
    ["#save", "#save"],
    ["  a > b  ", "a > b"],
    ['button:has-text("Save")', 'button:has-text("Save")'],
    ["button:has-text(Save me)", 'button:has-text("Save me")'],
    ["button:has-text(Save (all))", 'button:has-text("Save (all)")'],
    ["li:has-text(One) >> button", 'li:has-text("One") >> button'],
    ['role=button[name="Save"]', 'role=button[name="Save"]'],
    ["xpath=//a[text()='>>>']", "xpath=//a[text()='>>>']"],
    ["//a", "//a"],
    ["my-app >>> .inner", "my-app .inner"],
    ["my-app >>> text=Save", "my-app >> text=Save"],
    ["my-app >>> li:has-text(One)", 'my-app li:has-text("One")'],
    ["text=/sav(e|ing)/i", "text=/sav(e|ing)/i"],
  ])("%j is read as %j", (selector, reading) => {
    expect(readings(selector)).toEqual([reading]);
  });

  it.each([
    ["text=Save", "Save"],
    ["text = Save", "Save"],
    ['text="Save"', "Save"],
    ["text='Save'", "Save"],
    ['text=Say "hi"', 'Say "hi"'],
  ])("%j is the exact text, in one element or together", (selector, text) => {
    const quoted = JSON.stringify(text);
    expect(readings(selector)).toEqual([`text=${quoted}`, `internal:text=${quoted}s`]);
  });

  it("is cut outside quotes and brackets only", () => {
    expect(split("a >> b[x='>>'] >> c:has(d >> e) >> \"f >> g\"", ">>")).toEqual(["a ", " b[x='>>'] ", " c:has(d >> e) ", ' "f >> g"']);
    expect(split("a >>> b >> c", ">>>")).toEqual(["a ", " b >> c"]);
    expect(split("a >>> b >> c", ">>")).toEqual(["a >>> b ", " c"]);
  });
});
