/** From an element to the point of the viewport where the mouse has to go. */
import { ToolFailure } from "../failure.js";
import { ask, type Spot } from "./asking.js";
import type { Deadline } from "./deadline.js";
import type { Frame } from "./frame.js";
import type { Point } from "./mouse.js";
import type { Box, Need } from "./script/actionable.js";
import type { Tab } from "./tab.js";

const RETRY_MS = 50;
/** Time for one more round; below it there is none. */
const GIVE_UP_MS = 400;

/** Waits until the element at `spot` can be acted on, and says where. Rejects with the reason why it never could. */
export async function pointAt(tab: Tab, spot: Spot, needs: readonly Need[], deadline: Deadline): Promise<Point> {
  for (;;) {
    const { frame, value } = await ask(tab, spot, "point", { needs }, deadline);
    if (frame.parent === undefined) return { x: value.x, y: value.y };
    const outside = await outward(frame, value, needs.includes("hit"), deadline);
    if ("x" in outside && (await isInView(tab, outside, deadline))) {
      if (needs.includes("hit")) await reached(tab, frame, outside, deadline);
      return outside;
    }
    if (deadline.leftMs < GIVE_UP_MS) throw hidden(spot, outside);
    // The element is in its own frame's view, but the frame may be far down the page.
    await ask(tab, spot, "scroll_into_view", {}, deadline);
    await deadline.sleep(RETRY_MS);
  }
}

const TRIES = 8;
const TRY_MS = 60;

/**
 * Moves the mouse there until the frame feels it: the browser's map of frames in other processes lags behind what
 * they show, and a click by an old map lands in the page around them.
 */
async function reached(tab: Tab, frame: Frame, point: Point, deadline: Deadline): Promise<void> {
  if (frame.session === tab.session) return;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const before = await deadline.race(frame.call("moves", null));
    await deadline.race(tab.mouse.move({ x: point.x + (attempt % 2), y: point.y }));
    if (await deadline.race(frame.call("has_moved", { before, withinMs: TRY_MS }))) return;
  }
}

async function isInView(tab: Tab, { x, y }: Point, deadline: Deadline): Promise<boolean> {
  const { width, height } = await viewOf(tab, deadline);
  return x >= 0 && y >= 0 && x < width && y < height;
}

/** The size of what the tab shows, in CSS pixels. */
export async function viewOf(tab: Tab, deadline: Deadline): Promise<{ width: number; height: number }> {
  const { cssLayoutViewport: view } = await deadline.race(tab.session.send("Page.getLayoutMetrics"));
  return { width: view.clientWidth, height: view.clientHeight };
}

function hidden(spot: Spot, outside: Point | { cover: string }): ToolFailure {
  const name = spot.selector ?? `ref ${spot.ref ?? ""}`;
  if ("x" in outside) return new ToolFailure("ELEMENT_NOT_VISIBLE", `the frame of ${name} can't be scrolled into view`);
  return new ToolFailure("ELEMENT_OBSCURED", `the frame of ${name} is covered by ${outside.cover}`, { coveredBy: outside.cover });
}

/** A point of `frame` in the main frame's viewport; with `check`, or what covers one of the frames there. */
export async function outward(frame: Frame, from: Point, check: boolean, deadline: Deadline): Promise<Point | { cover: string }> {
  let point = from;
  for (let at = frame; at.parent !== undefined; at = at.parent) {
    const aimed = await throughOwner(at, at.parent, point, check, deadline);
    if ("cover" in aimed) return aimed;
    point = aimed;
  }
  return point;
}

/** The same for a box; the frames' borders and scales are as at its corners. */
export async function boxOutward(frame: Frame, box: Box, deadline: Deadline): Promise<Box> {
  const near = await outward(frame, { x: box.x, y: box.y }, false, deadline);
  const far = await outward(frame, { x: box.x + box.width, y: box.y + box.height }, false, deadline);
  if (!("x" in near) || !("x" in far)) return box;
  return { x: near.x, y: near.y, width: far.x - near.x, height: far.y - near.y };
}

async function throughOwner(frame: Frame, parent: Frame, point: Point, check: boolean, deadline: Deadline): Promise<Point | { cover: string }> {
  return ofOwner(frame, parent, deadline, (owner) => parent.call("hit_owner", { ...point, check }, owner));
}

/** What `ask` says of the element that holds `frame`. */
export async function ofOwner<T>(frame: Frame, parent: Frame, deadline: Deadline, ask: (owner: string) => Promise<T>): Promise<T> {
  const { backendNodeId } = await deadline.race(parent.guard(parent.session.send("DOM.getFrameOwner", { frameId: frame.id })));
  const owner = await deadline.race(parent.resolve(backendNodeId));
  try {
    return await deadline.race(ask(owner));
  } finally {
    parent.session.post("Runtime.releaseObject", { objectId: owner });
  }
}
