/** Clicks an element or a point. */
import type { Clicked, InteractClick } from "../../generated/protocol.js";
import { settled } from "../../page/settling.js";
import { common, number, oneOf, parse } from "../arguments.js";
import { value, type Action } from "../command.js";
import { bitsOf, modifierList } from "./modifiers.js";
import { named, place, placeOf } from "./place.js";

export const click: Action = async (command) => {
  const args = parse<InteractClick>(command.args, {
    ...common, ...place, button: oneOf("left", "right", "middle"), clickCount: number, modifiers: modifierList,
  });
  const { deadline } = command;
  const tab = await command.tab();
  const point = await placeOf(command, tab, args, ["visible", "enabled", "stable", "hit"]);
  const facts = { clicked: true, ...named(args), ...point } satisfies Clicked;
  command.begun(facts);
  await settled(tab, deadline, "may_submit", () =>
    deadline.race(tab.mouse.click(point, args.button ?? "left", args.clickCount ?? 1, bitsOf(args.modifiers ?? []))),
  );
  return value(facts);
};
