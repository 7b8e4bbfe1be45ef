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

/** Calls `look` until it is done: each frame in the first half second, then less and less often. */
export async function until<T>(wait: Wait, look: () => Look<T>, describe: (trouble: Trouble) => Trouble): Promise<Outcome<T>> {
  const start = performance.now();
  for (;;) {
    // First of all: a look may act, and after a cancel nothing may.
    if (cancelled.delete(wait.id)) return { trouble: { code: "CANCELLED", message: "the task was cancelled" } };
    const seen = look();
    if ("done" in seen) return { ok: seen.done };
    if ("stop" in seen) return { trouble: seen.stop };
    const waitedMs = performance.now() - start;
    if (waitedMs >= wait.timeoutMs) return { trouble: describe(seen.missing) };
    if (waitedMs < 500) await frame(wait.timeoutMs - waitedMs);
    else await pause(Math.min(waitedMs < 5000 ? 50 : 150, Math.max(1, wait.timeoutMs - waitedMs)));
  }
}

const HIDDEN_FRAME_MS = 100;
/** A busy machine draws late, and what has not been drawn may well be moving. */
const LATE_FRAME_MS = 1000;

/** The next animation frame; a little later where the browser does not draw. */
export function frame(atMostMs = Infinity): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.min(atMostMs, draws() ? LATE_FRAME_MS : HIDDEN_FRAME_MS));
    requestAnimationFrame(() => {
      clearTimeout(timer);
      resolve();
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
