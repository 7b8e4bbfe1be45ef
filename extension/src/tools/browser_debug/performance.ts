/** What the browser has counted for the page, and when the page came. */
import type { PerformanceRead } from "../../generated/protocol.js";
import { value, type Action } from "../command.js";

export const performanceFacts: Action = async (command) => {
  const tab = await command.tab();
  const { session } = tab;
  session.post("Performance.enable");
  const counted = session.send("Performance.getMetrics");
  session.post("Performance.disable");
  const [{ metrics }, timing] = await command.deadline.race(Promise.all([counted, tab.frames.main.call("timing", null)]));
  const named = Object.fromEntries(metrics.map(({ name, value: count }) => [name, count]));
  return value({ metrics: named, timing } satisfies PerformanceRead);
};
