/** Whole conversations between a browser and a scripted hub. */
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/generated/protocol";
import { Link } from "../../src/link/link";
import { ACK_WITHIN_MS, CallMemory, TIDY_MS } from "../../src/link/memory";
import type { CallContext, McpResult } from "../../src/link/ports";
import { FakeClock, FakeHub, type FakeLink, FakeSession, identity, PAIRING, settled, until } from "./fakes";

const RESULT: McpResult = { content: [{ type: "text", text: "{}" }], structuredContent: {} };

interface Begun {
  readonly name: string;
  readonly context: CallContext;
  readonly finish: (result: McpResult) => void;
}

class Bench {
  readonly begun: Begun[] = [];
  readonly ended: string[] = [];
  readonly link: Link;

  private constructor(
    readonly clock: FakeClock,
    readonly hub: FakeHub,
    readonly store: FakeSession,
    memory: CallMemory,
    remembered: Awaited<ReturnType<CallMemory["recall"]>>,
  ) {
    this.link = new Link({
      paused: () => false,
      clock: this.clock,
      fetch: hub.fetch,
      open: hub.open,
      identity,
      delays: (attempt) => attempt * 100,
      tool: (name, _args, context) =>
        new Promise((finish, reject) => {
          context.signal.addEventListener("abort", () => {
            reject(new Error("aborted"));
          });
          this.begun.push({ name, context, finish });
        }),
      memory,
      remembered,
      retrySafe: ({ name }) => name === "read",
      endTask: (id) => this.ended.push(id),
      worked: () => undefined,
      changed: () => undefined,
    });
  }

  /** A worker of a browser whose earlier workers left `store`. */
  static async worker(hub = new FakeHub(), store = new FakeSession()): Promise<Bench> {
    const clock = new FakeClock();
    const memory = new CallMemory(store, clock);
    return new Bench(clock, hub, store, memory, await memory.recall("life-1"));
  }

  async connected(): Promise<FakeLink> {
    this.link.start(PAIRING);
    return this.hub.welcome(this.hub.links.length + 1);
  }
}

function call(id: string, more: JsonObject = {}): JsonObject {
  return { type: "tool_call", id, name: "act", args: {}, epoch: 1, deadlineMs: 60_000, ...more };
}

describe("joining", () => {
  it("says hello with its proof and is connected by the welcome", async () => {
    const bench = await Bench.worker();
    bench.link.start(PAIRING);
    expect(bench.link.status().state.phase).toBe("connecting");
    const link = await bench.hub.link(1);
    expect(link.said).toEqual([]);
    link.listener.opened();
    expect(link.said).toMatchObject([
      { type: "hello", instanceId: "inst_1_a", protocol: 1, browser: "Chromium 156", label: "one", memory: "life-1", outbox: [] },
    ]);
    link.hears({ type: "welcome", instanceId: "inst_1_a", serverVersion: "1", protocol: 1, epoch: 5, acks: [] });
    expect(bench.link.status()).toMatchObject({ hubName: "Yard", state: { phase: "connected", epoch: 5 } });
  });

  it("opens no socket to a hub that cannot prove itself, and asks again later", async () => {
    const bench = await Bench.worker();
    bench.hub.credential = "guessed";
    bench.link.start(PAIRING);
    await until(() => bench.link.status().state.phase === "reconnecting");
    expect(bench.hub.links).toEqual([]);
    expect(bench.link.status().state).toMatchObject({ why: "unproven" });
    bench.hub.credential = PAIRING.credential;
    bench.clock.pass(100);
    await bench.hub.welcome(1);
    expect(bench.link.status().state.phase).toBe("connected");
  });

  it("takes the welcome of a client, or of another browser, for none", async () => {
    const bench = await Bench.worker();
    bench.link.start(PAIRING);
    const link = await bench.hub.link(1);
    link.listener.opened();
    link.hears({ type: "welcome", sessionId: "sess_1" });
    link.hears({ type: "welcome", instanceId: "inst_2_b", serverVersion: "1", protocol: 1, epoch: 1, acks: [] });
    link.hears(call("early"));
    expect(bench.link.status().state.phase).toBe("connecting");
    expect(bench.begun).toEqual([]);
  });

  it("gives up an attempt that gets no welcome within 10 s", async () => {
    const bench = await Bench.worker();
    bench.link.start(PAIRING);
    const link = await bench.hub.link(1);
    link.listener.opened();
    bench.clock.pass(10_000);
    expect(bench.link.status().state).toMatchObject({ phase: "reconnecting", why: "unreachable" });
    expect(link.closedWith).toBe(1000);
  });

  it("forgets an attempt that was overtaken while it registered", async () => {
    const bench = await Bench.worker();
    bench.link.start(PAIRING);
    bench.link.stop("disconnected");
    await until(() => bench.hub.registrations.length === 1);
    await settled();
    expect(bench.hub.links).toEqual([]);
    expect(bench.link.status().state).toMatchObject({ phase: "off", why: "disconnected" });
  });
});

