/** Keeps a link honest and its worker awake. */
import type { Clock } from "./ports.js";

/**
 * A worker without events is stopped after 30 s, and WebSocket protocol pings are no events to it: only messages
 * count. 20 s leaves ten of margin.
 */
export const PING_EVERY_MS = 20_000;
/** Two pings unanswered and some: the link is dead even if its socket doesn't know yet. */
export const SILENT_AFTER_MS = 45_000;

export class Heartbeat {
  #heardMs: number;
  #stopPing: () => void;
  #stopWatch: () => void;

  constructor(
    private readonly clock: Clock,
    private readonly ping: () => void,
    private readonly silent: () => void,
  ) {
    this.#heardMs = clock.now();
    this.#stopPing = this.#armPing();
    this.#stopWatch = this.#armWatch(SILENT_AFTER_MS);
  }

  /** Any frame counts as a sign of life. */
  heard(): void {
    this.#heardMs = this.clock.now();
  }

  stop(): void {
    this.#stopPing();
    this.#stopWatch();
  }

  #armPing(): () => void {
    return this.clock.after(PING_EVERY_MS, () => {
      this.#stopPing = this.#armPing();
      this.ping();
    });
  }

  #armWatch(ms: number): () => void {
    return this.clock.after(ms, () => {
      // A clock that was set back would have it wait for as long as that.
      this.#heardMs = Math.min(this.#heardMs, this.clock.now());
      const leftMs = this.#heardMs + SILENT_AFTER_MS - this.clock.now();
      if (leftMs <= 0) this.silent();
      else this.#stopWatch = this.#armWatch(leftMs);
    });
  }
}
