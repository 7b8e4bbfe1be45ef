/** How long to wait before trying a lost hub again. */

/** Milliseconds to wait after `attempt` failed attempts. */
export type Delays = (attempt: number) => number;

const FIRST_MS = 250;
/** A hub that is being restarted is back within seconds, and then its queues wait for their browsers. */
const SOON_MS = 1_500;
const SOON_ATTEMPTS = 20;
const LONGEST_MS = 5_000;

/**
 * At once after a good link was lost, then doubling from 0.25 s to 1.5 s, and to 5 s when that was of no use for
 * some twenty seconds; each between half and the whole of its figure, so that many browsers don't return to a
 * restarted hub in step.
 */
export function backoff(random: () => number): Delays {
  return (attempt) => {
    if (attempt === 0) return 0;
    const longest = attempt <= SOON_ATTEMPTS ? SOON_MS : LONGEST_MS;
    const whole = Math.min(longest, FIRST_MS * 2 ** (attempt - 1));
    return Math.round(whole * (0.5 + random() / 2));
  };
}
