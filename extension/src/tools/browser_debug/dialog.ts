/** Answers the dialog that is open. */
import type { DebugDialog, DialogHandled } from "../../generated/protocol.js";
import { common, oneOf, parse, text } from "../arguments.js";
import { value, type Action } from "../command.js";

export const dialog: Action = async (command) => {
  const args = parse<DebugDialog>(command.args, { ...common, dialogAction: oneOf("accept", "dismiss"), promptText: text });
  const action = args.dialogAction ?? "accept";
  const tab = await command.tabWithDialog();
  const { type, message } = await command.deadline.race(tab.dialogs.handle(action === "accept", args.promptText));
  return value({ handled: true, dialogType: type, message, action } satisfies DialogHandled);
};
