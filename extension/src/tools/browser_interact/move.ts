/** Moves the mouse. */
import type { InteractMove, Moved } from "../../generated/protocol.js";
import { common, parse } from "../arguments.js";
import { value, type Action } from "../command.js";
import { place, placeOf } from "./place.js";

export const move: Action = async (command) => {
  const args = parse<InteractMove>(command.args, { ...common, ...place });
  const tab = await command.tab();
  const point = await placeOf(command, tab, args, ["visible", "in_view"]);
  const facts = { moved: true, ...point } satisfies Moved;
  command.begun(facts);
  await command.deadline.race(tab.mouse.move(point));
  return value(facts);
};
