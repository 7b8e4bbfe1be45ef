/** Where on the screen: an element that is waited for, or a point that is taken as it is. */
import type { Point } from "../../page/mouse.js";
import { pointAt, viewOf } from "../../page/pointing.js";
import type { Need } from "../../page/script/actionable.js";
import type { Tab } from "../../page/tab.js";
import { invalid, number, where, type Where } from "../arguments.js";
import type { Command } from "../command.js";

export interface Place extends Where {
  readonly x?: number;
  readonly y?: number;
}

export const place = { ...where, x: number, y: number };

/** Resolves when the element can be acted on. Rejects with the reason why it never could. */
export function placeOf(command: Command, tab: Tab, args: Place, needs: readonly Need[]): Promise<Point> {
  if (args.selector !== undefined || args.ref !== undefined) return pointAt(tab, args, needs, command.deadline);
  if (args.x === undefined || args.y === undefined) throw invalid("selector", "or ref or both x and y are required");
  return inView(command, tab, { x: args.x, y: args.y });
}

/** Beyond the edge of what is shown nothing could be hit. */
async function inView({ deadline }: Command, tab: Tab, point: Point): Promise<Point> {
  const { width, height } = await viewOf(tab, deadline);
  if (point.x >= 0 && point.y >= 0 && point.x < width && point.y < height) return point;
  throw invalid("x", `and y must be a point of the viewport, which is ${String(width)} by ${String(height)}; scroll first`);
}

/** The name that the caller used, for the answer. */
export function named(args: Place): { readonly selector?: string } {
  const selector = args.selector ?? args.ref;
  return selector === undefined ? {} : { selector };
}
