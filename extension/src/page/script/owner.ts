/** From the inside of a child frame to the outside: where a point of it is in this document. */
import { injected } from "./injected.js";

export type Aimed = { readonly x: number; readonly y: number } | { readonly cover: string };

/** The point in this frame's viewport; with `check`, also whether the frame element itself gets the click there. */
export function hitOwner(owner: Element, x: number, y: number, check: boolean): Aimed {
  const rect = owner.getBoundingClientRect();
  const element = owner as HTMLElement;
  const style = getComputedStyle(owner);
  // A scaled frame shows its content scaled too.
  const scaleX = element.offsetWidth > 0 ? rect.width / element.offsetWidth : 1;
  const scaleY = element.offsetHeight > 0 ? rect.height / element.offsetHeight : 1;
  const left = element.clientLeft + Number.parseFloat(style.paddingLeft);
  const top = element.clientTop + Number.parseFloat(style.paddingTop);
  const point = { x: rect.left + (left + x) * scaleX, y: rect.top + (top + y) * scaleY };
  if (!check) return point;
  const hit = injected().expectHitTarget(point, owner);
  return hit === "done" ? point : { cover: hit.hitTargetDescription };
}
