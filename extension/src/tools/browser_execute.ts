/** `browser_execute`: JavaScript in the page. */
import type { Execute, Executed } from "../generated/protocol.js";
import { frameOf } from "../page/asking.js";
import { evaluate } from "../page/evaluate.js";
import { anything, common, either, listOf, number, parse, text, yesNo } from "./arguments.js";
import { value, type Tool } from "./command.js";

export const browserExecute: Tool = {
  async ""(command) {
    const args = parse<Execute>(
      command.args,
      { ...common, expression: text, awaitPromise: yesNo, args: listOf(anything), frame: either(text, number) },
      "expression",
    );
    const tab = await command.tab();
    const frame = args.frame === undefined ? tab.frames.main : await frameOf(tab, { frame: args.frame }, command.deadline);
    command.begun({ result: null, value: null });
    const script = { expression: args.expression, awaitPromise: args.awaitPromise ?? true, args: args.args };
    const result = await evaluate(tab, frame, script, command.deadline);
    return value({ result, value: result } satisfies Executed);
  },
};