describe("working", () => {
  it("runs a call at once and answers with the tool's result", async () => {
    const bench = await Bench.worker();
    const link = await bench.connected();
    link.hears(call("a", { taskId: "t1", commandId: "t1_cmd_0", taskName: "Tea" }));
    expect(bench.begun[0]).toMatchObject({ name: "act", context: { callId: "a", taskId: "t1", taskName: "Tea" } });
    expect(bench.link.status().running).toMatchObject([{ id: "a", taskId: "t1", taskName: "Tea" }]);
    bench.begun[0]?.finish(RESULT);
    await settled();
    expect(link.told("tool_result")).toEqual([{ type: "tool_result", id: "a", result: RESULT }]);
    expect(bench.link.status().running).toEqual([]);
  });

  it("runs calls of several callers side by side", async () => {
    const bench = await Bench.worker();
    const link = await bench.connected();
    link.hears(call("a"));
    link.hears(call("b"));
    bench.begun[1]?.finish(RESULT);
    await settled();
    bench.begun[0]?.finish(RESULT);
    await settled();
    expect(link.told("tool_result").map(({ id }) => id)).toEqual(["b", "a"]);
  });

  it("passes on what a tool notes on its way", async () => {
    const bench = await Bench.worker();
    const link = await bench.connected();
    link.hears(call("a"));
    bench.begun[0]?.context.progress("half");
    expect(link.told("tool_progress")).toEqual([{ type: "tool_progress", id: "a", note: "half" }]);
  });

  it("executes an id once, and says its answer again", async () => {
    const bench = await Bench.worker();
    const link = await bench.connected();
    link.hears(call("a"));
    link.hears(call("a"));
    bench.begun[0]?.finish(RESULT);
    await settled();
    link.hears(call("a"));
    expect(bench.begun).toHaveLength(1);
    expect(link.told("tool_result")).toHaveLength(2);
  });

  it("ignores calls of an older epoch", async () => {
    const bench = await Bench.worker();
    bench.link.start(PAIRING);
    const link = await bench.hub.welcome(1, 4);
    link.hears(call("old", { epoch: 3 }));
    link.hears(call("new", { epoch: 4 }));
    expect(bench.begun.map(({ context }) => context.callId)).toEqual(["new"]);
  });

  it("stops a cancelled call", async () => {
    const bench = await Bench.worker();
    const link = await bench.connected();
    link.hears(call("a"));
    link.hears({ type: "tool_cancel", id: "a", reason: "task cancelled" });
    await settled();
    expect(link.told("tool_error")).toEqual([
      { type: "tool_error", id: "a", error: { code: "CANCELLED", message: "task cancelled" } },
    ]);
  });

  it("stops what runs when the person says so", async () => {
    const bench = await Bench.worker();
    const link = await bench.connected();
    link.hears(call("a"));
    expect(bench.link.stopCalls("stopped by the person at the browser")).toBe(1);
    await settled();
    expect(link.told("tool_error")).toMatchObject([
      { error: { code: "CANCELLED", message: "stopped by the person at the browser" } },
    ]);
  });

  it("refuses to send a result that would break the link", async () => {
    const bench = await Bench.worker();
    const link = await bench.connected();
    link.hears(call("a"));
    bench.begun[0]?.finish({ content: [{ type: "text", text: "x".repeat(32 * 1024 * 1024) }], structuredContent: {} });
    await settled();
    expect(link.told("tool_error")).toMatchObject([{ id: "a", error: { code: "NOT_SUPPORTED" } }]);
  });

  it("lets a task's tabs go when the task is over", async () => {
    const bench = await Bench.worker();
    const link = await bench.connected();
    link.hears({ type: "task_ended", taskId: "t1", status: "completed" });
    link.hears({ type: "subscribe", console: true, network: false, off: false });
    expect(bench.ended).toEqual(["t1"]);
  });

  it("answers pings, sends its own, and tells what happens in the browser", async () => {
    const bench = await Bench.worker();
    const link = await bench.connected();
    link.hears({ type: "ping" });
    link.hears({ type: "pong" });
    link.listener.text("not json");
    bench.link.tell({ type: "event", kind: "tab", data: { tabId: 1 } });
    bench.clock.pass(20_000);
    expect(link.said.slice(1)).toEqual([
      { type: "pong" },
      { type: "event", kind: "tab", data: { tabId: 1 } },
      { type: "ping" },
    ]);
  });
});

