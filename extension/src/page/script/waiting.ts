/** Polling that ends: by success, by its time, or when the caller cancels it. */

const cancelled = new Set<string>();
const CANCELLED_LIMIT = 1000;

/** Ends the wait of this id, also when it has not begun yet. */
export function cancelWait(id: string): void {
  if (cancelled.size >= CANCELLED_LIMIT) cancelled.clear();
  cancelled.add(id);
}

export interface Wait {
  readonly id: string;
  readonly timeoutMs: number;
  /** Whether to come back with `CLOSED_ROOTS` when what is looked for may be in a closed shadow root. */
  readonly stopAtRoots?: boolean;
}

/** Done, not yet, or never like this. */
export type Look<T> = { readonly done: T } | { readonly missing: Trouble } | { readonly stop: Trouble };

/** What is wrong at this moment. `code` is the tool error code if it stays so until the end. */
export interface Trouble {
  readonly code: string;
  readonly message: string;
  readonly details?: Record<string, unknown>;
}

export type Outcome<T> = { readonly ok: T } | { readonly trouble: Trouble };

/**
 * Calls `look` until it is done: each frame in the first half second, then less and less often.
 * `drawn` tells it whether the page was drawn since it looked last: what is where it was without that may be on its way.
 */
export async function until<T>(wait: Wait, look: (drawn: boolean) => Look<T>, describe: (trouble: Trouble) => Trouble): Promise<Outcome<T>> {
  const start = performance.now();
  let drawn = false;
  for (;;) {
    // First of all: a look may act, and after a cancel nothing may.
    if (cancelled.delete(wait.id)) return { trouble: { code: "CANCELLED", message: "the task was cancelled" } };
    const seen = look(drawn);
    if ("done" in seen) return { ok: seen.done };
    if ("stop" in seen) return { trouble: seen.stop };
    const waitedMs = performance.now() - start;
    const leftMs = wait.timeoutMs - waitedMs;
    if (leftMs <= 0) return { trouble: describe(seen.missing) };
    const restMs = restAfter(waitedMs);
    if (restMs > 0) await pause(Math.min(restMs, leftMs));
    drawn = await frame(Math.max(0, leftMs - restMs));
  }
}

function restAfter(waitedMs: number): number {
  if (waitedMs < 500) return 0;
  return waitedMs < 5000 ? 35 : 135;
}

const HIDDEN_FRAME_MS = 100;
/** A busy machine draws late, and what has not been drawn may well be moving. */
const LATE_FRAME_MS = 1000;

/** The next animation frame, or the time of one where the browser does not draw: true. False when `atMostMs` are over before. */
export function frame(atMostMs = Infinity): Promise<boolean> {
  const patienceMs = draws() ? LATE_FRAME_MS : HIDDEN_FRAME_MS;
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.min(atMostMs, patienceMs), atMostMs >= patienceMs);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A frame of another origin that is out of view is not drawn either, and does not know it. */
function draws(): boolean {
  return document.visibilityState === "visible" && window.parent === window;
}
