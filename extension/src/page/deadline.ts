/** One command's time: every wait inside it ends by the deadline or by the cancel, whichever comes first. */
import { ToolFailure } from "../failure.js";
import { timers } from "../timers.js";

/** The time is up. Who waited turns it into the code that says for what. */
export class Expired extends Error {
  override readonly name = "Expired";
}

const MOMENT_MS = 5;

export class Deadline {
  readonly signal: AbortSignal;
  readonly #untilMs: number;
  readonly #end: Promise<never>;
  readonly #dispose: () => void;
  readonly #parts: Deadline[] = [];

  constructor(signal: AbortSignal, budgetMs: number) {
    this.signal = signal;
    this.#untilMs = performance.now() + budgetMs;
    let reject: (reason: Error) => void = () => undefined;
    this.#end = new Promise((_, refuse) => {
      reject = refuse;
    });
    this.#end.catch(() => undefined);
    const stop = timers.after(budgetMs, () => {
      reject(new Expired("the time is up"));
    });
    const onAbort = (): void => {
      reject(cancelled(signal));
    };
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    this.#dispose = () => {
      stop();
      signal.removeEventListener("abort", onAbort);
    };
  }

  get leftMs(): number {
    return Math.max(0, this.#untilMs - performance.now());
  }

  /** Throws when the command was cancelled or its time is up. */
  check(): void {
    if (this.signal.aborted) throw cancelled(this.signal);
    if (this.leftMs === 0) throw new Expired("the time is up");
  }

  /** `work`, or the end of the time; `work` itself is not stopped by this. */
  race<T>(work: Promise<T>): Promise<T> {
    work.catch(() => undefined);
    return Promise.race([work, this.#end]);
  }

  async sleep(ms: number): Promise<void> {
    let stop: () => void = () => undefined;
    try {
      await this.race(
        new Promise<void>((resolve) => {
          stop = timers.after(ms, resolve);
        }),
      );
    } finally {
      stop();
    }
  }

  /** A part of this time: ends after `ms`, or a moment before the whole, so that who waits can still say for what. */
  within(ms: number): Deadline {
    const part = new Deadline(this.signal, Math.min(ms, this.leftMs - MOMENT_MS));
    this.#parts.push(part);
    return part;
  }

  /** Stops the clock; must be called once when the command is over. */
  dispose(): void {
    this.#dispose();
    for (const part of this.#parts) part.dispose();
  }
}

function cancelled(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof ToolFailure ? reason : new ToolFailure("CANCELLED", "the task was cancelled");
}
