/** The page script: every function that the extension calls inside a document, by name. */
import { whenReady, type Box, type Need } from "./actionable.js";
import * as content from "./content.js";
import * as files from "./files.js";
import * as forms from "./forms.js";
import { BadSelector, StaleRef, find, nameOf, type Target } from "./query.js";
import { knows, nextNumber } from "./refs.js";
import { watchCompositions } from "./composition.js";
import { reveal, shutAway, suspects } from "./closed_roots.js";
import { hasMoved, movesSoFar } from "./pointer.js";
import { arm, turn } from "./sequel.js";
import * as scroll from "./scroll.js";
import { snapshot, type Snapshot, type SnapshotRequest } from "./snapshot.js";
import { hitOwner, viewOf, type Aimed, type FrameView } from "./owner.js";
import { listed, nearest } from "./candidates.js";
import { clearStorage, storage, type StorageItems, type StorageName, type StorageRequest } from "./storage.js";
import { watch } from "./unclobbered.js";
import { timing } from "./timing.js";
import { viewportDom, type ViewportDom, type ViewportDomRequest } from "./viewport_dom.js";
import { tellWhenLoaded, whereWeAre, type Here } from "./arrival.js";
import { cancelWait, until, type Look, type Outcome, type Trouble, type Wait } from "./waiting.js";

interface Waiting {
  readonly wait: Wait;
  readonly target: Target;
}

interface MaybeWaiting {
  readonly wait: Wait;
  /** Undefined: the whole document. */
  readonly target: Target | undefined;
}

/** Names, arguments and values; the extension's side is typed from this. */
export interface PageFunctions {
  point: { arg: Waiting & { needs: readonly Need[] }; value: Outcome<{ x: number; y: number; box: Box }> };
  focus: { arg: Waiting & { clear: boolean; value: string }; value: Outcome<{ how: forms.Focused }> };
  paste: { arg: Waiting & { text: string }; value: Outcome<true> };
  fill: { arg: Waiting & { value: string | number | boolean }; value: Outcome<"done" | "keys" | "click"> };
  select: { arg: Waiting & { choice: forms.Choice }; value: Outcome<readonly string[]> };
  scroll_into_view: { arg: Waiting; value: Outcome<scroll.Scrolled> };
  scroll_by: { arg: MaybeWaiting & scroll.ScrollRequest; value: Outcome<scroll.Scrolled> };
  present: { arg: Waiting & { state: content.PresenceState }; value: Outcome<true> };
  read: { arg: MaybeWaiting & content.ReadRequest; value: Outcome<content.Read> };
  query: { arg: { target: Target; limit: number }; value: Outcome<{ elements: content.ElementFacts[]; count: number }> };
  attribute: { arg: Waiting & { attribute: string }; value: Outcome<string | null> };
  region: { arg: Waiting; value: Outcome<content.Region> };
  snapshot: { arg: MaybeWaiting & SnapshotRequest; value: Outcome<Snapshot> };
  element: { arg: Target; value: Element | null };
  /** What kind of file input it is, if it is one. */
  file_input: { arg: Waiting; value: Outcome<files.Taking> };
  takes_drop: { arg: Waiting; value: Outcome<boolean> };
  drop_files: { arg: { target: Target; files: readonly files.FilePayload[] }; value: null };
  file_element: { arg: Target; value: Element | null };
  /** Of the target, or of the element that comes along. */
  set_files: { arg: { target: Target | undefined; files: readonly files.FilePayload[] }; value: null };
  file_names: { arg: Target; value: readonly string[] };
  has: { arg: Target; value: { here: boolean; known: boolean; nextRef: number } };
  ready: { arg: null; value: Here };
  hit_owner: { arg: { x: number; y: number; check: boolean }; value: Aimed };
  frame_view: { arg: null; value: FrameView };
  viewport_dom: { arg: ViewportDomRequest; value: ViewportDom };
  storage: { arg: StorageRequest; value: Outcome<StorageItems> };
  clear_storage: { arg: readonly StorageName[]; value: Outcome<{ removed: number }> };
  timing: { arg: null; value: ReturnType<typeof timing> };
  suspects: { arg: boolean; value: readonly Element[] };
  reveal: { arg: null; value: null };
  moves: { arg: null; value: number };
  watch_compositions: { arg: null; value: boolean };
  pixel_ratio: { arg: null; value: number };
  has_moved: { arg: { before: number; withinMs: number }; value: boolean };
  turn: { arg: null; value: null };
  cancel: { arg: string; value: null };
}

type Functions = { [N in keyof PageFunctions]: (arg: PageFunctions[N]["arg"], element: Element | null) => unknown };

const isTrouble = (value: unknown): value is Trouble => typeof value === "object" && value !== null && "code" in value && "message" in value;

/** Waits until the target is there, then hands it to `use`; without a target at once. */
async function withElement<T>(arg: MaybeWaiting, needs: readonly Need[], use: (element: Element | undefined) => T | Trouble): Promise<Outcome<T>> {
  const shut = arg.target === undefined ? shutAway(arg.wait, false) : undefined;
  if (shut !== undefined) return { trouble: shut };
  if (arg.target === undefined) return settle(use(undefined));
  const found = await whenReady(arg.target, needs, arg.wait);
  return "ok" in found ? settle(use(found.ok.element)) : found;
}

function settle<T>(value: T | Trouble): Outcome<T> {
  return isTrouble(value) ? { trouble: value } : { ok: value };
}

