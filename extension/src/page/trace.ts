/** A trace of what the browser does for a tab, from start to stop. */
import type { CdpSession } from "../chrome/cdp.js";
import type { Deadline } from "./deadline.js";
import { readStream } from "./stream.js";

/** What a performance panel shows: scripts, layout, paint, frames, user timings, and samples of running scripts. */
export const DEFAULT_CATEGORIES: readonly string[] = [
  "toplevel",
  "blink.console",
  "blink.user_timing",
  "devtools.timeline",
  "disabled-by-default-devtools.timeline",
  "disabled-by-default-devtools.timeline.frame",
  "disabled-by-default-devtools.timeline.stack",
  "disabled-by-default-v8.cpu_profiler",
  "latencyInfo",
  "loading",
  "v8.execute",
];

/** The browser answers when its own process records; the page's hears of it by another way, a moment later. */
const SETTLE_MS = 50;

/** The browser stops to record when its buffer is full. */
const BUFFER_KB = 200 * 1024;

export class Trace {
  /** The browser traces for one at a time, whichever of its tabs that is. */
  static #running: Trace | undefined;

  private constructor(private readonly session: CdpSession) {}

  /** Whether it still runs: a later one of another tab has ended it if not. */
  get running(): boolean {
    return Trace.#running === this && !this.session.closed;
  }

  static async start(session: CdpSession, categories: readonly string[], deadline: Deadline): Promise<Trace> {
    if (Trace.#running?.running === true) await Trace.#running.#end(deadline);
    const traceConfig = {
      recordMode: "recordUntilFull" as const,
      traceBufferSizeInKb: BUFFER_KB,
      includedCategories: [...categories],
      excludedCategories: ["*"],
    };
    const options = { transferMode: "ReturnAsStream", streamFormat: "json", streamCompression: "gzip" } as const;
    const started = session.send("Tracing.start", { traceConfig, ...options });
    try {
      await deadline.race(started);
      await deadline.sleep(SETTLE_MS);
    } catch (error) {
      // It may be on its way already, and nobody would know of it.
      session.post("Tracing.end");
      throw error;
    }
    Trace.#running = new Trace(session);
    return Trace.#running;
  }

  /** Ends it: JSON as DevTools and Perfetto read it, packed with gzip. */
  async stop(deadline: Deadline): Promise<Uint8Array<ArrayBuffer>> {
    const stream = await this.#end(deadline);
    if (stream === undefined) throw new Error("the browser gave no trace");
    return readStream(this.session, stream, "the trace", deadline);
  }

  async #end(deadline: Deadline): Promise<string | undefined> {
    Trace.#running = undefined;
    const completed = new Promise<string | undefined>((resolve) => {
      const stop = this.session.on("Tracing.tracingComplete", ({ stream }) => {
        stop();
        resolve(stream);
      });
    });
    await deadline.race(this.session.send("Tracing.end"));
    return deadline.race(completed);
  }
}
