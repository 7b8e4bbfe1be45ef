import { describe, expect, it } from "vitest";
import type { ToolCall } from "../../src/generated/protocol";
import { Ledger } from "../../src/link/ledger";

function call(id: string, more: Partial<ToolCall> = {}): ToolCall {
  return { type: "tool_call", id, name: "n", args: {}, epoch: 1, deadlineMs: 1, ...more };
}

const MIB = 1024 * 1024;

describe("the ledger of calls", () => {
  it("runs an id once, says its answer again, and lets it run anew when it is forgotten", () => {
    const ledger = new Ledger();
    expect(ledger.admit("a")).toBe("run");
    ledger.begin(call("a"), 5);
    expect(ledger.admit("a")).toBe("ignore");
    ledger.settle("a", { result: {} }, 10);
    expect(ledger.admit("a")).toBe("resend");
    ledger.acknowledge(["a", "unknown"]);
    expect(ledger.admit("a")).toBe("run");
  });

  it("keeps the ids that an answer belongs to", () => {
    const ledger = new Ledger();
    ledger.begin(call("a", { taskId: "t", commandId: "t_cmd_0", taskName: "Tea" }), 5);
    expect(ledger.running()).toEqual([
      { id: "a", taskId: "t", commandId: "t_cmd_0", name: "n", taskName: "Tea", sinceMs: 5 },
    ]);
    ledger.settle("a", { result: { x: 1 } }, 10);
    expect(ledger.running()).toEqual([]);
    expect(ledger.outbox()).toEqual([{ id: "a", taskId: "t", commandId: "t_cmd_0", result: { x: 1 } }]);
  });

  it("answers a call once", () => {
    const ledger = new Ledger();
    ledger.begin(call("a"), 5);
    expect(ledger.settle("a", { result: {} }, 1)).toBeDefined();
    expect(ledger.settle("a", { error: { code: "INTERNAL", message: "" } }, 1)).toBeUndefined();
  });

  it("shrinks its oldest results when a hub stays away, so that a hello fits into one frame", () => {
    const ledger = new Ledger();
    for (const id of ["a", "b", "c"]) {
      ledger.begin(call(id), 0);
      ledger.settle(id, { result: { id } }, 10 * MIB);
    }
    const [a, b, c] = ledger.outbox();
    expect(a).toMatchObject({ id: "a", error: { code: "INTERNAL" } });
    expect(b).toEqual({ id: "b", result: { id: "b" } });
    expect(c).toEqual({ id: "c", result: { id: "c" } });
  });

  it("has room again once answers are acknowledged", () => {
    const ledger = new Ledger();
    for (let round = 0; round < 10; round++) {
      ledger.begin(call("a"), 0);
      ledger.settle("a", { result: { round } }, 20 * MIB);
      expect(ledger.answered("a")).toEqual({ id: "a", result: { round } });
      ledger.acknowledge(["a"]);
    }
  });
});
