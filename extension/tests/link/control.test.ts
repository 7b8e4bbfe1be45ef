import { describe, expect, it } from "vitest";
import { Control } from "../../src/link/control";
import { Limits } from "../../src/link/limits";
import { Link } from "../../src/link/link";
import { CallMemory } from "../../src/link/memory";
import { Pairings } from "../../src/link/pairing";
import { readWish } from "../../src/link/popup_messages";
import { cardOf, pair } from "../../src/link/register";
import { FakeClock, FakeHub, FakeLasting, FakeSession, identity, PAIRING, settled, until } from "./fakes";

class Bench {
  readonly hub = new FakeHub();
  readonly allowed = new Set(["http://localhost:3300"]);
  readonly wanted: boolean[] = [];
  readonly link: Link;
  readonly control: Control;
  readonly pairings: Pairings;
  readonly limits: Limits;
  released = 0;

  private constructor(
    readonly clock: FakeClock,
    readonly local: FakeLasting,
    readonly session: FakeSession,
    memory: CallMemory,
    remembered: Awaited<ReturnType<CallMemory["recall"]>>,
    file: string | undefined,
  ) {
    const { hub } = this;
    this.limits = new Limits(local, () => undefined);
    this.link = new Link({
      paused: () => this.limits.paused,
      clock,
      fetch: hub.fetch,
      open: hub.open,
      identity,
      delays: () => 100,
      tool: (_name, _args, { signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => {
            reject(new Error("aborted"));
          });
        }),
      memory,
      remembered,
      retrySafe: () => false,
      endTask: () => undefined,
      worked: () => undefined,
      changed: () => {
        this.control.noticed(this.link.status().state);
      },
    });
    this.control = new Control({
      limits: this.limits,
      letGo: () => this.released++,
      link: this.link,
      memory,
      remembered,
      pairings: () => this.pairings,
      pair: (address, key) => pair(hub.fetch, address, identity, key),
      cardOf: (address) => cardOf(hub.fetch, address),
      mayReach: (address) => Promise.resolve(this.allowed.has(address)),
      drivenTabs: () => 2,
      browser: "Chromium 156",
      wanted: (wanted) => this.wanted.push(wanted),
      changed: () => undefined,
    });
    this.pairings = new Pairings(
      local,
      () => Promise.resolve(file),
      (pairing, paused) => {
        this.control.paired(pairing, paused);
      },
    );
  }

  static async worker(local = new FakeLasting(), session = new FakeSession(), file?: string): Promise<Bench> {
    const clock = new FakeClock();
    const memory = new CallMemory(session, clock);
    const bench = new Bench(clock, local, session, memory, await memory.recall("life"), file);
    await bench.limits.read();
    await bench.pairings.read();
    return bench;
  }

  static async paired(): Promise<Bench> {
    const local = new FakeLasting();
    await local.set("pairing", PAIRING);
    const bench = await Bench.worker(local);
    await bench.hub.welcome(1);
    return bench;
  }

  get phase(): string {
    return this.link.status().state.phase;
  }
}

describe("connecting by a click", () => {
  it("pairs, remembers the pairing and joins", async () => {
    const bench = await Bench.worker();
    expect(bench.control.report()).toMatchObject({ state: { phase: "off", why: "unpaired" }, pairing: { step: "idle" } });
    await bench.control.wish({ type: "connect", hub: "localhost:3300" });
    expect(bench.local.kept.get("pairing")).toMatchObject({ instanceId: "inst_9_new", credential: "c0ffee" });
    await bench.hub.link(1);
    expect(bench.hub.registrations.map(({ pair, instanceId }) => [pair, instanceId])).toEqual([
      [true, undefined],
      [undefined, "inst_9_new"],
    ]);
    expect(bench.wanted).toEqual([false, true]);
  });

  it("waits for the person to allow an address, then goes on by itself", async () => {
    const bench = await Bench.worker();
    await bench.control.wish({ type: "connect", hub: "https://yard.example" });
    expect(bench.control.report().pairing).toEqual({ step: "asking" });
    expect(bench.hub.registrations).toEqual([]);
    bench.allowed.add("https://yard.example");
    await bench.control.granted();
    await settled();
    expect(bench.local.kept.get("pairing")).toMatchObject({ hub: "https://yard.example" });
    await bench.control.granted();
    expect(bench.hub.registrations.filter((body) => body["pair"] === true)).toHaveLength(1);
  });

  it("says what went wrong", async () => {
    const bench = await Bench.worker();
    bench.hub.down = true;
    await bench.control.wish({ type: "connect", hub: "localhost:3300" });
    expect(bench.control.report().pairing).toMatchObject({ step: "failed", said: "Nothing answers at http://localhost:3300." });
    await bench.control.wish({ type: "connect", hub: "::" });
    expect(bench.control.report().pairing).toMatchObject({ step: "failed" });
  });
});

