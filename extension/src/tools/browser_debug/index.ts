/** `browser_debug`: dialogs, console, performance, traces, downloads. */
import type { Tool } from "../command.js";
import { consoleLines } from "./console.js";
import { dialog } from "./dialog.js";
import { downloads, downloadWait } from "./downloads.js";
import { performanceFacts } from "./performance.js";
import { traceStart, traceStop } from "./trace.js";

export const browserDebug: Tool = {
  dialog,
  console: consoleLines,
  performance: performanceFacts,
  trace_start: traceStart,
  trace_stop: traceStop,
  downloads,
  download_wait: downloadWait,
};
