/** The parts of Playwright's injected script that are used, and the one place that makes it. */

export interface ParsedSelector {
  readonly parts: readonly unknown[];
}

type State = "visible" | "hidden" | "enabled" | "disabled" | "editable" | "checked" | "unchecked" | "non-inert";

export interface Injected {
  parseSelector(selector: string): ParsedSelector;
  querySelectorAll(selector: ParsedSelector, root: Node): Element[];
  /** The third argument says that the frame itself is visible; without it nothing ever is. */
  elementState(node: Node, state: State, frameVisible: boolean): { matches: boolean; received: string };
  retarget(node: Node, behavior: "none" | "follow-label" | "no-follow-label" | "button-link"): Element | null;
  expectHitTarget(point: { x: number; y: number }, target: Element): "done" | { hitTargetDescription: string };
  selectOptions(
    node: Node,
    options: { valueOrLabel?: string; value?: string; label?: string; index?: number }[],
  ): string[] | "error:notconnected" | "error:optionsnotfound" | "error:optionnotenabled";
  fill(node: Node, value: string): "done" | "needsinput" | "error:notconnected";
  selectText(node: Node): "done" | "error:notconnected";
  focusNode(node: Node, resetSelectionIfNotFocused?: boolean): "done" | "error:notconnected";
  previewNode(node: Node): string;
  generateSelectorSimple(element: Element): string;
}

type InjectedConstructor = new (window: Window, options: Record<string, unknown>) => Injected;

let made: Injected | undefined;

/** Made on first use: a document that nobody asks anything pays nothing for it. */
export function injected(): Injected {
  made ??= make();
  return made;
}

function make(): Injected {
  // The module is evaluated here and not before, which an import could not promise.
  const exported = require("virtual:playwright-injected") as { InjectedScript: () => InjectedConstructor };
  const Script = exported.InjectedScript();
  return new Script(window, {
    isUnderTest: false,
    sdkLanguage: "javascript",
    frameSeq: 0,
    testIdAttributeName: "data-testid",
    stableRafCount: 1,
    browserName: "chromium",
    shouldPrependErrorPrefix: false,
    isUtilityWorld: true,
    customEngines: [],
  });
}

declare function require(name: string): unknown;
