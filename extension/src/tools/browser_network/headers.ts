/** Headers that go out with every request of the tab. */
import type { NetworkDone, SetHeaders } from "../../generated/protocol.js";
import { common, invalid, parse, texts } from "../arguments.js";
import { value, type Action } from "../command.js";

const NAME = /^[!#$%&'*+.^_`|~\w-]+$/;

export const setHeaders: Action = async (command) => {
  const { headers } = parse<SetHeaders>(command.args, { ...common, headers: texts }, "headers");
  for (const [name, content] of Object.entries(headers)) {
    if (!NAME.test(name)) throw invalid("headers", `has a name that is none: ${JSON.stringify(name)}`);
    if (/[\r\n\0]/.test(content)) throw invalid("headers", `has a line break in the value of ${name}`);
  }
  const tab = await command.tab();
  const names = Object.keys(headers);
  await tab.change({ headers: names.length === 0 ? undefined : headers }, command.deadline);
  return value({ success: true, details: { headers: names } } satisfies NetworkDone);
};
