/** Takes the hub's calls, has them run, and keeps each answer until the hub has stored it. */
import type { BrowserFrame, Hello, ToolCall } from "../generated/protocol.js";
import type { Answer, Answered, CallRef } from "./frames.js";
import { hasSucceeded, Ledger, type Running, refOf } from "./ledger.js";
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
  /** What runs here has changed. */
  readonly worked: () => void;
}

const encoder = new TextEncoder();

function tooLarge(frame: string): boolean {
  return frame.length * 3 > FRAME_BYTES && encoder.encode(frame).byteLength > FRAME_BYTES;
}

/** What a call is answered with that never began, since what it was to come after did not succeed. */
const NOT_BEGUN = "The command before it did not succeed.";

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
  /** Calls that are to come after another, by the id of that one. */
  readonly #waiting = new Map<string, ToolCall>();
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
    // Of what waits nothing is said, so the hub will send it again.
    this.#waiting.clear();
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

  /** Run a call in its turn; a second arrival of an id is answered from the outbox, or waits for the first. */
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
        this.#enter(call);
    }
  }

  cancel(id: string, reason: string): void {
    const [first, call] = [...this.#waiting].find(([, waiting]) => waiting.id === id) ?? [];
    if (first === undefined || call === undefined) {
      this.#runner.cancel(id, reason);
      return;
    }
    this.#waiting.delete(first);
    this.#refuse(call, reason);
  }

  stopAll(reason: string): number {
    return this.#runner.stopAll(reason);
  }

  /** Another hub is served from now on: nothing of the former one's calls is told to it. */
  serve(owner: string): void {
    if (!this.parts.memory.belongTo(owner)) return;
    this.#waiting.clear();
    this.#ledger.clear();
    this.stopAll("this browser serves another hub now");
  }

  /** There is no link any more over which an answer could be acknowledged. */
  linkLost(): void {
    this.#waiting.clear();
    this.parts.memory.linkLost();
  }

  taskEnded(taskId: string): void {
    this.parts.memory.taskEnded(taskId);
  }

  acknowledge(ids: readonly string[]): void {
    this.#ledger.acknowledge(ids);
    this.parts.memory.forget(ids);
  }

  #enter(call: ToolCall): void {
    const { after } = call;
    if (after === undefined) {
      this.#begin(call);
      return;
    }
    const former = this.#ledger.answered(after);
    if (former !== undefined && hasSucceeded(former)) this.#begin(call);
    else if (this.#isToCome(after)) this.#waiting.set(after, call);
    else this.#refuse(call, NOT_BEGUN);
  }

  #isToCome(id: string): boolean {
    return this.#ledger.admit(id) === "ignore" || [...this.#waiting.values()].some((call) => call.id === id);
  }

  #begin(call: ToolCall): void {
    this.#ledger.begin(call, this.parts.clock.now());
    if (!this.parts.retrySafe(call)) this.parts.memory.starts(call);
    this.#runner.run(call);
    this.parts.worked();
  }

  #refuse(call: ToolCall, message: string): void {
    const answered: Answered = { ...refOf(call), error: { code: "CANCELLED", message, details: { begun: false } } };
    this.#ledger.keep(answered, encode(call.id, answered).length);
    this.#send(answered);
    const behind = this.#behind(call.id);
    if (behind !== undefined) this.#refuse(behind, NOT_BEGUN);
  }

  /** The call that waits for `id`, no more. */
  #behind(id: string): ToolCall | undefined {
    const call = this.#waiting.get(id);
    this.#waiting.delete(id);
    return call;
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
    const tell = (): void => {
      if (this.#ledger.answered(id) === undefined) return; // what was another hub's
      // First the hub, then the memory: what the memory costs must not delay the answer.
      const sent = this.parts.send(frame);
      this.parts.memory.settles(answered, frame.length, sent);
    };
    const behind = this.#behind(id);
    if (behind !== undefined && !("error" in final)) {
      // What comes next is at work in the page while the answer is sent.
      this.#begin(behind);
      this.parts.clock.soon(tell);
    } else {
      tell();
      if (behind !== undefined) this.#refuse(behind, NOT_BEGUN);
    }
    this.parts.worked();
  }

  #send(answered: Answered): void {
    this.parts.send(encode(answered.id, answered));
  }
}
