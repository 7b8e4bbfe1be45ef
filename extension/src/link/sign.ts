/** What the toolbar button shows for a report. */
import type { Sign } from "../chrome/action.js";
import type { Report } from "./popup_messages.js";
import { byPhase, type Loss } from "./state.js";

export interface Shown {
  readonly sign: Sign;
  readonly title: string;
}

/** Trying again helps only if the hub changes; a person should know. */
function distrusted(why: Loss): boolean {
  return why === "unproven" || why === "forgotten";
}

export function signOf({ state, hub, running, paused }: Report): Shown {
  const where = hub?.name ?? hub?.address ?? "the hub";
  return byPhase<Shown>(state, {
    connected: () => {
      if (paused) return { sign: "paused", title: "Tabyard: all tasks are paused" };
      const [first] = running;
      return first === undefined
        ? { sign: "connected", title: `Tabyard: connected to ${where}` }
        : { sign: "working", title: `Tabyard: ${first.taskName ?? first.name} is running` };
    },
    connecting: ({ again }) => ({ sign: "waiting", title: `Tabyard: ${again === true ? "re" : ""}connecting to ${where}` }),
    reconnecting: ({ why, said }) =>
      distrusted(why)
        ? { sign: "trouble", title: `Tabyard: ${said}` }
        : { sign: "waiting", title: `Tabyard: reconnecting to ${where}` },
    off: ({ why }) =>
      why === "replaced" || why === "revoked" || why === "refused"
        ? { sign: "trouble", title: "Tabyard: off, and it won't come back by itself" }
        : { sign: "off", title: "Tabyard: not connected" },
  });
}
