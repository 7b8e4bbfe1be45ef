/** Which calls run here, and which answers nobody has acknowledged: what a hello has to say. */
import type { ToolCall } from "../generated/protocol.js";
import { present } from "./fields.js";
import type { Answer, Answered, CallRef } from "./frames.js";

/** A call at work, as the popup shows it. */
export interface Running extends CallRef {
  readonly name: string;
  readonly taskName?: string;
  readonly sinceMs: number;
}

/** What to do with a `tool_call` that has arrived. */
export type Admission = "run" | "resend" | "ignore";

interface Kept {
  readonly answered: Answered;
  readonly chars: number;
}

/** Answers kept for the hub at most. A hello carries them all, and one frame may have 32 MiB. */
const OUTBOX_CHARS = 24 * 1024 * 1024;

export function refOf(call: CallRef): CallRef {
  return { id: call.id, ...present({ taskId: call.taskId, commandId: call.commandId }) };
}

/** The answer that stands in for one that was too large to keep until the hub came back. */
export function dropped(ref: CallRef): Answered {
  const message = "The call succeeded, but its result was too large to keep while the hub was away.";
  return { ...ref, error: { code: "INTERNAL", message, details: { succeeded: true } } };
}

/** Whether what was called for was done, even if its result was dropped. */
export function hasSucceeded(answered: Answered): boolean {
  return !("error" in answered) || answered.error.details?.["succeeded"] === true;
}

/** Calls keyed by id. Each is either running or answered; acknowledged ones are forgotten. */
export class Ledger {
  readonly #running = new Map<string, Running>();
  readonly #outbox = new Map<string, Kept>();
  #chars = 0;

  /** A second `tool_call` of an id never runs it twice. */
  admit(id: string): Admission {
    if (this.#running.has(id)) return "ignore";
    return this.#outbox.has(id) ? "resend" : "run";
  }

  begin(call: ToolCall, nowMs: number): Running {
    const named = present({ taskName: call.taskName });
    const running = { ...refOf(call), name: call.name, ...named, sinceMs: nowMs };
    this.#running.set(call.id, running);
    return running;
  }

  /** The answer to send; undefined when the call isn't running (any more). `chars` is its size as JSON. */
  settle(id: string, answer: Answer, chars: number): Answered | undefined {
    const running = this.#running.get(id);
    if (running === undefined) return undefined;
    this.#running.delete(id);
    const answered = { ...refOf(running), ...answer };
    this.keep(answered, chars);
    return answered;
  }

  /** Hold an answer until it is acknowledged. Past the bound the oldest large ones shrink to a marker. */
  keep(answered: Answered, chars: number): void {
    this.acknowledge([answered.id]);
    this.#outbox.set(answered.id, { answered, chars });
    this.#chars += chars;
    for (const [id, kept] of this.#outbox) {
      if (this.#chars <= OUTBOX_CHARS) return;
      if ("error" in kept.answered) continue;
      this.#outbox.set(id, { answered: dropped(refOf(kept.answered)), chars: 0 });
      this.#chars -= kept.chars;
    }
  }

  answered(id: string): Answered | undefined {
    return this.#outbox.get(id)?.answered;
  }

  acknowledge(ids: readonly string[]): void {
    for (const id of ids) {
      this.#chars -= this.#outbox.get(id)?.chars ?? 0;
      this.#outbox.delete(id);
    }
  }

  /** Forget everything; what runs is answered to nobody. */
  clear(): void {
    this.#running.clear();
    this.#outbox.clear();
    this.#chars = 0;
  }

  running(): readonly Running[] {
    return [...this.#running.values()];
  }

  /** Unacknowledged answers, oldest first. */
  outbox(): readonly Answered[] {
    return [...this.#outbox.values()].map((kept) => kept.answered);
  }
}
