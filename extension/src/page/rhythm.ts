/** Typing at human pace: 100 to 200 words a minute, never even. */

/** A word is five characters and a space by convention, so 150 words a minute are a key each 67 ms. */
const KEY_MS = 67;
const FASTEST_MS = 30;

/** The pause after `char`: longer at the end of words and sentences; `random` gives numbers from 0 to 1. */
export function pauseAfter(char: string, random: () => number): number {
  // The sum of three is bell-shaped enough; a person is rarely twice as slow as usual.
  const spread = (random() + random() + random()) / 1.5;
  const factor = /[.!?\n]/.test(char) ? 1.8 : /[\s,;:]/.test(char) ? 1.25 : 1;
  return Math.max(FASTEST_MS, KEY_MS * spread * factor);
}
