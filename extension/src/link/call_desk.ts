/** Takes the hub's calls, has them run, and keeps each answer until the hub has stored it. */
import type { BrowserFrame, Hello, ToolCall } from "../generated/protocol.js";
import type { Answer, Answered, CallRef } from "./frames.js";
import { Ledger, type Running, refOf } from "./ledger.js";
import type { CallMemory, Remembered } from "./memory.js";
import type { Clock, RunTool } from "./ports.js";
import { Runner } from "./runner.js";

/** A frame over 32 MiB would close the link, again and again, since the answer would be said again. */
const FRAME_BYTES = 31 * 1024 * 1024;

export interface DeskParts {
  readonly clock: Clock;
  readonly tool: RunTool;
  readonly memory: CallMemory;
  readonly remembered: Remembered;
  /** Whether a call may simply run again after its worker died: such calls leave no trace in the memory. */
  readonly retrySafe: (call: ToolCall) => boolean;
  /** Sends when the link stands; whether it could. */
  readonly send: (text: string) => boolean;
  readonly changed: () => void;
}

const encoder = new TextEncoder();

function tooLarge(frame: string): boolean {
  return frame.length * 3 > FRAME_BYTES && encoder.encode(frame).byteLength > FRAME_BYTES;
}

/** The answer's frame. */
function encode(id: string, answer: Answer): string {
  const frame: BrowserFrame =
    "error" in answer
      ? { type: "tool_error", id, error: answer.error }
      : { type: "tool_result", id, result: answer.result };
  return JSON.stringify(frame);
}

function oversize(chars: number): Answer {
  const mib = Math.ceil(chars / 1024 / 1024);
  const message = `The result has ${String(mib)} MiB; the link carries at most 31. Ask for less of it.`;
  return { error: { code: "NOT_SUPPORTED", message } };
}

export class CallDesk {
  readonly #ledger = new Ledger();
  readonly #runner: Runner;
  #epoch = 0;
  #said: ReadonlySet<string> = new Set();

  constructor(private readonly parts: DeskParts) {
    for (const answered of parts.remembered.outbox) {
      this.#ledger.keep(answered, encode(answered.id, answered).length);
    }
    this.#runner = new Runner(parts.tool, parts.clock, {
      answered: (id, answer) => {
        this.#answered(id, answer);
      },
      progress: (id, note) => {
        parts.send(JSON.stringify({ type: "tool_progress", id, note }));
      },
    });
  }

  get running(): readonly Running[] {
    return this.#ledger.running();
  }

  /** What a hello says. Lanes run one call at a time; a call outside any task is named only when no task runs. */
  account(): Pick<Hello, "running" | "outbox" | "memory"> {
    const running = this.#ledger.running();
    // The newest: an older one that still runs has been given up by the hub.
    const newest: CallRef | undefined = running.findLast((call) => call.taskId !== undefined) ?? running.at(-1);
    const outbox = this.#ledger.outbox();
    this.#said = new Set(outbox.map((answered) => answered.id));
    return { ...(newest === undefined ? {} : { running: refOf(newest) }), outbox, memory: this.parts.remembered.memory };
  }

  /** A new epoch: calls of older ones are void. Answers that came after the hello are sent now. */
  welcomed(epoch: number, acks: readonly string[]): void {
    this.#epoch = epoch;
    this.acknowledge(acks);
    for (const answered of this.#ledger.outbox()) if (!this.#said.has(answered.id)) this.#send(answered);
  }

  /** Run a call at once; a second arrival of an id is answered from the outbox, or waits for the first. */
  call(call: ToolCall): void {
    if (call.epoch < this.#epoch) return;
    switch (this.#ledger.admit(call.id)) {
      case "ignore":
        return;
      case "resend": {
        const answered = this.#ledger.answered(call.id);
        if (answered !== undefined) this.#send(answered);
        return;
      }
      case "run":
        this.#ledger.begin(call, this.parts.clock.now());
        if (!this.parts.retrySafe(call)) this.parts.memory.starts(call);
        this.#runner.run(call);
        this.parts.changed();
    }
  }

  cancel(id: string, reason: string): void {
    this.#runner.cancel(id, reason);
  }

  stopAll(reason: string): number {
    return this.#runner.stopAll(reason);
  }

  /** Another hub is served from now on: nothing of the former one's calls is told to it. */
  serve(owner: string): void {
    if (!this.parts.memory.belongTo(owner)) return;
    this.#ledger.clear();
    this.stopAll("this browser serves another hub now");
  }

  /** There is no link any more over which an answer could be acknowledged. */
  linkLost(): void {
    this.parts.memory.linkLost();
  }

  acknowledge(ids: readonly string[]): void {
    this.#ledger.acknowledge(ids);
    this.parts.memory.forget(ids);
  }

  #answered(id: string, answer: Answer): void {
    let frame = encode(id, answer);
    let final = answer;
    if (tooLarge(frame)) {
      final = oversize(frame.length);
      frame = encode(id, final);
    }
    const answered = this.#ledger.settle(id, final, frame.length);
    if (answered === undefined) return;
    // First the hub, then the memory: what the memory costs must not delay the answer.
    const sent = this.parts.send(frame);
    this.parts.memory.settles(answered, frame.length, sent);
    this.parts.changed();
  }

  #send(answered: Answered): void {
    this.parts.send(encode(answered.id, answered));
  }
}