describe("a call that comes ahead", () => {
  async function waiting(): Promise<{ bench: Bench; link: FakeLink }> {
    const bench = await Bench.worker();
    const link = await bench.connected();
    link.hears(call("a", { taskId: "t1" }));
    link.hears(call("b", { taskId: "t1", after: "a", deadlineMs: 500 }));
    return { bench, link };
  }
  const begun = (bench: Bench): readonly string[] => bench.begun.map(({ context }) => context.callId);
  const refusal = (id: string): object => ({ type: "tool_error", id, error: { code: "CANCELLED" } });
  const unbegun = (id: string): object => ({ type: "tool_error", id, error: { code: "CANCELLED", details: { begun: false } } });

  it("begins when the one before it has succeeded, without a word of the hub, and its time begins then", async () => {
    const { bench, link } = await waiting();
    bench.clock.pass(1_000);
    expect(begun(bench)).toEqual(["a"]);
    expect(bench.link.status().running.map(({ id }) => id)).toEqual(["a"]);
    bench.begun[0]?.finish(RESULT);
    await settled();
    expect(begun(bench)).toEqual(["a", "b"]);
    expect(link.told("tool_result").map(({ id }) => id)).toEqual(["a"]);
    bench.clock.pass(499);
    await settled();
    expect(link.told("tool_error")).toEqual([]);
    bench.clock.pass(1);
    await settled();
    expect(link.told("tool_error")).toMatchObject([{ id: "b", error: { code: "COMMAND_TIMEOUT" } }]);
  });

  it("is at work before the answer of the one before it is sent", async () => {
    const { bench, link } = await waiting();
    let sent: number | undefined;
    const push = bench.begun.push.bind(bench.begun);
    bench.begun.push = (...more) => {
      sent = link.told("tool_result").length;
      return push(...more);
    };
    bench.begun[0]?.finish(RESULT);
    await settled();
    expect(sent).toBe(0);
    expect(link.told("tool_result")).toHaveLength(1);
  });

  it("begins at once when the one before it has succeeded already", async () => {
    const bench = await Bench.worker();
    const link = await bench.connected();
    link.hears(call("a"));
    bench.begun[0]?.finish(RESULT);
    await settled();
    link.hears(call("b", { after: "a" }));
    expect(begun(bench)).toEqual(["a", "b"]);
  });

  it("begins behind a success whose result was too large to keep", async () => {
    const bench = await Bench.worker();
    const link = await bench.connected();
    link.hears(call("a"));
    bench.begun[0]?.finish({ content: [{ type: "text", text: "x".repeat(25 * 1024 * 1024) }], structuredContent: {} });
    await settled();
    link.hears(call("b", { after: "a" }));
    expect(begun(bench)).toEqual(["a", "b"]);
    expect(link.told("tool_error")).toEqual([]);
  });

  it("never begins when the one before it fails, and says so, as do those behind it", async () => {
    const { bench, link } = await waiting();
    link.hears(call("c", { taskId: "t1", after: "b" }));
    link.hears({ type: "tool_cancel", id: "a", reason: "task cancelled" });
    await settled();
    link.hears(call("late", { after: "a" }));
    link.hears(call("stray", { after: "nobody" }));
    expect(begun(bench)).toEqual(["a"]);
    expect(link.told("tool_error")).toMatchObject([refusal("a"), ...["b", "c", "late", "stray"].map(unbegun)]);
    expect(link.told("tool_error")[0]).not.toHaveProperty("error.details");
    link.hears({ type: "tool_ack", ids: ["a", "b", "c", "late", "stray"] });
    expect((await new CallMemory(bench.store, new FakeClock()).recall("x")).outbox).toEqual([]);
  });

  it("can be cancelled while it waits, and the one before it goes on", async () => {
    const { bench, link } = await waiting();
    link.hears({ type: "tool_cancel", id: "b", reason: "task cancelled" });
    bench.begun[0]?.finish(RESULT);
    await settled();
    expect(begun(bench)).toEqual(["a"]);
    expect(link.said.slice(1)).toMatchObject([
      { type: "tool_error", id: "b", error: { code: "CANCELLED", message: "task cancelled" } },
      { type: "tool_result", id: "a" },
    ]);
  });

  it("is stopped with the one before it when the person says so", async () => {
    const { bench, link } = await waiting();
    expect(bench.link.stopCalls("stopped")).toBe(1);
    await settled();
    expect(begun(bench)).toEqual(["a"]);
    expect(link.told("tool_error")).toMatchObject(["a", "b"].map(refusal));
  });

  it("is forgotten with the link it came over, and not named in the next hello", async () => {
    const { bench, link } = await waiting();
    link.listener.closed(1006, "");
    bench.begun[0]?.finish(RESULT);
    await settled();
    bench.clock.pass(100);
    const next = await bench.hub.welcome(2);
    expect(begun(bench)).toEqual(["a"]);
    expect(next.said[0]).toMatchObject({ ahead: true, memory: "life-1", outbox: [{ id: "a" }] });
    expect(next.said[0]).not.toHaveProperty("running");
    next.hears(call("b2", { taskId: "t1", epoch: 2 }));
    expect(begun(bench)).toEqual(["a", "b2"]);
  });

  it("is nothing to another hub", async () => {
    const { bench } = await waiting();
    bench.link.start({ ...PAIRING, instanceId: "inst_2_b", hub: "http://localhost:4400" });
    bench.begun[0]?.finish(RESULT);
    await settled();
    expect(begun(bench)).toEqual(["a"]);
  });
});

