import { describe, expect, it } from "vitest";
import { coalesced } from "../../src/link/coalesced";
import type { Report } from "../../src/link/popup_messages";
import { signOf } from "../../src/link/sign";
import type { LinkState } from "../../src/link/state";
import { FakeClock } from "./fakes";

function report(state: LinkState, more: Partial<Report> = {}): Report {
  const hub = { address: "localhost:3300", name: "Yard" };
  return { state, hub, running: [], drivenTabs: 0, paused: false, pairing: { step: "idle" }, ...more };
}

const CONNECTED: LinkState = { phase: "connected", attempt: 1, epoch: 1, sinceMs: 0 };
const lost = (why: "closed" | "unproven" | "forgotten"): LinkState => ({
  phase: "reconnecting",
  attempt: 1,
  dueMs: 0,
  why,
  said: "said",
});

describe("the toolbar button", () => {
  it.each<[string, LinkState, string]>([
    ["off", { phase: "off", why: "unpaired", said: "" }, "Tabyard: not connected"],
    ["off", { phase: "off", why: "disconnected", said: "" }, "Tabyard: not connected"],
    ["trouble", { phase: "off", why: "replaced", said: "" }, "Tabyard: off, and it won't come back by itself"],
    ["trouble", { phase: "off", why: "refused", said: "" }, "Tabyard: off, and it won't come back by itself"],
    ["waiting", { phase: "connecting", attempt: 1 }, "Tabyard: connecting to Yard"],
    ["waiting", lost("closed"), "Tabyard: reconnecting to Yard"],
    ["trouble", lost("unproven"), "Tabyard: said"],
    ["trouble", lost("forgotten"), "Tabyard: said"],
    ["connected", CONNECTED, "Tabyard: connected to Yard"],
  ])("is %s for %j", (sign, state, title) => {
    expect(signOf(report(state))).toEqual({ sign, title });
  });

  it("marks a running task by its name", () => {
    const running = [{ id: "a", name: "browser_tab", taskName: "Tea", sinceMs: 0 }];
    expect(signOf(report(CONNECTED, { running }))).toEqual({ sign: "working", title: "Tabyard: Tea is running" });
  });

  it("changes once for many changes", () => {
    const clock = new FakeClock();
    let shown = 0;
    const show = coalesced(clock, 100, () => (shown += 1));
    for (let i = 0; i < 50; i++) show();
    expect(shown).toBe(0);
    clock.pass(100);
    expect(shown).toBe(1);
    show();
    clock.pass(100);
    expect(shown).toBe(2);
  });
});
