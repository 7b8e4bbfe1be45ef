/** Whether the mouse gets here: a frame in another process learns of it later than the page around it. */
const POLL_MS = 5;

let moves = 0;
let watching = false;

/** How many moves of the mouse have come here so far. */
export function movesSoFar(): number {
  if (!watching) {
    watching = true;
    addEventListener("mousemove", (event) => { if (event.isTrusted) moves++; }, { capture: true, passive: true });
  }
  return moves;
}

/** Whether more than `before` have come, now or within `withinMs`. */
export async function hasMoved(before: number, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (moves <= before && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  return moves > before;
}
