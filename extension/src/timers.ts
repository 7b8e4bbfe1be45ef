/** Many waits, one timer of the browser: to set one and take it back costs 30 µs, and few that a command sets ever run out. */

/** The browser takes no longer ones. */
const LONGEST_MS = 2 ** 31 - 1;

interface Wait {
  readonly dueMs: number;
  readonly then: () => void;
}

/** Counts by a clock that is never set. */
export class Timers {
  readonly #waits = new Set<Wait>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ringsMs = Infinity;

  /** Calls `then` once, `ms` from now or a little later, unless the returned function is called first. */
  after(ms: number, then: () => void): () => void {
    const wait = { dueMs: performance.now() + (ms > 0 ? ms : 0), then };
    this.#waits.add(wait);
    this.#arm(wait.dueMs);
    return () => {
      this.#waits.delete(wait);
    };
  }

  /** A timer that would ring earlier is left: it looks then what is next. */
  #arm(dueMs: number): void {
    if (this.#ringsMs <= dueMs) return;
    clearTimeout(this.#timer);
    this.#ringsMs = dueMs;
    const leftMs = Math.ceil(dueMs - performance.now());
    this.#timer = setTimeout(() => {
      this.#ring();
    }, Math.min(Math.max(0, leftMs), LONGEST_MS));
  }

  /** One at a time: what follows from it comes before the next, as with timers of the browser. */
  #ring(): void {
    this.#ringsMs = Infinity;
    const first = this.#first();
    const isDue = first !== undefined && first.dueMs <= performance.now();
    if (isDue) this.#waits.delete(first);
    const next = isDue ? this.#first() : first;
    if (next !== undefined) this.#arm(next.dueMs);
    if (isDue) first.then();
  }

  #first(): Wait | undefined {
    let first: Wait | undefined;
    for (const wait of this.#waits) if (first === undefined || wait.dueMs < first.dueMs) first = wait;
    return first;
  }
}

/** Those of this worker or page. */
export const timers = new Timers();
