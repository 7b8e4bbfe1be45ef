import { describe, expect, it } from "vitest";
import { ACK_WITHIN_MS, CallMemory, TIDY_MS } from "../../src/link/memory";
import { FakeClock, FakeSession } from "./fakes";

/** A call outside any task: such are noted one by one. */
const REF = { id: "a#1", commandId: "t_cmd_0" };
const ANSWER = { ...REF, result: { content: [] } };
const INTERRUPTED = { ...REF, error: { code: "INSTANCE_DISCONNECTED" } };
const MIB = 1024 * 1024;

/** A worker of the browser that keeps `store`. */
function worker(store: FakeSession, clock = new FakeClock()): CallMemory {
  return new CallMemory(store, clock);
}

/** What the next worker of the same browser finds. */
function next(store: FakeSession): ReturnType<CallMemory["recall"]> {
  return worker(store).recall("another");
}

describe("what outlives the worker", () => {
  it("is named once per lifetime of the browser", async () => {
    const store = new FakeSession();
    expect((await worker(store).recall("first")).memory).toBe("first");
    expect((await next(store)).memory).toBe("first");
  });

  it("answers a call that died with its worker as interrupted", async () => {
    const store = new FakeSession();
    worker(store).starts(REF);
    const { outbox } = await next(store);
    expect(outbox).toMatchObject([INTERRUPTED]);
    expect((await next(store)).outbox).toEqual(outbox);
  });

  it("keeps answers until they are acknowledged", async () => {
    const store = new FakeSession();
    const memory = worker(store);
    const error = { code: "TAB_GONE", message: "gone", details: { tabId: 4 } };
    memory.starts(REF);
    memory.starts({ id: "b#1" });
    memory.settles(ANSWER, 20, false);
    memory.settles({ id: "b#1", error }, 20, false);
    expect((await next(store)).outbox).toEqual([ANSWER, { id: "b#1", error }]);
    const later = worker(store);
    await later.recall("x");
    later.forget(["a#1", "unknown"]);
    expect([...store.kept.keys()]).toContain("call:b#1");
    expect([...store.kept.keys()]).not.toContain("call:a#1");
  });

  it("leaves no trace of calls that may simply run again", async () => {
    const store = new FakeSession();
    const clock = new FakeClock();
    const memory = worker(store, clock);
    memory.settles(ANSWER, 20, false);
    memory.settles(ANSWER, 20, true);
    clock.pass(TIDY_MS);
    memory.forget([REF.id]);
    expect(store.writes).toEqual([]);
    expect((await next(store)).outbox).toEqual([]);
  });

  it("settles a result that is too large to keep, instead of letting its call run twice", async () => {
    const store = new FakeSession();
    const memory = worker(store);
    memory.starts(REF);
    memory.settles({ ...REF, result: { big: true } }, 2 * MIB, false);
    expect((await next(store)).outbox).toMatchObject([{ ...REF, error: { code: "INTERNAL", details: { succeeded: true } } }]);
  });

  it("stays below the browser's quota, and has room again when answers are forgotten", async () => {
    const store = new FakeSession();
    const memory = worker(store);
    for (let i = 0; i < 9; i++) {
      memory.starts({ id: `c${i}` });
      memory.settles({ id: `c${i}`, result: { i } }, MIB, false);
    }
    memory.forget(["c0"]);
    expect([...store.kept.keys()]).not.toContain("call:c0");
    memory.starts({ id: "last" });
    memory.settles({ id: "last", result: { i: 9 } }, MIB, false);
    const { outbox } = await next(store);
    expect(outbox.filter((answered) => "error" in answered).map(({ id }) => id)).toEqual(["c8"]);
  });

  it("remembers that a hub sent this browser away", async () => {
    const store = new FakeSession();
    worker(store).noteOff({ why: "replaced", said: "newer link" });
    expect((await next(store)).off).toEqual({ why: "replaced", said: "newer link" });
    worker(store).clearOff();
    expect((await next(store)).off).toBeUndefined();
  });

  it.each([[7], [{ why: "bored" }]])("makes nothing of records that it cannot read: %j", async (record) => {
    const store = new FakeSession();
    store.put("off", record);
    store.put("call:x", record);
    store.put("started", { calls: [record], task: record });
    expect(await next(store)).toMatchObject({ off: undefined, outbox: [] });
  });
});

