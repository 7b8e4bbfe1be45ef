/** How long to wait before trying a lost hub again. */

/** Milliseconds to wait after `attempt` failed attempts. */
export type Delays = (attempt: number) => number;

const FIRST_MS = 250;
const LONGEST_MS = 5_000;

/**
 * At once after a good link was lost, then doubling from 0.25 s to 5 s, each between half and the whole
 * of its figure, so that many browsers don't return to a restarted hub in step.
 */
export function backoff(random: () => number): Delays {
  return (attempt) => {
    if (attempt === 0) return 0;
    const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1));
    return Math.round(whole * (0.5 + random() / 2));
  };
}
