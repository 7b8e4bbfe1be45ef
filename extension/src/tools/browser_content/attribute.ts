/** One attribute of an element. */
import type { AttributeRead, ContentAttribute } from "../../generated/protocol.js";
import { ask } from "../../page/asking.js";
import { common, mustName, parse, text, where } from "../arguments.js";
import { value, type Action } from "../command.js";

export const attribute: Action = async (command) => {
  const args = parse<ContentAttribute>(command.args, { ...common, ...where, attribute: text }, "attribute");
  mustName(args);
  const tab = await command.tab();
  const { value: found } = await ask(tab, args, "attribute", { attribute: args.attribute }, command.deadline);
  const selector = args.selector ?? args.ref ?? "";
  return value({ selector, attribute: args.attribute, value: found } satisfies AttributeRead);
};
