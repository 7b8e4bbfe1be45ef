import { describe, expect, it } from "vitest";
import { CallMemory } from "../../src/link/memory";
import { FakeSession } from "./fakes";

const REF = { id: "a#1", taskId: "t", commandId: "t_cmd_0" };
const MIB = 1024 * 1024;

/** What the next worker of the same browser finds. */
function next(store: FakeSession): ReturnType<CallMemory["recall"]> {
  return new CallMemory(store).recall("another");
}

describe("what outlives the worker", () => {
  it("is named once per lifetime of the browser", async () => {
    const store = new FakeSession();
    expect((await new CallMemory(store).recall("first")).memory).toBe("first");
    expect((await next(store)).memory).toBe("first");
  });

  it("answers a call that died with its worker as interrupted", async () => {
    const store = new FakeSession();
    new CallMemory(store).starts(REF);
    const { outbox } = await next(store);
    expect(outbox).toMatchObject([{ ...REF, error: { code: "INSTANCE_DISCONNECTED" } }]);
    expect((await next(store)).outbox).toEqual(outbox);
  });

  it("keeps answers until they are acknowledged", async () => {
    const store = new FakeSession();
    const memory = new CallMemory(store);
    const error = { code: "TAB_GONE", message: "gone", details: { tabId: 4 } };
    memory.starts(REF);
    memory.starts({ id: "b#1" });
    memory.settles({ ...REF, result: { content: [] } }, 20);
    memory.settles({ id: "b#1", error }, 20);
    expect((await next(store)).outbox).toEqual([
      { ...REF, result: { content: [] } },
      { id: "b#1", error },
    ]);
    const later = new CallMemory(store);
    await later.recall("x");
    later.forget(["a#1", "unknown"]);
    expect((await next(store)).outbox).toEqual([{ id: "b#1", error }]);
  });

  it("leaves no trace of calls that may simply run again", async () => {
    const store = new FakeSession();
    const memory = new CallMemory(store);
    memory.settles({ ...REF, result: {} }, 20);
    memory.forget([REF.id]);
    expect(store.kept.size).toBe(0);
    expect((await next(store)).outbox).toEqual([]);
  });

  it("settles a result that is too large to keep, instead of letting its call run twice", async () => {
    const store = new FakeSession();
    const memory = new CallMemory(store);
    memory.starts(REF);
    memory.settles({ ...REF, result: { big: true } }, 2 * MIB);
    expect((await next(store)).outbox).toMatchObject([{ ...REF, error: { code: "INTERNAL" } }]);
  });

  it("stays below the browser's quota, and has room again when answers are forgotten", async () => {
    const store = new FakeSession();
    const memory = new CallMemory(store);
    for (let i = 0; i < 9; i++) {
      memory.starts({ id: `c${i}` });
      memory.settles({ id: `c${i}`, result: { i } }, MIB);
    }
    memory.forget(["c0"]);
    memory.starts({ id: "last" });
    memory.settles({ id: "last", result: { i: 9 } }, MIB);
    const { outbox } = await next(store);
    expect(outbox.filter((answered) => "error" in answered).map(({ id }) => id)).toEqual(["c8"]);
  });

  it("remembers that a hub sent this browser away", async () => {
    const store = new FakeSession();
    new CallMemory(store).noteOff({ why: "replaced", said: "newer link" });
    expect((await next(store)).off).toEqual({ why: "replaced", said: "newer link" });
    new CallMemory(store).clearOff();
    expect((await next(store)).off).toBeUndefined();
  });

  it.each([[7], [{ why: "bored" }]])("makes nothing of records that it cannot read: %j", async (record) => {
    const store = new FakeSession();
    store.put("off", record);
    store.put("call:x", record);
    expect(await next(store)).toMatchObject({ off: undefined, outbox: [] });
  });
});
