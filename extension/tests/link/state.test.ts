import { describe, expect, it } from "vitest";
import { BRIEF_ATTEMPTS, byPhase, type LinkEvent, type LinkState, step, STEADY_MS } from "../../src/link/state";

const delays = (attempt: number): number => (attempt === 0 ? 0 : attempt * 100);

const OFF: LinkState = { phase: "off", why: "unpaired", said: "" };
const CONNECTING: LinkState = { phase: "connecting", attempt: 3 };
const CONNECTED: LinkState = { phase: "connected", attempt: 3, epoch: 2, sinceMs: 1_000 };
const RECONNECTING: LinkState = { phase: "reconnecting", attempt: 3, dueMs: 5_000, why: "closed", said: "" };

function closed(code: number, atMs = 1_000): LinkEvent {
  return { type: "closed", code, said: "why", atMs };
}

describe("the link's lifecycle", () => {
  it.each([OFF, CONNECTING, CONNECTED, RECONNECTING])("starts anew from $phase, whatever was before", (state) => {
    const { state: next, effects } = step(state, { type: "start" }, delays);
    expect(next).toEqual({ phase: "connecting", attempt: 1 });
    expect(effects.map(({ type }) => type)).toEqual(["drop", "connect"]);
  });

  it.each([OFF, CONNECTING, CONNECTED, RECONNECTING])("stops from $phase and says why", (state) => {
    const { state: next, effects } = step(state, { type: "stop", why: "disconnected" }, delays);
    expect(next).toEqual({ phase: "off", why: "disconnected", said: "" });
    expect(effects).toEqual([{ type: "drop" }]);
  });

  it("is connected by a welcome, and by nothing else", () => {
    const welcomed: LinkEvent = { type: "welcomed", epoch: 4, atMs: 9 };
    expect(step(CONNECTING, welcomed, delays).state).toEqual({ phase: "connected", attempt: 3, epoch: 4, sinceMs: 9 });
    for (const state of [OFF, RECONNECTING, CONNECTED]) expect(step(state, welcomed, delays).state).toBe(state);
  });

  it("forgets most of a long absence once there was a link at all", () => {
    const connected: LinkState = { ...CONNECTED, attempt: 40 };
    const { state } = step(connected, closed(1006, 1_001), delays);
    expect(state).toMatchObject({ phase: "reconnecting", attempt: BRIEF_ATTEMPTS });
  });

  it("comes back at once after a link that held", () => {
    const { state, effects } = step(CONNECTED, closed(1006, 1_000 + STEADY_MS), delays);
    expect(state).toMatchObject({ phase: "reconnecting", attempt: 0, dueMs: 1_000 + STEADY_MS });
    expect(effects).toEqual([{ type: "drop" }, { type: "wake_me", inMs: 0 }]);
  });

  it("takes its time when a hub welcomes and closes again and again", () => {
    const { state } = step(CONNECTED, closed(1006, 1_001), delays);
    expect(state).toMatchObject({ phase: "reconnecting", attempt: 3, dueMs: 1_301 });
  });

  it("waits longer with each failed attempt", () => {
    const lost: LinkEvent = { type: "lost", why: "unreachable", said: "nobody", atMs: 1_000 };
    const { state, effects } = step(CONNECTING, lost, delays);
    expect(state).toEqual({ phase: "reconnecting", attempt: 3, dueMs: 1_300, why: "unreachable", said: "nobody" });
    expect(effects).toEqual([{ type: "drop" }, { type: "wake_me", inMs: 300 }]);
  });

  it("tries again when it is due, not when some page loads before", () => {
    expect(step(RECONNECTING, { type: "nudge", atMs: 4_999 }, delays).state).toBe(RECONNECTING);
    const { state, effects } = step(RECONNECTING, { type: "nudge", atMs: 5_000 }, delays);
    expect(state).toEqual({ phase: "connecting", attempt: 4, again: true });
    expect(effects).toEqual([{ type: "connect" }]);
  });

  it("tries again when its timer has run out, whatever the time of day is", () => {
    const { state, effects } = step(RECONNECTING, { type: "due" }, delays);
    expect(state).toEqual({ phase: "connecting", attempt: 4, again: true });
    expect(effects).toEqual([{ type: "connect" }]);
    expect(step(CONNECTED, { type: "due" }, delays)).toEqual({ state: CONNECTED, effects: [] });
  });

  it.each([1000, 1001, 1006, 1009, 1012, 4000, 4001, 4004, 4499, 4501, 5000])("comes back after close code %i", (code) => {
    expect(step(CONNECTED, closed(code), delays).state.phase).toBe("reconnecting");
    expect(step(CONNECTING, closed(code), delays).state.phase).toBe("reconnecting");
  });

  it.each([
    [4002, "replaced"],
    [4500, "refused"],
    [4503, "revoked"],
    [4999, "refused"],
  ])("stays away after close code %i", (code, why) => {
    expect(step(CONNECTED, closed(code), delays).state).toEqual({ phase: "off", why, said: "why" });
  });

  it("ignores in every phase what means nothing there", () => {
    const lost: LinkEvent = { type: "lost", why: "silent", said: "", atMs: 1 };
    for (const event of [lost, closed(4002), { type: "nudge", atMs: 9e9 } as const]) {
      expect(step(OFF, event, delays)).toEqual({ state: OFF, effects: [] });
    }
    expect(step(RECONNECTING, lost, delays).state).toBe(RECONNECTING);
    expect(step(RECONNECTING, closed(4002), delays).state).toBe(RECONNECTING);
  });

  it("is read by its phase", () => {
    const name = (state: LinkState): string =>
      byPhase(state, {
        off: ({ why }) => why,
        connecting: ({ attempt }) => String(attempt),
        connected: ({ epoch }) => String(epoch),
        reconnecting: ({ said }) => said,
      });
    expect([OFF, CONNECTING, CONNECTED, RECONNECTING].map(name)).toEqual(["unpaired", "3", "2", ""]);
  });
});