describe("coming back", () => {
  it("leaves a silent link and makes a new one at once", async () => {
    const bench = await Bench.worker();
    const link = await bench.connected();
    bench.clock.pass(45_000);
    expect(link.closedWith).toBe(1000);
    await bench.hub.welcome(2);
    expect(bench.link.status().state).toMatchObject({ phase: "connected", epoch: 2 });
  });

  it("names the running call in its hello and answers it on the new link", async () => {
    const bench = await Bench.worker();
    const link = await bench.connected();
    link.hears(call("free"));
    link.hears(call("a", { taskId: "t1", commandId: "t1_cmd_0" }));
    bench.clock.pass(6_000);
    link.listener.closed(1006, "");
    bench.clock.pass(0);
    const next = await bench.hub.welcome(2);
    expect(next.said[0]).toMatchObject({ running: { id: "a", taskId: "t1", commandId: "t1_cmd_0" } });
    bench.begun[1]?.finish(RESULT);
    await settled();
    expect(next.told("tool_result")).toMatchObject([{ id: "a" }]);
    expect(link.told("tool_result")).toEqual([]);
  });

  it("says an answer until it is acknowledged", async () => {
    const bench = await Bench.worker();
    const link = await bench.connected();
    link.hears(call("a"));
    link.hears(call("b"));
    for (const { finish } of bench.begun) finish(RESULT);
    await settled();
    link.hears({ type: "tool_ack", ids: ["a"] });
    link.listener.closed(1001, "restart");
    bench.clock.pass(100);
    const next = await bench.hub.welcome(2, 2, ["b"]);
    expect(next.said[0]).toMatchObject({ outbox: [{ id: "b", result: RESULT }] });
    next.listener.closed(1001, "restart");
    bench.clock.pass(300);
    const third = await bench.hub.welcome(3);
    expect(third.said[0]).toMatchObject({ outbox: [] });
    expect([...bench.store.kept.keys()].filter((key) => key.startsWith("call:"))).toEqual([]);
  });

  it("sends what was answered between hello and welcome", async () => {
    const bench = await Bench.worker();
    const link = await bench.connected();
    link.hears(call("a"));
    link.listener.closed(1006, "");
    bench.clock.pass(100);
    const next = await bench.hub.link(2);
    next.listener.opened();
    bench.begun[0]?.finish(RESULT);
    await settled();
    expect(next.told("tool_result")).toEqual([]);
    next.hears({ type: "welcome", instanceId: "inst_1_a", serverVersion: "1", protocol: 1, epoch: 2, acks: [] });
    expect(next.told("tool_result")).toMatchObject([{ id: "a" }]);
  });

  it("comes back when the clock is set back while it waits", async () => {
    const bench = await Bench.worker();
    const link = await bench.connected();
    link.listener.closed(1006, "");
    bench.clock.setBack(3_600_000);
    bench.clock.pass(1_000);
    await bench.hub.welcome(2);
    expect(bench.link.status().state).toMatchObject({ phase: "connected", epoch: 2 });
  });

  it("does not let the end of an old link end the new one", async () => {
    const bench = await Bench.worker();
    const link = await bench.connected();
    bench.link.start(PAIRING);
    await bench.hub.welcome(2);
    link.listener.closed(4002, "replaced");
    link.hears(call("late"));
    expect(bench.link.status().state.phase).toBe("connected");
    expect(bench.begun).toEqual([]);
  });

  it("stays away once a newer link has replaced it", async () => {
    const bench = await Bench.worker();
    const link = await bench.connected();
    link.listener.closed(4002, "replaced");
    bench.clock.pass(600_000);
    bench.link.nudge();
    await settled();
    expect(bench.link.status().state).toMatchObject({ phase: "off", why: "replaced" });
    expect(bench.hub.links).toHaveLength(1);
    expect(bench.clock.pending).toBe(0);
  });
});

