/** Lines of the tab's console. */
import type { ConsoleRead, DebugConsole } from "../../generated/protocol.js";
import type { ConsoleLevel } from "../../page/console.js";
import { common, oneOf, parse, yesNo } from "../arguments.js";
import { value, type Action } from "../command.js";

type Level = NonNullable<DebugConsole["level"]>;

const TAKES: Readonly<Record<Level, readonly ConsoleLevel[]>> = {
  all: ["debug", "log", "info", "warning", "error"],
  log: ["debug", "log"],
  info: ["info"],
  warning: ["warning"],
  error: ["error"],
};

export const consoleLines: Action = async (command) => {
  const args = parse<DebugConsole>(command.args, { ...common, level: oneOf("log", "info", "warning", "error", "all"), clear: yesNo });
  const { console: log } = (await command.tab()).memory;
  const wanted = TAKES[args.level ?? "all"];
  const logs = log.lines.filter(({ level }) => wanted.includes(level));
  if (args.clear === true) log.clear();
  return value({ logs, count: logs.length } satisfies ConsoleRead);
};
