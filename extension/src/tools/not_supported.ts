/** What this browser can't do yet is refused by name, never passed over in silence. */
import { ToolFailure } from "../failure.js";
import type { Action, Tool } from "./command.js";

/** Actions that answer `NOT_SUPPORTED`. */
export function notSupported(tool: string, ...actions: readonly string[]): Tool {
  const refuse = (action: string): Action => {
    return () => Promise.reject(new ToolFailure("NOT_SUPPORTED", `${tool} ${action} is not supported by this browser yet`));
  };
  return Object.fromEntries(actions.map((action) => [action, refuse(action)]));
}
