/** Waiting for what a person would wait for before acting on an element. */
import { injected } from "./injected.js";
import { find, nameOf, type Target } from "./query.js";
import { areaBox, isAreaAt, shownAs } from "./image_maps.js";
import { listed, nearest } from "./candidates.js";
import { shutAway } from "./closed_roots.js";
import { until, type Look, type Outcome, type Trouble, type Wait } from "./waiting.js";

/** What has to be true of the element before the action. */
export type Need = "visible" | "stable" | "enabled" | "editable" | "hit" | "in_view";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Ready {
  readonly element: Element;
  /** Where to point, in CSS pixels of this frame's viewport. */
  readonly point: { readonly x: number; readonly y: number };
  readonly box: Box;
}

/** Resolves with the first match of `target` once all `needs` hold in one moment. */
export function whenReady(target: Target, needs: readonly Need[], wait: Wait): Promise<Outcome<Ready>> {
  const watch = new Watch(target, needs, wait);
  return until(wait, (drawn) => watch.look(drawn), (trouble) => withCandidates(trouble, target));
}

/** One wait's memory of what it saw the last time. */
class Watch {
  #before: { element: Element; box: Box } | undefined;
  #covered: Trouble | undefined;
  #scrolls = 0;

  constructor(
    private readonly target: Target,
    private readonly needs: readonly Need[],
    private readonly wait: Wait,
  ) {}

  look(drawn: boolean): Look<Ready> {
    const element = find(this.target);
    if (element === undefined) return absent(this.target, this.wait);
    const trouble = stateTrouble(element, this.needs, this.target);
    if (trouble !== undefined) return { missing: trouble };
    const box = boxOf(element);
    // Scrolling it out from under something moves it too, and that is not what is wrong with it.
    if (!this.#isStill(element, box, drawn)) return { missing: this.#covered ?? moving(this.target) };
    return this.#aim(element, box);
  }

  #isStill(element: Element, box: Box, drawn: boolean): boolean {
    if (!this.needs.includes("stable")) return true;
    const before = this.#before;
    this.#before = { element, box };
    return drawn && before !== undefined && isSuccessor(before.element, element) && same(before.box, box);
  }