describe("changing the hub", () => {
  const ELSEWHERE = { ...PAIRING, instanceId: "inst_2_b", hub: "http://localhost:4400" };

  it("tells the new hub nothing of what the former one asked", async () => {
    const bench = await Bench.worker();
    const link = await bench.connected();
    link.hears(call("done"));
    bench.begun[0]?.finish(RESULT);
    await settled();
    link.hears(call("running"));
    bench.link.start(ELSEWHERE);
    const next = await bench.hub.link(2);
    next.listener.opened();
    expect(next.said[0]).toMatchObject({ instanceId: "inst_2_b", outbox: [] });
    expect(next.said[0]).not.toHaveProperty("running");
    await until(() => bench.begun[1]?.context.signal.aborted === true);
    await settled();
    expect(next.said).toHaveLength(1);
  });

  it("forgets it even when the worker starts anew in between", async () => {
    const first = await Bench.worker();
    const link = await first.connected();
    link.hears(call("done"));
    first.begun[0]?.finish(RESULT);
    await settled();
    const second = await Bench.worker(first.hub, first.store);
    second.link.start(ELSEWHERE);
    const next = await second.hub.link(2);
    next.listener.opened();
    expect(next.said[0]).toMatchObject({ outbox: [] });
    expect([...first.store.kept.keys()].sort()).toEqual(["memory", "owner"]);
  });
});

