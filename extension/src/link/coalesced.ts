/** Many requests, one run. */
import type { Clock } from "./ports.js";

/** Runs `act` once, `ms` after the first of the requests that came in since its last run. */
export function coalesced(clock: Clock, ms: number, act: () => void): () => void {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    clock.after(ms, () => {
      due = false;
      act();
    });
  };
}
