/** Fills several fields: text, checkboxes, radio buttons, selects. */
import type { Filled, FormField, InteractFillForm } from "../../generated/protocol.js";
import { ask, type Spot } from "../../page/asking.js";
import { pointAt } from "../../page/pointing.js";
import type { Tab } from "../../page/tab.js";
import { common, either, listOf, number, parse, record, text, yesNo } from "../arguments.js";
import { value, type Action, type Command } from "../command.js";

const field = record<FormField>({ selector: text, ref: text, value: either(text, either(number, yesNo)) }, "value");

export const fillForm: Action = async (command) => {
  const args = parse<InteractFillForm>(command.args, { ...common, fields: listOf(field), frame: either(text, number) }, "fields");
  const tab = await command.tab();
  const filled: string[] = [];
  command.begun({ filled } satisfies Filled);
  for (const one of args.fields) {
    command.deadline.check();
    await fill(command, tab, { selector: one.selector, ref: one.ref, frame: args.frame }, one.value);
    filled.push(one.selector ?? one.ref ?? "");
  }
  return value({ filled } satisfies Filled);
};

async function fill({ deadline }: Command, tab: Tab, spot: Spot, content: FormField["value"]): Promise<void> {
  const { value: left } = await ask(tab, spot, "fill", { value: content }, deadline);
  switch (left) {
    case "done":
      return;
    case "keys":
      // The old text is selected: what is inserted replaces it, and nothing at all deletes it.
      if (content === "") await deadline.race(tab.keyboard.press("Delete", []));
      else await deadline.race(tab.keyboard.insert(String(content)));
      return;
    case "click": {
      const point = await pointAt(tab, spot, ["visible", "enabled", "stable", "hit"], deadline);
      await deadline.race(tab.mouse.click(point, "left", 1, 0));
      return;
    }
    default:
      return left satisfies never;
  }
}