describe("the worker's death", () => {
  it("settles a call with effects as interrupted, and leaves a call without to the hub", async () => {
    const first = await Bench.worker();
    const link = await first.connected();
    link.hears(call("done"));
    first.begun[0]?.finish(RESULT);
    await settled();
    first.clock.pass(ACK_WITHIN_MS);
    link.hears(call("cut"));
    link.hears(call("look", { name: "read" }));

    const second = await Bench.worker(first.hub, first.store);
    const next = await second.connected();
    expect(next.said[0]).toMatchObject({
      memory: "life-1",
      outbox: [
        { id: "done", result: RESULT },
        { id: "cut", error: { code: "INSTANCE_DISCONNECTED" } },
      ],
    });
    expect(next.said[0]).not.toHaveProperty("running");
    next.hears(call("cut"));
    expect(second.begun).toEqual([]);
  });

  it("notes a call with effects before its tool begins", async () => {
    const bench = await Bench.worker();
    const link = await bench.connected();
    link.hears(call("a"));
    expect(bench.store.kept.get("started")).toEqual({ calls: [{ id: "a" }] });
  });

  it("takes what it knew of a task's calls with it, and says so by another name of its memory", async () => {
    const first = await Bench.worker();
    const link = await first.connected();
    link.hears(call("cut", { taskId: "t1" }));
    const memory = await new CallMemory(first.store, new FakeClock()).recall("life-2");
    expect(memory).toMatchObject({ memory: "life-2", outbox: [] });
  });

  it("leaves its name to the memory when the task was over", async () => {
    const bench = await Bench.worker();
    const link = await bench.connected();
    link.hears(call("done", { taskId: "t1" }));
    bench.begun[0]?.finish(RESULT);
    await settled();
    link.hears({ type: "tool_ack", ids: ["done"] });
    link.hears({ type: "task_ended", taskId: "t1", status: "completed" });
    bench.clock.pass(TIDY_MS);
    expect(await new CallMemory(bench.store, new FakeClock()).recall("x")).toMatchObject({ memory: "life-1", outbox: [] });
  });

  it("costs one note per call while the hub acknowledges answers at once", async () => {
    const bench = await Bench.worker();
    const link = await bench.connected();
    const before = bench.store.writes.length;
    for (const id of ["a", "b", "c"]) {
      link.hears(call(id));
      bench.begun.at(-1)?.finish(RESULT);
      await settled();
      link.hears({ type: "tool_ack", ids: [id] });
    }
    expect(link.told("tool_result")).toHaveLength(3);
    expect(bench.store.writes.slice(before)).toEqual(["put started", "put started", "put started"]);
  });

  it.each<[string, (bench: Bench, link: FakeLink) => void]>([
    ["breaks", (_, link) => { link.listener.closed(1006, ""); }],
    ["is silent", (bench) => { bench.clock.pass(45_000); }],
    ["is left", (bench) => { bench.link.stop("disconnected"); }],
    ["is made anew", (bench) => { bench.link.start(PAIRING); }],
  ])("does not take an answer with it that was sent before the link %s", async (_, lose) => {
    const first = await Bench.worker();
    const link = await first.connected();
    link.hears(call("sent"));
    first.begun[0]?.finish(RESULT);
    await settled();
    lose(first, link);
    expect((await new CallMemory(first.store, new FakeClock()).recall("x")).outbox).toEqual([{ id: "sent", result: RESULT }]);
  });

  it("does not take an answer with it that came while there was no link", async () => {
    const first = await Bench.worker();
    const link = await first.connected();
    link.hears(call("late"));
    link.listener.closed(1006, "");
    first.begun[0]?.finish(RESULT);
    await settled();
    const second = await Bench.worker(first.hub, first.store);
    const next = await second.connected();
    expect(next.said[0]).toMatchObject({ outbox: [{ id: "late", result: RESULT }] });
  });
});
