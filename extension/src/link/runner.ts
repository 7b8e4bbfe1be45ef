/** Runs calls against the tools: deadline, cancel and stop end in exactly one answer each. */
import type { ToolCall, ToolFault } from "../generated/protocol.js";
import { isFields, present, text } from "./fields.js";
import type { Answer } from "./frames.js";
import type { CallContext, Clock, RunTool } from "./ports.js";

/** Why a call was told to stop; it becomes the call's answer. */
export class CallAborted extends Error {
  constructor(
    readonly code: "CANCELLED" | "COMMAND_TIMEOUT",
    message: string,
  ) {
    super(message);
  }
}

/** How long a stopped tool may take to tidy up. The hub waits 2 s before it goes on without the browser. */
export const TIDY_MS = 1_000;

export interface RunnerOutput {
  answered(id: string, answer: Answer): void;
  progress(id: string, note: string): void;
}

interface Active {
  readonly controller: AbortController;
  settled: boolean;
  disarm(): void;
}

/** What a rejected tool says to the hub; anything without a code is a defect of ours. */
function fault(error: unknown): ToolFault {
  const message = error instanceof Error ? error.message : String(error);
  const facts = isFields(error) ? error : {};
  return {
    code: text(facts["code"]) ?? "INTERNAL",
    message,
    ...present({ details: isFields(facts["details"]) ? facts["details"] : undefined }),
  };
}

export class Runner {
  readonly #active = new Map<string, Active>();

  constructor(
    private readonly tool: RunTool,
    private readonly clock: Clock,
    private readonly output: RunnerOutput,
  ) {}

  /** Start a call now. Its answer comes through `answered`, once, whatever the tool does. */
  run(call: ToolCall): void {
    const controller = new AbortController();
    const late = `The command did not finish within ${String(call.deadlineMs)} ms.`;
    const disarm = this.clock.after(call.deadlineMs, () => {
      this.#abort(call.id, new CallAborted("COMMAND_TIMEOUT", late));
    });
    const active: Active = { controller, settled: false, disarm };
    this.#active.set(call.id, active);
    void this.#execute(call, active);
  }

  /** Stop one call; unknown ids are those that have just been answered. */
  cancel(id: string, reason: string): void {
    this.#abort(id, new CallAborted("CANCELLED", reason));
  }

  /** Stop everything that runs here; how many calls that were. */
  stopAll(reason: string): number {
    const ids = [...this.#active.keys()];
    for (const id of ids) this.cancel(id, reason);
    return ids.length;
  }

  async #execute(call: ToolCall, active: Active): Promise<void> {
    const { signal } = active.controller;
    const context: CallContext = {
      callId: call.id,
      signal,
      deadlineMs: call.deadlineMs,
      ...present({
        taskId: call.taskId,
        commandId: call.commandId,
        taskName: call.taskName,
        session: call.session,
        dialogs: call.dialogs,
      }),
      progress: (note) => {
        if (!active.settled) this.output.progress(call.id, note);
      },
    };
    try {
      const result = await this.tool(call.name, call.args, context);
      this.#settle(call.id, active, { result: { ...result } });
    } catch (error) {
      this.#settle(call.id, active, { error: fault(error) });
    }
  }

  #abort(id: string, why: CallAborted): void {
    const active = this.#active.get(id);
    if (active === undefined || active.controller.signal.aborted) return;
    active.disarm();
    active.disarm = this.clock.after(TIDY_MS, () => {
      this.#settle(id, active, { error: fault(why) });
    });
    active.controller.abort(why);
  }

  /** An aborted call is answered with the reason of its abort: what the tool says then is a consequence of it. */
  #settle(id: string, active: Active, answer: Answer): void {
    if (active.settled) return;
    active.settled = true;
    active.disarm();
    this.#active.delete(id);
    const why: unknown = active.controller.signal.reason;
    this.output.answered(id, why instanceof CallAborted ? { error: fault(why) } : answer);
  }
}
