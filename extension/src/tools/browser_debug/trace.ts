/** Traces: what the browser did between start and stop, as a file. */
import { base64 } from "../../chrome/bytes.js";
import { CdpError } from "../../chrome/cdp.js";
import { ToolFailure } from "../../failure.js";
import type { DebugTraceStart, Tracing } from "../../generated/protocol.js";
import { DEFAULT_CATEGORIES, Trace } from "../../page/trace.js";
import { common, listOf, parse, text } from "../arguments.js";
import { value, type Action } from "../command.js";

export const traceStart: Action = async (command) => {
  const args = parse<DebugTraceStart>(command.args, { ...common, categories: listOf(text) });
  const tab = await command.tab();
  if (tab.trace?.running === true) throw new ToolFailure("INVALID_ARGUMENTS", "a trace of this tab is running already; end it with trace_stop");
  try {
    tab.trace = await Trace.start(tab.session, args.categories ?? DEFAULT_CATEGORIES, command.deadline);
  } catch (error) {
    // Somebody else traces, a person with DevTools say.
    if (error instanceof CdpError) throw new ToolFailure("NOT_SUPPORTED", `the browser does not start a trace: ${error.message}`);
    throw error;
  }
  return value({ tracing: true } satisfies Tracing);
};

export const traceStop: Action = async (command) => {
  const tab = await command.tab();
  const { trace } = tab;
  if (trace?.running !== true) throw new ToolFailure("INVALID_ARGUMENTS", "no trace of this tab is running; begin one with trace_start");
  tab.trace = undefined;
  const bytes = base64(await trace.stop(command.deadline));
  return { ...value({ tracing: false } satisfies Tracing), file: { name: "trace.json.gz", mimeType: "application/gzip", bytes } };
};
