/** What the browser has counted for the page, and when the page came. */
import type { PerformanceRead } from "../../generated/protocol.js";
import { value, type Action } from "../command.js";

export const performanceFacts: Action = async (command) => {
  const tab = await command.tab();
  const { session } = tab;
  // For good: after a disable, Chromium 156 counts nothing any more in the same session.
  session.post("Performance.enable");
  const counted = session.send("Performance.getMetrics");
  const [{ metrics }, timing] = await command.deadline.race(Promise.all([counted, tab.frames.main.call("timing", null)]));
  const named = Object.fromEntries(metrics.map(({ name, value: count }) => [name, count]));
  return value({ metrics: named, timing } satisfies PerformanceRead);
};
