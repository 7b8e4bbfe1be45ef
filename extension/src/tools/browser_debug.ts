/** `browser_debug`: dialogs, console, performance, traces, downloads. */
import type { DebugDialog, DialogHandled } from "../generated/protocol.js";
import { common, oneOf, parse, text } from "./arguments.js";
import { value, type Tool } from "./command.js";
import { notSupported } from "./not_supported.js";

export const browserDebug: Tool = {
  async dialog(command) {
    const args = parse<DebugDialog>(command.args, { ...common, dialogAction: oneOf("accept", "dismiss"), promptText: text });
    const action = args.dialogAction ?? "accept";
    const tab = await command.tabWithDialog();
    const { type, message } = await command.deadline.race(tab.dialogs.handle(action === "accept", args.promptText));
    return value({ handled: true, dialogType: type, message, action } satisfies DialogHandled);
  },
  ...notSupported("browser_debug", "console", "performance", "trace_start", "trace_stop", "downloads", "download_wait"),
};
