import { beforeAll, expect, it } from "vitest";
import { createContext, runInContext, Script as Parsed } from "node:vm";
import { injectedSource, notices, pageScript } from "../../scripts/page-script.mjs";

let Script: { prototype: Record<string, { length: number } | undefined> };

beforeAll(async () => {
  const source: string = await injectedSource();
  const module = { exports: {} as { InjectedScript?: () => typeof Script } };
  runInContext(source, createContext({ module, globalThis: {}, Symbol, Map, Set }));
  const exported = module.exports.InjectedScript;
  if (exported === undefined) throw new Error("the injected script exports no InjectedScript");
  Script = exported();
});

// Its interface is not public: this is the whole of what is used of it, with the number of arguments.
it.each([
  ["parseSelector", 1],
  ["querySelectorAll", 2],
  ["elementState", 3],
  ["retarget", 2],
  ["expectHitTarget", 2],
  ["selectOptions", 2],
  ["fill", 2],
  ["selectText", 1],
  ["focusNode", 2],
  ["previewNode", 1],
  ["generateSelectorSimple", 2],
])("the pinned injected script still has %s with %i arguments", (name, count) => {
  expect(Script.prototype[name]?.length).toBe(count);
});

it("the page script holds it, and can be parsed", async () => {
  const script: string = await pageScript();

  expect(script).toContain("__tabyard");
  expect(script).toContain("expectHitTarget");
  expect(() => new Parsed(script)).not.toThrow();
});

it("its licence and notice are there to be shipped", () => {
  expect(notices().map(({ name }: { name: string }) => name)).toEqual(["playwright-core.LICENSE.txt", "playwright-core.NOTICE.txt"]);
});
