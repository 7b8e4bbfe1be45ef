import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Timers } from "../src/timers";

let timers: Timers;
let heard: string[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  timers = new Timers();
  heard = [];
});

afterEach(() => {
  vi.useRealTimers();
});

const wait = (ms: number, name = String(ms)): (() => void) => timers.after(ms, () => heard.push(name));
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe("timers", () => {
  it("ring each in its time, whatever was set first", async () => {
    wait(300);
    wait(100);
    wait(200);
    await pass(99);
    expect(heard).toEqual([]);
    await pass(1);
    expect(heard).toEqual(["100"]);
    await pass(200);
    expect(heard).toEqual(["100", "200", "300"]);
    await pass(1_000);
    expect(heard).toHaveLength(3);
  });

  it("are not heard when they were called off, and the others are", async () => {
    const stop = wait(100);
    wait(250);
    stop();
    await pass(249);
    expect(heard).toEqual([]);
    await pass(1);
    expect(heard).toEqual(["250"]);
  });

  it("may be set and called off by one another", async () => {
    timers.after(100, () => {
      stop();
      wait(50, "set by it");
    });
    const stop = wait(100, "called off by it");
    await pass(149);
    expect(heard).toEqual([]);
    await pass(1);
    expect(heard).toEqual(["set by it"]);
  });

  it("ring at once when there is no time left, but not before they have been given", async () => {
    wait(-5);
    wait(0);
    expect(heard).toEqual([]);
    await pass(1);
    expect(heard).toEqual(["-5", "0"]);
  });

  it("leave room between two for what follows from the first, however late they are", async () => {
    vi.useRealTimers();
    const hops = async (): Promise<void> => {
      for (let hop = 0; hop < 20; hop++) await Promise.resolve();
      heard.push("what follows");
    };
    timers.after(5, () => void hops());
    wait(6, "second");
    const busyUntil = performance.now() + 30;
    while (performance.now() < busyUntil);
    await vi.waitFor(() => {
      expect(heard).toEqual(["what follows", "second"]);
    });
  });

  it("wait for longer than the browser's own can", async () => {
    const month = 30 * 24 * 3_600_000;
    wait(month);
    await pass(month - 1);
    expect(heard).toEqual([]);
    await pass(1);
    expect(heard).toHaveLength(1);
  });

  it("set one timer of the browser for many waits that are called off", async () => {
    const set = vi.spyOn(globalThis, "setTimeout");
    for (let command = 0; command < 1_000; command++) {
      const stops = [30_000, 29_750, 3_000, 50].map((ms) => wait(ms));
      await pass(1);
      for (const stop of stops) stop();
    }
    expect(set.mock.calls.length).toBeLessThan(50);
    await pass(60_000);
    expect(heard).toEqual([]);
  });
});
