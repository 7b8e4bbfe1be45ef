/** Hovers over an element. */
import type { Hovered, InteractHover } from "../../generated/protocol.js";
import { common, parse } from "../arguments.js";
import { value, type Action } from "../command.js";
import { named, place, placeOf } from "./place.js";

export const hover: Action = async (command) => {
  const args = parse<InteractHover>(command.args, { ...common, ...place });
  const tab = await command.tab();
  const point = await placeOf(command, tab, args, ["visible", "stable", "hit"]);
  const facts = { hovered: true, ...named(args), ...point } satisfies Hovered;
  command.begun(facts);
  await command.deadline.race(tab.mouse.move(point));
  return value(facts);
};