  #aim(element: Element, box: Box): Look<Ready> {
    const hit = this.needs.includes("hit");
    if (!hit && !this.needs.includes("in_view")) return { done: { element, point: middle(box), box } };
    const aimed = aim(element, hit);
    if ("point" in aimed) return { done: { element, point: aimed.point, box } };
    scrollTo(element, this.#scrolls++);
    this.#before = undefined;
    this.#covered = obscured(this.target, aimed.cover);
    return { missing: this.#covered };
  }
}

/** Itself, or what a page that renders anew for every frame has put in its place. */
function isSuccessor(before: Element, now: Element): boolean {
  return before === now || (!before.isConnected && before.tagName === now.tagName);
}

function stateTrouble(element: Element, needs: readonly Need[], target: Target): Trouble | undefined {
  const state = (name: "visible" | "enabled" | "editable"): boolean => injected().elementState(shownAs(element), name, true).matches;
  if (needs.includes("visible") && !state("visible")) {
    return { code: "ELEMENT_NOT_VISIBLE", message: `${nameOf(target)} is not visible: ${injected().previewNode(element)}` };
  }
  if (needs.includes("enabled") && !state("enabled")) {
    return { code: "ELEMENT_DISABLED", message: `${nameOf(target)} is disabled: ${injected().previewNode(element)}` };
  }
  if (needs.includes("editable") && isField(element) && !state("editable")) {
    return { code: "ELEMENT_DISABLED", message: `${nameOf(target)} is read-only: ${injected().previewNode(element)}` };
  }
  return undefined;
}

/** Only of these can the engine say whether they are read-only. */
function isField(element: Element): boolean {
  const field = injected().retarget(element, "follow-label");
  return field !== null && (field.matches("input, textarea, select") || (field as HTMLElement).isContentEditable);
}

function absent(target: Target, wait: Wait): Look<never> {
  const shut = shutAway(wait, true);
  return shut === undefined ? { missing: notFound(target) } : { stop: shut };
}

function notFound(target: Target): Trouble {
  return { code: "ELEMENT_NOT_FOUND", message: `nothing matches ${nameOf(target)}` };
}

function moving(target: Target): Trouble {
  return { code: "ELEMENT_NOT_VISIBLE", message: `${nameOf(target)} keeps moving` };
}

function obscured(target: Target, cover: string): Trouble {
  if (cover === "") return { code: "ELEMENT_NOT_VISIBLE", message: `${nameOf(target)} can't be scrolled into view` };
  return { code: "ELEMENT_OBSCURED", message: `${nameOf(target)} is covered by ${cover}`, details: { coveredBy: cover } };
}

function withCandidates(trouble: Trouble, target: Target): Trouble {
  if (trouble.code !== "ELEMENT_NOT_FOUND" || target.selector === undefined) return trouble;
  const candidates = nearest(target.selector);
  return {
    ...trouble,
    message: trouble.message + listed(candidates),
    details: { selector: target.selector, candidates },
  };
}

/** Where one tries to hit an element, the middle first. */
const SPOTS = [[0.5, 0.5], [0.25, 0.25], [0.75, 0.75], [0.75, 0.25], [0.25, 0.75]] as const;

/** The same for an area of any shape. */
const GRID = [...SPOTS, ...[0.1, 0.3, 0.5, 0.7, 0.9].flatMap((down) => [0.1, 0.3, 0.5, 0.7, 0.9].map((across) => [across, down] as const))];

/** A point of the element that is in the viewport and, if asked, gets the click; or what gets it instead. */
function aim(element: Element, hit: boolean): { point: { x: number; y: number } } | { cover: string } {
  const part = visiblePart(element);
  if (part === undefined) return { cover: "" };
  if (!hit) return { point: middle(part) };
  const shown = shownAs(element);
  const receiver = injected().retarget(shown, "button-link") ?? shown;
  const isArea = shown !== element;
  let cover = "";
  for (const [across, down] of isArea ? GRID : SPOTS) {
    const point = { x: part.x + part.width * across, y: part.y + part.height * down };
    if (isArea && !isAreaAt(element, point)) continue;
    const result = injected().expectHitTarget(point, receiver);
    if (result === "done") return { point };
    if (cover === "") cover = result.hitTargetDescription;
  }
  return { cover };
}

/** The largest part of the element that lies in the viewport; a wrapped link has several. */
function visiblePart(element: Element): Box | undefined {
  const area = areaBox(element);
  const rects = area === undefined ? [...element.getClientRects()] : [area];
  // An element that draws nothing itself (display: contents) is where its children are.
  if (rects.length === 0) return firstOf([...element.children], visiblePart);
  let best: Box | undefined;
  for (const part of rects.map(inViewport)) {
    if (part.width > 0 && part.height > 0 && sizeOf(part) > (best === undefined ? 0 : sizeOf(best))) best = part;
  }
  return best;
}

function firstOf<T, U>(items: readonly T[], use: (item: T) => U | undefined): U | undefined {
  for (const item of items) {
    const found = use(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function inViewport(rect: DOMRect): Box {
  const width = document.documentElement.clientWidth || window.innerWidth;
  const height = Math.min(window.innerHeight, visualViewport?.height ?? window.innerHeight);
  const x = Math.max(0, rect.left);
  const y = Math.max(0, rect.top);
  return { x, y, width: Math.min(width, rect.right) - x, height: Math.min(height, rect.bottom) - y };
}

function sizeOf({ width, height }: Box): number {
  return width * height;
}

/** Tries one alignment after the other, to get out from under sticky bars. */
function scrollTo(element: Element, attempt: number): void {
  const block = (["center", "end", "start", "nearest"] as const)[attempt % 4] ?? "center";
  shownAs(element).scrollIntoView({ block, inline: "center", behavior: "instant" });
}

export function boxOf(element: Element): Box {
  const rect = areaBox(element) ?? element.getBoundingClientRect();
  return { x: rect.x, y: rect.y, width: rect.width, height: rect.height };
}

function same(a: Box, b: Box): boolean {
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
}

function middle(box: Box): { x: number; y: number } {
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
