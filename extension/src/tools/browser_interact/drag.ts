/** Drags an element onto another: with the mouse, and as HTML drag and drop where the page asks for it. */
import type { Protocol } from "devtools-protocol";
import type { Dragged, InteractDrag } from "../../generated/protocol.js";
import type { Spot } from "../../page/asking.js";
import type { Point } from "../../page/mouse.js";
import { ToolFailure } from "../../failure.js";
import { pointAt } from "../../page/pointing.js";
import type { Tab } from "../../page/tab.js";
import { common, mustName, parse, text, where } from "../arguments.js";
import { value, type Action, type Command } from "../command.js";

const STEPS = 5;
const REF = /^e\d+$/;

export const drag: Action = async (command) => {
  const args = parse<InteractDrag>(command.args, { ...common, ...where, to: text }, "to");
  mustName(args);
  const { deadline } = command;
  const tab = await command.tab();
  const to: Spot = REF.test(args.to) ? { ref: args.to } : { selector: args.to, frame: args.frame };
  await pointAt(tab, to, ["visible"], deadline).catch((error: unknown) => {
    throw namedByRef(error);
  });
  const from = await pointAt(tab, args, ["visible", "enabled", "stable", "hit"], deadline);
  const facts = { dragged: true } satisfies Dragged;
  command.begun(facts);
  await carry(command, tab, from, to);
  return value(facts);
};

/** A selector is looked for in the frame of the first element; a ref knows its own. */
function namedByRef(error: unknown): unknown {
  if (!(error instanceof ToolFailure) || error.details?.["seenInFrame"] === undefined) return error;
  return new ToolFailure(error.code, `${error.message}; name it by its ref from a snapshot to drag across frames`, error.details);
}

async function carry({ deadline }: Command, tab: Tab, from: Point, to: Spot): Promise<void> {
  const caught = intercepted(tab);
  let held = true;
  await deadline.race(tab.session.send("Input.setInterceptDrags", { enabled: true }));
  try {
    await deadline.race(Promise.all([tab.mouse.move(from), tab.mouse.press("left")]));
    // A drag begins only after some way; the target may move once it has begun.
    await deadline.race(tab.mouse.move({ x: from.x + 6, y: from.y + 6 }, 0, "left"));
    const target = await pointAt(tab, to, ["visible", "in_view"], deadline);
    for (let step = 1; step <= STEPS; step++) {
      const share = step / STEPS;
      const point = { x: from.x + (target.x - from.x) * share, y: from.y + (target.y - from.y) * share };
      await deadline.race(tab.mouse.move(point, 0, "left"));
    }
    if (caught.data !== undefined) await drop(tab, target, caught.data, deadline);
    held = false;
    await deadline.race(tab.mouse.lift("left"));
  } finally {
    if (held) await letGo(tab, from, caught.data);
    caught.stop();
    tab.session.post("Input.setInterceptDrags", { enabled: false });
  }
}

/** Where it was taken up, so that it stays what and where it was. */
async function letGo(tab: Tab, from: Point, data: Protocol.Input.DragData | undefined): Promise<void> {
  const cancelled = data === undefined ? undefined : tab.session.send("Input.dispatchDragEvent", { type: "dragCancel", ...from, data });
  await Promise.allSettled([cancelled, tab.mouse.move(from, 0, "left"), tab.mouse.lift("left")]);
}

async function drop(tab: Tab, at: Point, data: Protocol.Input.DragData, deadline: Command["deadline"]): Promise<void> {
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await deadline.race(tab.session.send("Input.dispatchDragEvent", { type, ...at, data }));
  }
}

/** What an HTML drag carries, once the page has begun one. */
function intercepted(tab: Tab): { readonly data: Protocol.Input.DragData | undefined; stop: () => void } {
  let data: Protocol.Input.DragData | undefined;
  const stop = tab.session.on("Input.dragIntercepted", (event) => {
    data = event.data;
  });
  return {
    get data() {
      return data;
    },
    stop,
  };
}