describe("what a call costs", () => {
  it("is one write when its answer is acknowledged in time", () => {
    const store = new FakeSession();
    const clock = new FakeClock();
    const memory = worker(store, clock);
    for (let i = 0; i < 100; i++) {
      memory.starts({ id: `c${i}` });
      memory.settles({ id: `c${i}`, result: { i } }, MIB, true);
      clock.pass(4);
      memory.forget([`c${i}`]);
    }
    expect(store.writes).toEqual(Array.from({ length: 100 }, () => "put started"));
    expect(store.kept.get("started")).toEqual({ calls: [{ id: "c99" }] });
    clock.pass(TIDY_MS);
    expect(store.kept.size).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it("is one write too when the acknowledgement arrives behind the next call", () => {
    const store = new FakeSession();
    const memory = worker(store);
    memory.starts(REF);
    memory.settles(ANSWER, 20, true);
    memory.starts({ id: "b#1" });
    memory.forget([REF.id]);
    memory.starts({ id: "c#1" });
    expect(store.writes).toHaveLength(3);
    expect(store.kept.get("started")).toEqual({ calls: [{ id: "b#1" }, { id: "c#1" }] });
  });
});

describe("an answer that was sent", () => {
  async function sent(): Promise<{ store: FakeSession; clock: FakeClock; memory: CallMemory }> {
    const store = new FakeSession();
    const clock = new FakeClock();
    const memory = worker(store, clock);
    await memory.recall("life");
    memory.starts(REF);
    memory.settles(ANSWER, 20, true);
    return { store, clock, memory };
  }

  it("is not known to a worker that comes before it was acknowledged or written down", async () => {
    const { store, clock } = await sent();
    clock.pass(ACK_WITHIN_MS - 1);
    expect((await next(store)).outbox).toMatchObject([INTERRUPTED]);
  });

  it("is written down when the acknowledgement is late, and forgotten as soon as it comes", async () => {
    const { store, clock, memory } = await sent();
    clock.pass(ACK_WITHIN_MS);
    expect((await next(store)).outbox).toEqual([ANSWER]);
    memory.forget([REF.id]);
    expect([...store.kept.keys()]).not.toContain("call:a#1");
    clock.pass(TIDY_MS);
    expect((await next(store)).outbox).toEqual([]);
  });

  it("is written down at once when the link is lost", async () => {
    const { store, clock, memory } = await sent();
    memory.linkLost();
    expect((await next(store)).outbox).toEqual([ANSWER]);
    const { length } = store.writes;
    clock.pass(ACK_WITHIN_MS);
    expect(store.writes).toHaveLength(length);
  });

  it("counts against the quota like any other, once it is written down", async () => {
    const store = new FakeSession();
    const memory = worker(store);
    for (let i = 0; i < 9; i++) {
      memory.starts({ id: `c${i}` });
      memory.settles({ id: `c${i}`, result: { i } }, MIB, true);
    }
    memory.linkLost();
    const { outbox } = await next(store);
    expect(outbox.filter((answered) => "error" in answered).map(({ id }) => id)).toEqual(["c8"]);
  });

  it("is an interrupted call at worst for a worker that comes right after the acknowledgement", async () => {
    const { store, memory } = await sent();
    memory.forget([REF.id]);
    const clock = new FakeClock();
    const later = worker(store, clock);
    expect((await later.recall("x")).outbox).toMatchObject([INTERRUPTED]);
    later.forget([REF.id]);
    clock.pass(TIDY_MS);
    expect((await next(store)).outbox).toEqual([]);
  });

  it("is told by its record, though the list of started calls still names it", async () => {
    const { store, memory } = await sent();
    memory.linkLost();
    expect(store.kept.get("started")).toEqual({ calls: [REF] });
    const later = worker(store);
    expect((await later.recall("x")).outbox).toEqual([ANSWER]);
    later.forget([REF.id]);
    later.starts({ id: "b#1" });
    expect((await next(store)).outbox.map(({ id }) => id)).toEqual(["b#1"]);
  });

  it("leaves nothing to another hub", async () => {
    const { store, memory } = await sent();
    memory.belongTo("one");
    memory.linkLost();
    const later = worker(store);
    await later.recall("x");
    later.belongTo("two");
    expect([...store.kept.keys()].sort()).toEqual(["memory", "owner"]);
  });
});

describe("a task", () => {
  const FIRST = { id: "t_cmd_0#1", taskId: "t", commandId: "t_cmd_0" };
  const SECOND = { id: "t_cmd_1#1", taskId: "t", commandId: "t_cmd_1" };

  async function atWork(): Promise<{ store: FakeSession; clock: FakeClock; memory: CallMemory }> {
    const store = new FakeSession();
    const clock = new FakeClock();
    const memory = worker(store, clock);
    await memory.recall("life");
    memory.starts(FIRST);
    return { store, clock, memory };
  }

  it("is noted once, however many calls it has", async () => {
    const { store, clock, memory } = await atWork();
    memory.settles({ ...FIRST, result: {} }, 20, true);
    for (let i = 1; i < 100; i++) {
      memory.starts({ ...SECOND, id: `c${i}` });
      memory.settles({ ...SECOND, id: `c${i}`, result: {} }, 20, true);
      memory.forget([`c${i - 1}`]);
    }
    memory.forget([FIRST.id, "c99"]);
    memory.taskEnded("t");
    clock.pass(TIDY_MS);
    expect(store.writes).toEqual(["put memory", "put started", "drop started"]);
    expect(clock.pending).toBe(0);
  });

  it("takes the name of the memory with it when its worker dies, since nobody knows which of its calls began", async () => {
    const { store, memory } = await atWork();
    memory.settles({ ...FIRST, result: {} }, 20, false);
    memory.starts(SECOND);
    expect(await next(store)).toMatchObject({ memory: "another", outbox: [{ id: FIRST.id, result: {} }] });
    expect(await worker(store).recall("a third")).toMatchObject({ memory: "another" });
  });

  it("leaves the memory its name as soon as it is over", async () => {
    const { store, memory } = await atWork();
    memory.taskEnded("another");
    expect(store.kept.get("started")).toMatchObject({ task: "t" });
    memory.forget([FIRST.id]);
    memory.taskEnded("t");
    expect((await next(store)).memory).toBe("life");
  });

  it("is no longer noted when the next one starts", async () => {
    const { store, memory } = await atWork();
    memory.forget([FIRST.id]);
    memory.taskEnded("t");
    memory.starts({ id: "u_cmd_0#1", taskId: "u" });
    expect(store.writes).toEqual(["put memory", "put started", "drop started", "put started"]);
    expect(store.kept.get("started")).toEqual({ task: "u", calls: [] });
  });

  it("is told apart call by call from when the link is lost, after which none starts", async () => {
    const { store, memory } = await atWork();
    memory.settles({ ...FIRST, result: {} }, 20, true);
    memory.starts(SECOND);
    memory.linkLost();
    expect(await next(store)).toMatchObject({
      memory: "life",
      outbox: [{ id: FIRST.id, result: {} }, { id: SECOND.id, error: { code: "INSTANCE_DISCONNECTED" } }],
    });
  });

  it("does not hide the calls of others", async () => {
    const { store, memory } = await atWork();
    memory.starts(REF);
    memory.starts({ id: "u_cmd_0#1", taskId: "u" });
    expect(store.kept.get("started")).toEqual({ task: "u", calls: [FIRST, REF] });
    expect((await next(store)).outbox).toMatchObject([{ id: FIRST.id }, INTERRUPTED]);
  });

  it("is nothing to another hub", async () => {
    const { store, memory } = await atWork();
    memory.belongTo("one");
    memory.belongTo("two");
    expect([...store.kept.keys()].sort()).toEqual(["memory", "owner"]);
    expect((await next(store)).memory).toBe("life");
  });
});
