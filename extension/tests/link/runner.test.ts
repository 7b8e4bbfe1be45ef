import { describe, expect, it } from "vitest";
import type { ToolCall } from "../../src/generated/protocol";
import type { Answer } from "../../src/link/frames";
import type { CallContext, McpResult } from "../../src/link/ports";
import { Runner, TIDY_MS } from "../../src/link/runner";
import { FakeClock, settled } from "./fakes";

const RESULT: McpResult = { content: [], structuredContent: { ok: true } };

class Failed extends Error {
  readonly code = "TAB_GONE";
  readonly details = { tabId: 4 };
}

function call(id: string, more: Partial<ToolCall> = {}): ToolCall {
  return { type: "tool_call", id, name: "n", args: {}, epoch: 1, deadlineMs: 1_000, ...more };
}

/** A runner whose tool does what the test says. */
function running(tool: (context: CallContext) => Promise<McpResult>): {
  runner: Runner;
  clock: FakeClock;
  answers: [string, Answer][];
  notes: string[];
} {
  const clock = new FakeClock();
  const answers: [string, Answer][] = [];
  const notes: string[] = [];
  const runner = new Runner((_name, _args, context) => tool(context), clock, {
    answered: (id, answer) => answers.push([id, answer]),
    progress: (id, note) => notes.push(`${id}: ${note}`),
  });
  return { runner, clock, answers, notes };
}

/** A tool that ends as soon as it is told to stop. */
function obedient({ signal }: CallContext): Promise<McpResult> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => {
      reject(new Error("stopped"));
    });
  });
}

const never = (): Promise<McpResult> => new Promise(() => undefined);

describe("running a call", () => {
  it("answers with the tool's result", async () => {
    const { runner, clock, answers } = running(() => Promise.resolve(RESULT));
    runner.run(call("a"));
    await settled();
    expect(answers).toEqual([["a", { result: RESULT }]]);
    expect(clock.pending).toBe(0);
  });

  it("answers with the tool's code, message and details", async () => {
    const { runner, answers } = running(() => Promise.reject(new Failed("the tab was closed")));
    runner.run(call("a"));
    await settled();
    const error = { code: "TAB_GONE", message: "the tab was closed", details: { tabId: 4 } };
    expect(answers).toEqual([["a", { error }]]);
  });

  it.each([
    [new TypeError("x is undefined"), "x is undefined"],
    [new Error(""), ""],
  ])("calls anything without a code a defect: %s", async (thrown, message) => {
    const { runner, answers } = running(() => Promise.reject(thrown));
    runner.run(call("a"));
    await settled();
    expect(answers).toEqual([["a", { error: { code: "INTERNAL", message } }]]);
  });

  it("tells the tool whose call it is", async () => {
    let seen: CallContext | undefined;
    const { runner } = running((context) => {
      seen = context;
      return Promise.resolve(RESULT);
    });
    runner.run(call("a", { taskId: "t", commandId: "t_cmd_0", taskName: "Tea", session: "s", dialogs: "accept" }));
    await settled();
    expect(seen).toMatchObject({
      callId: "a",
      taskId: "t",
      commandId: "t_cmd_0",
      taskName: "Tea",
      session: "s",
      dialogs: "accept",
      deadlineMs: 1_000,
    });
  });

  it("passes notes on while it runs, and none afterwards", async () => {
    let context: CallContext | undefined;
    let finish: (result: McpResult) => void = () => undefined;
    const { runner, notes } = running((given) => {
      context = given;
      return new Promise((resolve) => {
        finish = resolve;
      });
    });
    runner.run(call("a"));
    context?.progress("half");
    finish(RESULT);
    await settled();
    context?.progress("too late");
    expect(notes).toEqual(["a: half"]);
  });
});

describe("ending a call early", () => {
  it("stops it at its deadline", async () => {
    const { runner, clock, answers } = running(obedient);
    runner.run(call("a"));
    clock.pass(999);
    await settled();
    expect(answers).toEqual([]);
    clock.pass(1);
    await settled();
    expect(answers).toMatchObject([["a", { error: { code: "COMMAND_TIMEOUT" } }]]);
    expect(clock.pending).toBe(0);
  });

  it("answers a cancel with its reason, whatever the tool says then", async () => {
    const { runner, answers } = running(obedient);
    runner.run(call("a"));
    runner.cancel("a", "task cancelled");
    runner.cancel("a", "again");
    await settled();
    expect(answers).toEqual([["a", { error: { code: "CANCELLED", message: "task cancelled" } }]]);
  });

  it("answers for a tool that does not stop, once", async () => {
    let finish: (result: McpResult) => void = () => undefined;
    const { runner, clock, answers } = running(
      () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    );
    runner.run(call("a"));
    runner.cancel("a", "enough");
    clock.pass(TIDY_MS - 1);
    expect(answers).toEqual([]);
    clock.pass(1);
    expect(answers).toMatchObject([["a", { error: { code: "CANCELLED" } }]]);
    finish(RESULT);
    await settled();
    expect(answers).toHaveLength(1);
  });

  it("stops all calls at once and says how many there were", async () => {
    const { runner, answers } = running(obedient);
    runner.run(call("a"));
    runner.run(call("b"));
    expect(runner.stopAll("stopped by the person at the browser")).toBe(2);
    await settled();
    expect(answers.map(([id]) => id)).toEqual(["a", "b"]);
    expect(runner.stopAll("again")).toBe(0);
  });

  it("knows nothing of a call that has been answered", () => {
    const { runner, clock, answers } = running(never);
    runner.cancel("gone", "late");
    clock.pass(10_000);
    expect(answers).toEqual([]);
  });
});
