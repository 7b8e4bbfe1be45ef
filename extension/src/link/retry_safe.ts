/** Which calls may simply run again when nobody knows whether they did. */
import { isToolName, TOOLS, type ActionFacts } from "../generated/protocol.js";

/** As the catalogue says; a tool or action that it doesn't name is taken for one with effects. */
export function retrySafe(call: { readonly name: string; readonly args: Readonly<Record<string, unknown>> }): boolean {
  if (!isToolName(call.name)) return false;
  const action = call.args["action"] ?? "";
  const actions: Readonly<Record<string, ActionFacts>> = TOOLS[call.name];
  return typeof action === "string" && Object.hasOwn(actions, action) && actions[action]?.retrySafe === true;
}