describe("a hub that asks for a key", () => {
  it("gets it once, and it is kept nowhere", async () => {
    const bench = await Bench.worker();
    bench.hub.key = "tyk_1";
    await bench.control.wish({ type: "connect", hub: "localhost:3300" });
    expect(bench.control.report().pairing).toEqual({ step: "failed", said: "A valid API key is required", keyRequired: true });
    await bench.control.wish({ type: "connect", hub: "localhost:3300", key: "tyk_1" });
    await bench.hub.welcome(1);
    expect(bench.hub.keys).toEqual([null, "Bearer tyk_1", null]);
    const kept = JSON.stringify([[...bench.local.kept], [...bench.session.kept], bench.control.report()]);
    expect(kept).toContain("inst_9_new");
    expect(kept).not.toContain("tyk_1");
  });

  it("gets it as well when the person had to allow the address first", async () => {
    const bench = await Bench.worker();
    bench.hub.key = "tyk_1";
    await bench.control.wish({ type: "connect", hub: "https://yard.example", key: "tyk_1" });
    expect(bench.hub.keys).toEqual([]);
    bench.allowed.add("https://yard.example");
    await bench.control.granted();
    expect(bench.hub.keys[0]).toBe("Bearer tyk_1");
  });
});

describe("looking before a click", () => {
  it("tells who answers on this machine", async () => {
    const bench = await Bench.worker();
    await bench.control.wish({ type: "look", hub: "localhost:3300" });
    expect(bench.control.report().seen).toEqual({ address: "localhost:3300", name: "Yard", keyRequired: false });
    bench.hub.down = true;
    await bench.control.wish({ type: "look", hub: "localhost:3300" });
    expect(bench.control.report().seen).toEqual({ address: "localhost:3300" });
  });

  it("asks no machine that the person has not allowed", async () => {
    const bench = await Bench.worker();
    await bench.control.wish({ type: "look", hub: "https://yard.example" });
    await bench.control.wish({ type: "look", hub: "::" });
    expect(bench.control.report().seen).toBeUndefined();
    expect(bench.hub.looks).toBe(0);
  });
});

describe("what a connected person can do", () => {
  it("disconnect, and connect again with the same pairing", async () => {
    const bench = await Bench.paired();
    await bench.control.wish({ type: "disconnect" });
    await settled();
    expect(bench.control.report()).toMatchObject({ state: { phase: "off", why: "disconnected" }, hub: { name: "Yard" } });
    expect(bench.wanted.at(-1)).toBe(false);
    await bench.control.wish({ type: "reconnect" });
    await bench.hub.welcome(2);
    expect(bench.phase).toBe("connected");
    expect(bench.hub.links[1]?.url).toContain("inst_1_a");
    expect(bench.wanted.at(-1)).toBe(true);
  });

  it("stay disconnected when the worker starts anew", async () => {
    const bench = await Bench.paired();
    await bench.control.wish({ type: "disconnect" });
    await settled();
    const next = await Bench.worker(bench.local, bench.session);
    await settled();
    expect(next.link.status().state).toMatchObject({ phase: "off", why: "disconnected" });
    expect(next.hub.registrations).toEqual([]);
  });

  it("forget the hub", async () => {
    const bench = await Bench.paired();
    await bench.control.wish({ type: "forget" });
    await settled();
    expect(bench.local.kept.has("pairing")).toBe(false);
    expect(bench.control.report()).toMatchObject({ state: { phase: "off", why: "unpaired" } });
    expect(bench.control.report().hub).toBeUndefined();
  });

  it("stop what runs", async () => {
    const bench = await Bench.paired();
    const [link] = bench.hub.links;
    link?.hears({ type: "tool_call", id: "a", name: "n", args: {}, epoch: 1, deadlineMs: 9_000, taskName: "Tea" });
    expect(bench.control.report()).toMatchObject({ running: [{ id: "a", taskName: "Tea" }], drivenTabs: 2 });
    await bench.control.wish({ type: "stop" });
    await until(() => link?.told("tool_error").length === 1);
    expect(link?.told("tool_error")).toMatchObject([{ error: { message: "stopped by the person at the browser" } }]);
  });

  it("hurry a retry up", async () => {
    const bench = await Bench.paired();
    bench.hub.down = true;
    bench.hub.links[0]?.listener.closed(1006, "");
    expect(bench.phase).toBe("reconnecting");
    bench.hub.down = false;
    await bench.control.wish({ type: "reconnect" });
    await bench.hub.welcome(2);
    expect(bench.phase).toBe("connected");
  });
});

