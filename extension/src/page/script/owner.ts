/** From the inside of a child frame to the outside: where a point of it is in this document. */
import { injected } from "./injected.js";

export type Aimed = { readonly x: number; readonly y: number } | { readonly cover: string };

/** Where the content of a frame is shown: its top left, what its lengths become, and how much there is room for. */
export interface FrameView {
  readonly x: number;
  readonly y: number;
  readonly scaleX: number;
  readonly scaleY: number;
  readonly width: number;
  readonly height: number;
  readonly visible: boolean;
}

export function viewOf(owner: Element): FrameView {
  const rect = owner.getBoundingClientRect();
  const element = owner as HTMLElement;
  const style = getComputedStyle(owner);
  // A scaled frame shows its content scaled too.
  const scaleX = element.offsetWidth > 0 ? rect.width / element.offsetWidth : 1;
  const scaleY = element.offsetHeight > 0 ? rect.height / element.offsetHeight : 1;
  const [left, right, top, bottom] = [style.paddingLeft, style.paddingRight, style.paddingTop, style.paddingBottom].map((padding) => Number.parseFloat(padding) || 0) as [number, number, number, number];
  return {
    x: rect.left + (element.clientLeft + left) * scaleX,
    y: rect.top + (element.clientTop + top) * scaleY,
    scaleX,
    scaleY,
    width: (element.clientWidth - left - right) * scaleX,
    height: (element.clientHeight - top - bottom) * scaleY,
    visible: owner.checkVisibility({ opacityProperty: true, visibilityProperty: true }),
  };
}

/** The point in this frame's viewport; with `check`, also whether the frame element itself gets the click there. */
export function hitOwner(owner: Element, x: number, y: number, check: boolean): Aimed {
  const view = viewOf(owner);
  const point = { x: view.x + x * view.scaleX, y: view.y + y * view.scaleY };
  if (!check) return point;
  const hit = injected().expectHitTarget(point, owner);
  return hit === "done" ? point : { cover: hit.hitTargetDescription };
}
