/** What the browser has counted for the page, and when the page came. */
import type { PerformanceRead } from "../../generated/protocol.js";
import { value, type Action, type Command } from "../command.js";
import type { Tab } from "../../page/tab.js";

export const performanceFacts: Action = async (command) => {
  const tab = await command.tab();
  const [metrics, timing] = await command.deadline.race(Promise.all([counted(command, tab), tab.frames.main.call("timing", null)]));
  return value({ metrics, timing } satisfies PerformanceRead);
};

/** Now and then Chromium 156 says that it counts, and right after it that it has counted nothing: it is asked again. */
async function counted({ deadline }: Command, { session }: Tab): Promise<Record<string, number>> {
  for (;;) {
    // For good: after a disable, it counts nothing any more in the same session.
    session.post("Performance.enable");
    const { metrics } = await deadline.race(session.send("Performance.getMetrics"));
    if (metrics.length > 0) return Object.fromEntries(metrics.map(({ name, value: count }) => [name, count]));
    await deadline.sleep(AGAIN_MS);
  }
}

const AGAIN_MS = 20;