describe("a browser that was sent away", () => {
  it("stays away when its worker starts anew, until the person connects it again", async () => {
    const bench = await Bench.paired();
    bench.hub.links[0]?.listener.closed(4503, "revoked");
    const next = await Bench.worker(bench.local, bench.session);
    await settled();
    expect(next.link.status().state).toEqual({ phase: "off", why: "revoked", said: "revoked" });
    await next.control.wish({ type: "reconnect" });
    await next.hub.welcome(1);
    expect(next.phase).toBe("connected");
    const third = await Bench.worker(bench.local, bench.session);
    await third.hub.welcome(1);
    expect(third.phase).toBe("connected");
  });
});

describe("pausing all tasks", () => {
  it("stops what runs, lets the tabs go, tells the hub, and lasts", async () => {
    const bench = await Bench.paired();
    const [link] = bench.hub.links;
    link?.hears({ type: "tool_call", id: "a", name: "n", args: {}, epoch: 1, deadlineMs: 9_000 });
    await bench.control.wish({ type: "pause" });
    await settled();
    expect(link?.told("tool_error")).toEqual([
      { type: "tool_error", id: "a", error: { code: "CANCELLED", message: "the person at this browser has paused all tasks" } },
    ]);
    expect(link?.told("event")).toEqual([{ type: "event", kind: "stopped", data: { paused: true } }]);
    expect(bench.released).toBe(1);
    expect(bench.control.report().paused).toBe(true);

    const next = await Bench.worker(bench.local, bench.session);
    const again = await next.hub.welcome(1);
    expect(next.control.report().paused).toBe(true);
    expect(again.told("hello")).toMatchObject([{ paused: true }]);
    await next.control.wish({ type: "resume" });
    expect(next.control.report().paused).toBe(false);
    expect(again.told("event")).toEqual([{ type: "event", kind: "stopped", data: { paused: false } }]);
  });
});

describe("the sites that tasks may go to", () => {
  it("are kept for each hub", async () => {
    const bench = await Bench.paired();
    expect(bench.control.report().sites).toEqual({ allow: [], deny: [], noPrivate: false });
    const sites = { allow: ["example.com"], deny: ["*.bank.example"], noPrivate: true };
    await bench.control.wish({ type: "sites", sites });
    expect(bench.control.report().sites).toEqual(sites);
    const next = await Bench.worker(bench.local, bench.session);
    expect(next.control.report().sites).toEqual(sites);
    expect(next.limits.of("http://other.example")).toEqual({ allow: [], deny: [], noPrivate: false });
    expect(next.limits.of("constructor")).toEqual({ allow: [], deny: [], noPrivate: false });
  });
});

describe("a launched browser", () => {
  it("joins by the launcher's file and says so", async () => {
    const file = JSON.stringify({ hub: "http://127.0.0.1:3300", instanceId: "inst_1_a", credential: "c0ffee", label: "" });
    const bench = await Bench.worker(new FakeLasting(), new FakeSession(), file);
    await bench.hub.welcome(1);
    expect(bench.control.report()).toMatchObject({
      hub: { address: "127.0.0.1:3300" },
      browser: { instanceId: "inst_1_a", launched: true, label: "Chromium 156" },
    });
  });
});

describe("a wish of the popup", () => {
  it.each([
    [{ type: "stop" }, { type: "stop" }],
    [{ type: "connect", hub: "h" }, { type: "connect", hub: "h" }],
    [{ type: "connect" }, undefined],
    [{ type: "connect", hub: "h", key: "k" }, { type: "connect", hub: "h", key: "k" }],
    [{ type: "connect", hub: "h", key: 7 }, { type: "connect", hub: "h" }],
    [{ type: "pause" }, { type: "pause" }],
    [
      { type: "sites", sites: { allow: ["a", 1], deny: "b", noPrivate: "yes" } },
      { type: "sites", sites: { allow: ["a"], deny: [], noPrivate: false } },
    ],
    [{ type: "sites" }, undefined],
    [{ type: "explode" }, undefined],
    ["stop", undefined],
  ])("%j is read as %j", (message, wish) => {
    expect(readWish(message)).toEqual(wish);
  });
});
