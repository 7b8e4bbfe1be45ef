/** Waiting for what a person would wait for before acting on an element. */
import { injected } from "./injected.js";
import { find, nameOf, type Target } from "./query.js";
import { listed, nearest } from "./candidates.js";
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
  let before: { element: Element; box: Box } | undefined;
  let scrolls = 0;
  let covered: Trouble | undefined;
  const look = (): Look<Ready> => {
    const element = find(target);
    if (element === undefined) return { missing: notFound(target) };
    const trouble = stateTrouble(element, needs, target);
    if (trouble !== undefined) return { missing: trouble };
    const box = boxOf(element);
    if (needs.includes("stable")) {
      const still = before?.element === element && same(before.box, box);
      before = { element, box };
      // Scrolling it out from under something moves it too, and that is not what is wrong with it.
      if (!still) return { missing: covered ?? moving(target) };
    }
    if (!needs.includes("hit") && !needs.includes("in_view")) return { done: { element, point: middle(box), box } };
    const aimed = aim(element, needs.includes("hit"));
    if ("point" in aimed) return { done: { element, point: aimed.point, box } };
    scrollTo(element, scrolls++);
    before = undefined;
    covered = obscured(target, aimed.cover);
    return { missing: covered };
  };
  return until(wait, look, (trouble) => withCandidates(trouble, target));
}

function stateTrouble(element: Element, needs: readonly Need[], target: Target): Trouble | undefined {
  const state = (name: "visible" | "enabled" | "editable"): boolean => injected().elementState(element, name, true).matches;
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

/** A point of the element that is in the viewport and, if asked, gets the click; or what gets it instead. */
function aim(element: Element, hit: boolean): { point: { x: number; y: number } } | { cover: string } {
  const part = visiblePart(element);
  if (part === undefined) return { cover: "" };
  if (!hit) return { point: middle(part) };
  const receiver = injected().retarget(element, "button-link") ?? element;
  let cover = "";
  for (const [across, down] of [[0.5, 0.5], [0.25, 0.25], [0.75, 0.75], [0.75, 0.25], [0.25, 0.75]] as const) {
    const point = { x: part.x + part.width * across, y: part.y + part.height * down };
    const result = injected().expectHitTarget(point, receiver);
    if (result === "done") return { point };
    if (cover === "") cover = result.hitTargetDescription;
  }
  return { cover };
}

/** The largest part of the element that lies in the viewport; a wrapped link has several. */
function visiblePart(element: Element): Box | undefined {
  const width = document.documentElement.clientWidth || window.innerWidth;
  const height = Math.min(window.innerHeight, visualViewport?.height ?? window.innerHeight);
  let best: Box | undefined;
  for (const rect of [...element.getClientRects()]) {
    const x = Math.max(0, rect.left);
    const y = Math.max(0, rect.top);
    const part = { x, y, width: Math.min(width, rect.right) - x, height: Math.min(height, rect.bottom) - y };
    if (part.width <= 0 || part.height <= 0) continue;
    if (best === undefined || part.width * part.height > best.width * best.height) best = part;
  }
  // An element that draws nothing itself (display: contents) is where its children are.
  if (best === undefined && element.getClientRects().length === 0) {
    for (const child of element.children) best ??= visiblePart(child);
  }
  return best;
}

/** Tries one alignment after the other, to get out from under sticky bars. */
function scrollTo(element: Element, attempt: number): void {
  const block = (["center", "end", "start", "nearest"] as const)[attempt % 4] ?? "center";
  element.scrollIntoView({ block, inline: "center", behavior: "instant" });
}

export function boxOf(element: Element): Box {
  const rect = element.getBoundingClientRect();
  return { x: rect.x, y: rect.y, width: rect.width, height: rect.height };
}

function same(a: Box, b: Box): boolean {
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
}

function middle(box: Box): { x: number; y: number } {
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
