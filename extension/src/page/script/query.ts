/** From selectors and refs to elements of this document. */
import { watch } from "./unclobbered.js";
import { injected, type ParsedSelector } from "./injected.js";
import { readings } from "./selectors.js";
import { listed, nearest } from "./candidates.js";
import { findAgain, spoken } from "./marks.js";
import { elementOf, knows, lastMark } from "./refs.js";

/** How an element is named from outside: one of the two. */
export interface Target {
  readonly selector?: string | undefined;
  readonly ref?: string | undefined;
}

/** A selector that the engine can't read. */
export class BadSelector extends Error {
  override readonly name = "BadSelector";
}

/** The ref was never given in this document, or its element has left it. */
export class StaleRef extends Error {
  override readonly name = "StaleRef";
}

const parsed = new Map<string, readonly ParsedSelector[]>();
const PARSED_LIMIT = 500;

function parse(selector: string): readonly ParsedSelector[] {
  const known = parsed.get(selector);
  if (known !== undefined) return known;
  try {
    const selectors = readings(selector).map((reading) => injected().parseSelector(reading));
    if (parsed.size >= PARSED_LIMIT) parsed.clear();
    parsed.set(selector, selectors);
    return selectors;
  } catch (error) {
    throw new BadSelector(error instanceof Error ? error.message : String(error));
  }
}

/** All matches in document order, open shadow roots included. */
export function findAll(selector: string): readonly Element[] {
  const selectors = parse(selector);
  // A page that is waited for may have changed since.
  watch(document);
  try {
    for (const one of selectors) {
      const found = injected().querySelectorAll(one, document);
      if (found.length > 0) return inOrder(found);
    }
  } catch (error) {
    throw new BadSelector(error instanceof Error ? error.message : String(error));
  }
  return [];
}

/** The engine puts what it found in shadow trees behind everything else. */
function inOrder(found: readonly Element[]): readonly Element[] {
  const [first] = found;
  if (first === undefined || found.every((one) => one.getRootNode() === first.getRootNode())) return found;
  const ways = new Map(found.map((element) => [element, wayTo(element)]));
  return found.toSorted((a, b) => compare(ways.get(a) ?? [], ways.get(b) ?? []));
}

/** The hosts of the shadow trees around `element`, outermost first, and itself. */
function wayTo(element: Element): readonly Element[] {
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? [...wayTo(root.host), element] : [element];
}

function compare(one: readonly Element[], other: readonly Element[]): number {
  const at = one.findIndex((step, index) => step !== other[index]);
  const [a, b] = [one[at], other[at]];
  if (a === undefined || b === undefined) return one.length - other.length;
  return (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING) === 0 ? 1 : -1;
}

/** The first match, or undefined. Throws `StaleRef`, `BadSelector`. */
export function find(target: Target): Element | undefined {
  if (target.ref !== undefined) {
    const element = elementOf(target.ref) ?? renderedAnew(target.ref);
    if (element === undefined) throw new StaleRef(`${target.ref} is not in this document any more; take a new snapshot${likest(target.ref)}`);
    return element;
  }
  return findAll(target.selector ?? "")[0];
}

function renderedAnew(ref: string): Element | undefined {
  if (!knows(ref)) return undefined;
  findAgain();
  return elementOf(ref);
}

/** What is most like the element that `ref` was, for the error's text. */
function likest(ref: string): string {
  const mark = lastMark(ref);
  if (mark === undefined) return "";
  const { role, name } = spoken(mark);
  const candidates = nearest(`${role} ${name}`);
  return ` (it was ${role} ${JSON.stringify(name)}${listed(candidates)})`;
}

export function nameOf(target: Target): string {
  return target.selector ?? `ref ${target.ref ?? "?"}`;
}