const functions: Functions = {
  async point({ target, needs, wait }) {
    const found = await whenReady(target, needs, wait);
    if (!("ok" in found)) return found;
    if (needs.includes("hit")) arm();
    return { ok: { ...found.ok.point, box: found.ok.box } };
  },
  async focus({ target, wait, clear, value }) {
    // Such a field is often hidden as well, and waiting for it would help nobody.
    const early = forms.takesNoText(present(target));
    if (early !== undefined) return { trouble: early };
    const found = await whenReady(target, ["visible", "enabled", "editable", "in_view"], wait);
    if (!("ok" in found)) return found;
    const element = forms.fieldOf(found.ok.element);
    const late = forms.takesNoText(element);
    if (late !== undefined) return { trouble: late };
    if (forms.isSetOnly(element)) {
      const filled = forms.fill(element, value);
      return isTrouble(filled) ? { trouble: filled } : { ok: { how: "set" } };
    }
    return { ok: { how: forms.focus(element, clear) } };
  },
  paste: ({ target, wait, text }) =>
    withElement({ target, wait }, ["enabled", "editable"], (element) => forms.paste(element as HTMLTextAreaElement, text)),
  fill: ({ target, wait, value }) =>
    withElement({ target, wait }, ["enabled", "editable"], (element) => forms.fill(element as Element, value)),
  async select({ target, wait, choice }) {
    const found = await whenReady(target, ["enabled"], wait);
    if (!("ok" in found)) return found;
    const { element } = found.ok;
    return until(wait, () => forms.lookForOption(find(target) ?? element, choice), (trouble) => trouble);
  },
  scroll_into_view: (arg) => withElement(arg, [], (element) => scroll.intoView(element as Element)),
  scroll_by: (arg) => withElement(arg, [], (element) => scroll.by(arg, element)),
  present({ target, wait, state }) {
    const look = (): Look<true> => {
      const element = present(target);
      const shut = element === undefined ? shutAway(wait, true) : undefined;
      if (shut !== undefined) return { stop: shut };
      if (content.isPresent(element, state)) return { done: true };
      return { missing: { code: "WAIT_TIMEOUT", message: `${nameOf(target)} did not become ${state}` } };
    };
    return until(wait, look, (trouble) => (target.selector !== undefined && (state === "visible" || state === "attached") ? { ...trouble, message: trouble.message + listed(nearest(target.selector)) } : trouble));
  },
  read: (arg) => withElement(arg, [], (element) => content.read(arg, element)),
  query: ({ target, limit }) =>
    target.selector === undefined
      ? { ok: { elements: [content.factsOf(find(target) as Element)], count: 1 } }
      : { ok: content.query(target.selector, limit) },
  attribute: (arg) => withElement(arg, [], (element) => content.attribute(element as Element, arg.attribute)),
  region: (arg) => withElement(arg, ["visible", "stable", "in_view"], (element) => content.region(element as Element)),
  snapshot: (arg) => withElement(arg, [], (element) => snapshot(arg, element)),
  element: (target) => find(target) ?? null,
  file_input: (arg) =>
    withElement(arg, [], (element) => files.takenBy(element)),
  file_element: (target) => files.inputOf(find(target)) ?? null,
  takes_drop: (arg) => withElement(arg, ["visible"], (element) => files.takesDrop(element as Element)),
  drop_files({ target, files: dropped }) {
    files.drop(find(target), dropped);
    return null;
  },
  set_files({ target, files: given }, element) {
    const input = files.inputOf(target === undefined ? element : find(target));
    if (input !== undefined) files.put(input, given);
    return null;
  },
  file_names(target) {
    const input = files.inputOf(find(target));
    return input === undefined ? [] : files.namesOf(input);
  },
  has(target) {
    const element = present(target);
    return { here: element !== undefined, known: target.ref !== undefined && knows(target.ref), nextRef: nextNumber() };
  },
  ready: whereWeAre,
  hit_owner: ({ x, y, check }, element) => hitOwner(element as Element, x, y, check),
  frame_view: (_, owner) => viewOf(owner as Element),
  viewport_dom: viewportDom,
  storage: (arg) => settle(storage(arg)),
  clear_storage: (arg) => settle(clearStorage(arg)),
  timing,
  suspects,
  reveal(_, root) {
    reveal(root as unknown as ShadowRoot);
    return null;
  },
  moves: movesSoFar,
  watch_compositions: watchCompositions,
  pixel_ratio: () => devicePixelRatio,
  has_moved: ({ before, withinMs }) => hasMoved(before, withinMs),
  turn,
  cancel(id) {
    cancelWait(id);
    return null;
  },
};

function present(target: Target): Element | undefined {
  try {
    return find(target);
  } catch (error) {
    if (error instanceof StaleRef) return undefined;
    throw error;
  }
}

async function dispatch(name: keyof PageFunctions, arg: never, element: Element | null): Promise<unknown> {
  watch(document);
  try {
    const run: (arg: never, element: Element | null) => unknown = functions[name];
    return await run(arg, element);
  } catch (error) {
    if (error instanceof StaleRef) return { trouble: { code: "STALE_REF", message: error.message } };
    if (error instanceof BadSelector) return { trouble: { code: "INVALID_ARGUMENTS", message: error.message } };
    throw error;
  }
}

tellWhenLoaded();

// The same document may be prepared twice, by the browser and by a worker that came late: the first one stays.
(globalThis as { __tabyard?: typeof dispatch }).__tabyard ??= dispatch;
