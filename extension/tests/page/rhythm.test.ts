import { expect, it } from "vitest";
import { pauseAfter } from "../../src/page/rhythm";

/** A fixed row of numbers that looks like chance. */
function chance(): () => number {
  let state = 7;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

it("types 100 to 200 words a minute, and never evenly", () => {
  const random = chance();
  const text = "The quick brown fox jumps over the lazy dog, twice. ".repeat(20);
  const pauses = Array.from(text, (char) => pauseAfter(char, random));
  const minutes = pauses.reduce((sum, pause) => sum + pause, 0) / 60_000;
  const wordsPerMinute = text.length / 5 / minutes;

  expect(wordsPerMinute).toBeGreaterThan(100);
  expect(wordsPerMinute).toBeLessThan(200);
  expect(new Set(pauses.map(Math.round)).size).toBeGreaterThan(50);
});

it("rests longer after a sentence than inside a word", () => {
  const half = (): number => 0.5;
  expect(pauseAfter(".", half)).toBeGreaterThan(pauseAfter(" ", half));
  expect(pauseAfter(" ", half)).toBeGreaterThan(pauseAfter("a", half));
});
