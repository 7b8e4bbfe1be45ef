/** Presses a key or a chord. */
import type { InteractPress, Pressed } from "../../generated/protocol.js";
import { ask } from "../../page/asking.js";
import { settled } from "../../page/settling.js";
import { common, parse, text, where } from "../arguments.js";
import { value, type Action } from "../command.js";
import { flagged, flags, keysOf, modifierList } from "./modifiers.js";

export const press: Action = async (command) => {
  const args = parse<InteractPress>(command.args, { ...common, ...where, ...flags, key: text, modifiers: modifierList }, "key");
  const { deadline } = command;
  const tab = await command.tab();
  if (args.selector !== undefined || args.ref !== undefined) {
    await ask(tab, args, "focus", { clear: false, value: "" }, deadline);
  }
  const facts = { pressed: args.key } satisfies Pressed;
  command.begun(facts);
  const held = keysOf([...flagged(args), ...(args.modifiers ?? [])]);
  await settled(tab, deadline, /enter|space|^ $/i.test(args.key) ? "may_submit" : "none", () => deadline.race(tab.keyboard.press(args.key, held)));
  return value(facts);
};
