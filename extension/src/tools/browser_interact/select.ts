/** Chooses options of a select element, or the option of an ARIA combobox. */
import type { InteractSelect, Selected } from "../../generated/protocol.js";
import { ToolFailure } from "../../failure.js";
import { ask, type Spot } from "../../page/asking.js";
import { pointAt } from "../../page/pointing.js";
import type { Tab } from "../../page/tab.js";
import { common, either, listOf, mustName, number, parse, text, where } from "../arguments.js";
import { value, type Action, type Command } from "../command.js";

const oneOrMore = either(text, listOf(text));

export const select: Action = async (command) => {
  const args = parse<InteractSelect>(command.args, { ...common, ...where, value: oneOrMore, label: oneOrMore, index: number });
  mustName(args);
  const tab = await command.tab();
  command.begun({ selected: [] } satisfies Selected);
  const choice = { value: listed(args.value), label: listed(args.label), index: args.index };
  try {
    const { value: selected } = await ask(tab, args, "select", { choice }, command.deadline);
    return value({ selected } satisfies Selected);
  } catch (error) {
    if (!(error instanceof ToolFailure) || error.code !== "INVALID_ARGUMENTS") throw error;
    const [wanted] = [...(choice.label ?? []), ...(choice.value ?? [])];
    if (wanted === undefined || !(await isCombobox(command, tab, args))) throw error;
    return value({ selected: [await fromList(command, tab, args, wanted)] } satisfies Selected);
  }
};

function listed(names: string | readonly string[] | undefined): readonly string[] | undefined {
  return typeof names === "string" ? [names] : names;
}

async function isCombobox({ deadline }: Command, tab: Tab, spot: Spot): Promise<boolean> {
  const attribute = async (name: string): Promise<string | null> => (await ask(tab, spot, "attribute", { attribute: name }, deadline)).value;
  return (await attribute("role")) === "combobox" || (await attribute("aria-haspopup")) === "listbox";
}

/** Opens the list by a click and clicks the option of that name, as a person would. */
async function fromList({ deadline }: Command, tab: Tab, spot: Spot, wanted: string): Promise<string> {
  const click = async (at: Spot): Promise<void> => {
    const point = await pointAt(tab, at, ["visible", "enabled", "stable", "hit"], deadline);
    await deadline.race(tab.mouse.click(point, "left", 1, 0));
  };
  await click(spot);
  await click({ selector: `role=option[name=${JSON.stringify(wanted)}]`, frame: spot.frame });
  return wanted;
}
