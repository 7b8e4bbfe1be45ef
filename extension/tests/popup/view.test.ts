import { describe, expect, it } from "vitest";
import type { Report } from "../../src/link/popup_messages";
import type { LinkState } from "../../src/link/state";
import { addressOf, elapsed, viewOf } from "../../src/popup/view";

const PAIRED = {
  hub: { address: "localhost:3300", name: "Yard" },
  browser: { instanceId: "inst_1_a", label: "one", launched: false },
};

function report(state: LinkState, more: Partial<Report> = PAIRED): Report {
  return { state, running: [], drivenTabs: 0, paused: false, pairing: { step: "idle" }, ...more };
}

const CONNECTED: LinkState = { phase: "connected", attempt: 1, epoch: 1, sinceMs: 0 };

function lost(why: "closed" | "unproven" | "forgotten", said = "It was cut."): LinkState {
  return { phase: "reconnecting", attempt: 2, dueMs: 0, why, said };
}

describe("what the popup says", () => {
  it("offers to connect a browser without a hub, and nothing else", () => {
    const view = viewOf(report({ phase: "off", why: "unpaired", said: "" }, {}));
    expect(view).toMatchObject({ tone: "off", pill: "Not connected", showConnect: true, showWork: false, buttons: [] });
  });

  it("names the hub that can use this browser", () => {
    const view = viewOf(report(CONNECTED));
    expect(view).toMatchObject({ tone: "good", pill: "Connected", detail: "Yard can run tasks in this browser." });
    expect(view).toMatchObject({ showConnect: false, showWork: true, buttons: ["forget", "pause", "disconnect"] });
  });

  it("shows what runs, by its task where there is one", () => {
    const running = [
      { id: "a", name: "browser_tab", taskId: "t", commandId: "t_cmd_0", taskName: "Tea", sinceMs: 5 },
      { id: "b", name: "browser_content", sinceMs: 6 },
    ];
    const view = viewOf(report(CONNECTED, { ...PAIRED, running, drivenTabs: 1 }));
    expect(view).toMatchObject({ tone: "busy", pill: "Working", driven: "1 tab is held for tasks." });
    expect(view.calls).toEqual([
      { what: "Tea", how: "browser_tab · command 1", sinceMs: 5 },
      { what: "browser_content", how: "browser_content", sinceMs: 6 },
    ]);
    expect(viewOf(report(CONNECTED, { ...PAIRED, drivenTabs: 3 })).driven).toBe("3 tabs are held for tasks.");
  });

  it("tells connecting from reconnecting", () => {
    expect(viewOf(report({ phase: "connecting", attempt: 1 })).pill).toBe("Connecting");
    expect(viewOf(report({ phase: "connecting", attempt: 1, again: true })).pill).toBe("Reconnecting");
    const view = viewOf(report(lost("closed")));
    expect(view).toMatchObject({ tone: "wait", pill: "Reconnecting", detail: "It was cut. Trying again by itself." });
    expect(viewOf(report(lost("closed", ""))).detail).toBe("The link was lost. Trying again by itself.");
    expect(view.showConnect).toBe(false);
  });

  it.each(["unproven", "forgotten"] as const)("warns of a hub that is %s and offers to pair anew", (why) => {
    const view = viewOf(report(lost(why)));
    expect(view).toMatchObject({ tone: "bad", showConnect: true });
    expect(view.detail).toContain("It was cut.");
  });

  it("is honest about staying away", () => {
    const off = (why: "replaced" | "refused" | "disconnected", said = ""): string =>
      viewOf(report({ phase: "off", why, said })).detail;
    expect(off("replaced")).toContain("this one stays away");
    expect(off("refused", "revoked")).toContain("“revoked”");
    expect(off("refused")).toBe("The hub sent this browser away. It won't come back by itself.");
    expect(off("disconnected")).toContain("stays away until you connect it again");
    expect(viewOf(report({ phase: "off", why: "replaced", said: "" })).buttons).toEqual(["forget", "reconnect"]);
  });

  it("lets a launched browser be disconnected, but not forgotten or paired elsewhere", () => {
    const launched = { ...PAIRED, browser: { ...PAIRED.browser, launched: true } };
    expect(viewOf(report(CONNECTED, launched)).buttons).toEqual(["pause", "disconnect"]);
    expect(viewOf(report(lost("unproven"), launched)).showConnect).toBe(false);
  });

  it("says that what runs goes on while the hub is sought", () => {
    const running = [{ id: "a", name: "browser_tab", sinceMs: 5 }];
    expect(viewOf(report(lost("closed"), { ...PAIRED, running })).detail).toContain("its answer is kept");
    expect(viewOf(report(lost("closed"), PAIRED)).detail).not.toContain("kept");
  });

  it("says that tasks are paused, and how they go on", () => {
    const view = viewOf(report(CONNECTED, { ...PAIRED, paused: true }));
    expect(view).toMatchObject({ pill: "Paused", detail: "No task runs here until you resume. Yard has been told." });
    expect(view.buttons).toEqual(["forget", "resume", "disconnect"]);
  });

  it("says that the hub has revoked the pairing, and lets the person pair anew", () => {
    const view = viewOf(report({ phase: "off", why: "revoked", said: "" }, PAIRED));
    expect(view).toMatchObject({ tone: "bad", pill: "Revoked", showConnect: true, buttons: ["forget"] });
  });

  it("says who answers at the address before anybody clicks", () => {
    const state: LinkState = { phase: "off", why: "unpaired", said: "" };
    const seen = (name?: string): string =>
      viewOf(report(state, { seen: { address: "a", ...(name === undefined ? {} : { name }) } })).seen;
    expect(seen("Yard")).toBe("The hub “Yard” answers there.");
    expect(seen()).toBe("No hub answers at this address yet.");
    expect(viewOf(report(state, {})).seen).toBe("");
  });

  it("asks for a key where the hub does", () => {
    const state: LinkState = { phase: "off", why: "unpaired", said: "" };
    const seen = viewOf(report(state, { seen: { address: "a", name: "Yard", keyRequired: true } }));
    expect([seen.askKey, seen.seen]).toEqual([true, "The hub “Yard” answers there, and asks for a key."]);
    const failed = viewOf(report(state, { pairing: { step: "failed", said: "No.", keyRequired: true } }));
    expect([failed.askKey, failed.problem]).toEqual([true, "No."]);
    expect(viewOf(report(state, {})).askKey).toBe(false);
  });

  it.each([
    ["localhost:3300", false, false],
    ["http://127.0.0.1:3300", false, false],
    ["http://[::1]:3300", false, false],
    ["yard.example", true, true],
    ["https://yard.example", true, false],
    ["::", false, false],
  ])("knows what to say about the address %s", (address, elsewhere, clear) => {
    expect(addressOf(address)).toEqual({ elsewhere, clear });
  });

  it("says how a click on Connect goes", () => {
    const state: LinkState = { phase: "off", why: "unpaired", said: "" };
    expect(viewOf(report(state, { pairing: { step: "pairing" } })).connecting).toBe(true);
    expect(viewOf(report(state, { pairing: { step: "asking" } })).problem).toContain("Allow the address");
    expect(viewOf(report(state, { pairing: { step: "failed", said: "No." } })).problem).toBe("No.");
  });
});

describe("the time since a call began", () => {
  it.each([
    [-5, "0:00"],
    [7_900, "0:07"],
    [754_000, "12:34"],
    [3_723_000, "1:02:03"],
  ])("%i ms is %s", (ms, text) => {
    expect(elapsed(ms)).toBe(text);
  });
});
