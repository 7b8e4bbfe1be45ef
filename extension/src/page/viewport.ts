/** What the viewport shows, the frames in it included, in the coordinates of the whole page. */
import type { Deadline } from "./deadline.js";
import { DocumentGone, type Frame } from "./frame.js";
import { ofOwner } from "./pointing.js";
import type { Box } from "./script/actionable.js";
import type { FrameView } from "./script/owner.js";
import type { ViewportDom, ViewportDomRequest, ViewportElement } from "./script/viewport_dom.js";
import type { Tab } from "./tab.js";

/** Frames in frames in frames: deeper ones are left out. */
const DEEPEST = 4;
/** A frame that does not answer must not hold up the page around it. */
const FRAME_MS = 2_000;
const RETRY_MS = 20;

type Wish = Omit<ViewportDomRequest, "shown">;

/** Where a frame's own coordinates are in the viewport, and what of it is shown there. */
interface Sight {
  readonly x: number;
  readonly y: number;
  readonly scaleX: number;
  readonly scaleY: number;
  readonly shown: Box;
}

/** The elements of the main frame, and after them those of each frame that is in sight; these say which `frame`. */
export async function viewportDom(tab: Tab, wish: Wish, deadline: Deadline): Promise<ViewportDom> {
  for (;;) {
    try {
      return await look(tab, wish, deadline);
    } catch (error) {
      if (!(error instanceof DocumentGone)) throw error;
      await deadline.sleep(RETRY_MS);
    }
  }
}

async function look(tab: Tab, wish: Wish, deadline: Deadline): Promise<ViewportDom> {
  const { main } = tab.frames;
  const found = await deadline.race(main.call("viewport_dom", wish));
  const elements = [...found.elements];
  let { truncated } = found;
  const { width = 0, height = 0 } = found.viewport;
  const sights = new Map<Frame, Sight>([[main, { x: 0, y: 0, scaleX: 1, scaleY: 1, shown: { x: 0, y: 0, width, height } }]]);
  // Parents come before their children.
  for (const [index, frame] of tab.frames.children.entries()) {
    const sight = await sightOf(frame, sights, deadline);
    if (sight === undefined) continue;
    sights.set(frame, sight);
    const room = { ...wish, maxElements: wish.maxElements - elements.length };
    const inner = await inside(frame, sight, room, deadline);
    truncated ||= inner.truncated;
    elements.push(...inner.elements.map((element) => ({ ...element, frame: index })));
  }
  return { viewport: found.viewport, elements, truncated };
}

/** Undefined: nothing of it is shown, or it is going away. */
async function sightOf(frame: Frame, sights: ReadonlyMap<Frame, Sight>, deadline: Deadline): Promise<Sight | undefined> {
  const { parent } = frame;
  const around = parent === undefined ? undefined : sights.get(parent);
  if (parent === undefined || around === undefined || depthOf(frame) > DEEPEST) return undefined;
  try {
    const view = await ofOwner(frame, parent, deadline.within(FRAME_MS), (owner) => parent.call("frame_view", null, owner));
    return view.visible ? through(around, view) : undefined;
  } catch {
    deadline.check();
    return undefined;
  }
}

function depthOf(frame: Frame): number {
  return frame.parent === undefined ? 0 : 1 + depthOf(frame.parent);
}

/** The sight of a frame that is shown as `view` in a frame that is seen as `around`. */
export function through(around: Sight, view: FrameView): Sight | undefined {
  const left = Math.max(view.x, around.shown.x);
  const top = Math.max(view.y, around.shown.y);
  const right = Math.min(view.x + view.width, around.shown.x + around.shown.width);
  const bottom = Math.min(view.y + view.height, around.shown.y + around.shown.height);
  if (right <= left || bottom <= top) return undefined;
  const { scaleX, scaleY } = view;
  return {
    x: around.x + view.x * around.scaleX,
    y: around.y + view.y * around.scaleY,
    scaleX: around.scaleX * scaleX,
    scaleY: around.scaleY * scaleY,
    shown: { x: (left - view.x) / scaleX, y: (top - view.y) / scaleY, width: (right - left) / scaleX, height: (bottom - top) / scaleY },
  };
}

async function inside(frame: Frame, sight: Sight, wish: Wish, deadline: Deadline): Promise<Pick<ViewportDom, "elements" | "truncated">> {
  try {
    const found = await deadline.within(FRAME_MS).race(frame.call("viewport_dom", { ...wish, shown: sight.shown }));
    return { elements: found.elements.map((element) => seenFromOutside(element, sight)), truncated: found.truncated };
  } catch {
    deadline.check();
    return { elements: [], truncated: false };
  }
}

function seenFromOutside(element: ViewportElement, { x, y, scaleX, scaleY }: Sight): ViewportElement {
  const { rect } = element;
  return { ...element, rect: { x: x + rect.x * scaleX, y: y + rect.y * scaleY, width: rect.width * scaleX, height: rect.height * scaleY } };
}
