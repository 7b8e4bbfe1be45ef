/** Scrolls the page, a part of it, or an element into view. */
import type { InteractScroll, Scrolled } from "../../generated/protocol.js";
import { ask } from "../../page/asking.js";
import type { Tab } from "../../page/tab.js";
import { common, number, oneOf, parse, where } from "../arguments.js";
import { value, type Action, type Command } from "../command.js";

/** How far a direction without an amount goes. */
const STEP_PX = 500;
const WHEEL_MS = 50;
const WAYS = { up: [0, -1], down: [0, 1], left: [-1, 0], right: [1, 0] } as const;

export const scroll: Action = async (command) => {
  const args = parse<InteractScroll>(command.args, {
    ...common, ...where, deltaX: number, deltaY: number, direction: oneOf("up", "down", "left", "right"), amount: number,
  });
  const { deadline } = command;
  const tab = await command.tab();
  const distance = distanceOf(args);
  if (distance === undefined && (args.selector !== undefined || args.ref !== undefined)) {
    const { value: stands } = await ask(tab, args, "scroll_into_view", {}, deadline);
    return value({ scrolled: true, x: stands.x, y: stands.y } satisfies Scrolled);
  }
  const delta = distance ?? { deltaX: 0, deltaY: STEP_PX };
  const { value: stands } = await ask(tab, args, "scroll_by", delta, deadline);
  if (!stands.moved) await wheel(command, tab, delta);
  return value({ scrolled: stands.moved, x: stands.x, y: stands.y } satisfies Scrolled);
};

function distanceOf(args: InteractScroll): { deltaX: number; deltaY: number } | undefined {
  if (args.deltaX !== undefined || args.deltaY !== undefined) return { deltaX: args.deltaX ?? 0, deltaY: args.deltaY ?? 0 };
  if (args.direction === undefined && args.amount === undefined) return undefined;
  const [across, down] = WAYS[args.direction ?? "down"];
  const amount = args.amount ?? STEP_PX;
  return { deltaX: across * amount, deltaY: down * amount };
}

/** Nothing that scrolls: a map or a game may listen to the wheel itself. */
async function wheel({ deadline }: Command, tab: Tab, { deltaX, deltaY }: { deltaX: number; deltaY: number }): Promise<void> {
  const { cssVisualViewport } = await deadline.race(tab.session.send("Page.getLayoutMetrics"));
  const middle = { x: cssVisualViewport.clientWidth / 2, y: cssVisualViewport.clientHeight / 2 };
  // The answer may wait for a scroll that never starts, and nothing depends on it.
  await Promise.race([deadline.race(tab.mouse.wheel(middle, deltaX, deltaY)), deadline.sleep(WHEEL_MS)]);
}
