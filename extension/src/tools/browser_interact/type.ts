/** Types text, into an element or into whatever has the focus. */
import type { InteractType, Typed } from "../../generated/protocol.js";
import { ask } from "../../page/asking.js";
import { charactersOf } from "../../page/keys.js";
import { settled } from "../../page/settling.js";
import { pointAt } from "../../page/pointing.js";
import { pauseAfter } from "../../page/rhythm.js";
import type { Tab } from "../../page/tab.js";
import { common, number, parse, text, where, yesNo } from "../arguments.js";
import { value, type Action, type Command } from "../command.js";

export const type: Action = async (command) => {
  const args = parse<InteractType>(
    command.args,
    { ...common, ...where, text, delay: number, clear: yesNo, submit: yesNo },
    "text",
  );
  const { deadline } = command;
  const tab = await command.tab();
  const hasTarget = args.selector !== undefined || args.ref !== undefined;
  const how = hasTarget ? await focused(command, tab, args) : "keys";
  const facts = { typed: true, text: args.text } satisfies Typed;
  command.begun(facts);
  await settled(tab, deadline, args.submit === true || args.text.includes("\n") ? "may_submit" : "none", async () => {
    if (!hasTarget && args.clear === true) await deadline.race(tab.keyboard.press("Control+a", []));
    if (how !== "set") await keys(command, tab, args, how);
    if (args.submit === true) await deadline.race(tab.keyboard.press("Enter", []));
  });
  return value(facts);
};

/** From here on a text for several lines is pasted, where it has to go at once. */
const LONG = 500;

type Kind = "keys" | "plain";

/** Which keys are to follow; a date or a slider has its value already. */
async function focused(command: Command, tab: Tab, args: InteractType): Promise<Kind | "set"> {
  const { deadline } = command;
  const focus = { clear: args.clear === true, value: args.text };
  const { value: field } = await ask(tab, args, "focus", focus, deadline);
  if (field.how !== "click_first") return field.how;
  const point = await pointAt(tab, args, ["visible", "enabled", "stable", "hit"], deadline);
  await deadline.race(tab.mouse.click(point, "left", 1, 0));
  return "keys";
}

async function keys(command: Command, tab: Tab, args: InteractType, kind: Kind): Promise<void> {
  const { deadline } = command;
  // What was selected to be cleared is replaced by the first character, or has to be deleted.
  if (args.text === "" && args.clear === true) await deadline.race(tab.keyboard.press("Delete", []));
  if (args.delay === 0 && kind === "plain" && args.text.length > LONG) {
    await ask(tab, args, "paste", { text: args.text }, deadline);
    return;
  }
  if (args.delay === 0) return tab.keyboard.type(args.text, deadline);
  const chars = charactersOf(args.text);
  for (const [at, char] of chars.entries()) {
    deadline.check();
    await deadline.race(tab.keyboard.tap(char));
    if (at < chars.length - 1) await deadline.sleep(args.delay ?? pauseAfter(char, Math.random));
  }
}
