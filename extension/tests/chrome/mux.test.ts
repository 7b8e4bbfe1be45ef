import { beforeEach, describe, expect, it } from "vitest";
import { CdpError } from "../../src/chrome/cdp";
import { Mux, type Attachment, type DetachReason } from "../../src/chrome/mux";
import { FakeDebugger, never } from "./fake_debugger";

let browser: FakeDebugger;
let detached: [number, DetachReason][];
let mux: Mux;

beforeEach(() => {
  browser = new FakeDebugger();
  detached = [];
  mux = new Mux(browser, (tabId, reason) => detached.push([tabId, reason]));
});

const child = { sessionId: "S1", targetInfo: { targetId: "F2", type: "iframe", url: "https://other.example/" } };

describe("attaching", () => {
  it("happens once, however many ask at the same time", async () => {
    const [one, two] = await Promise.all([mux.attach(7), mux.attach(7)]);

    expect(one).toBe(two);
    expect(browser.attached).toEqual(new Set([7]));
  });

  it("takes over what an earlier worker left attached, with its domains switched off", async () => {
    browser.attached.add(7);

    await expect(mux.attach(7)).resolves.toMatchObject({ tabId: 7 });
    expect(browser.attached).toEqual(new Set([7]));
  });

  it.each([
    ["No tab with given id 7.", "TAB_GONE"],
    ["Cannot access a chrome:// URL", "FORBIDDEN_URL"],
    ["Cannot attach to this target.", "FORBIDDEN_URL"],
    ["Something else", "DEBUGGER_DETACHED"],
  ])("refused with %j fails with %s", async (message, code) => {
    browser.refuse = message;

    await expect(mux.attach(7)).rejects.toMatchObject({ code });
  });

  it("may be tried again after a refusal", async () => {
    browser.refuse = "Cannot access a chrome:// URL";
    await expect(mux.attach(7)).rejects.toMatchObject({ code: "FORBIDDEN_URL" });

    await expect(mux.attach(7)).resolves.toMatchObject({ attached: true });
  });
});

describe("a session", () => {
  it("gives the browser's refusal in words", async () => {
    browser.answer("DOM.describeNode", () => {
      throw new Error('{"code":-32000,"message":"Could not find node with given id","data":"7"}');
    });
    const { root } = await mux.attach(7);

    await expect(root.send("DOM.describeNode", { nodeId: 7 })).rejects.toEqual(
      new CdpError("DOM.describeNode", "Could not find node with given id: 7"),
    );
  });

  it("hears the events of its own target only", async () => {
    const { root } = await mux.attach(7);
    await mux.attach(8);
    const heard: string[] = [];
    root.on("Page.frameDetached", ({ frameId }) => heard.push(frameId));

    browser.emit(7, "Page.frameDetached", { frameId: "A", reason: "remove" });
    browser.emit(8, "Page.frameDetached", { frameId: "B", reason: "remove" });
    browser.emit(7, "Page.frameDetached", { frameId: "C", reason: "remove" }, "unknown");

    expect(heard).toEqual(["A"]);
  });

  it("stops listening when told so", async () => {
    const { root } = await mux.attach(7);
    const heard: string[] = [];
    const stop = root.on("Page.frameDetached", ({ frameId }) => heard.push(frameId));

    stop();
    browser.emit(7, "Page.frameDetached", { frameId: "A", reason: "remove" });

    expect(heard).toEqual([]);
  });
});

describe("a cross-origin frame", () => {
  it("has a session of its own, told to those who come early and late", async () => {
    const attachment = await mux.attach(7);
    const seen: (string | undefined)[] = [];
    browser.emit(7, "Target.attachedToTarget", child);
    attachment.eachChild(({ id }) => seen.push(id));
    browser.emit(7, "Target.attachedToTarget", { ...child, sessionId: "S2" });

    expect(seen).toEqual(["S1", "S2"]);
  });

  it("is spoken to under its session id", async () => {
    const attachment = await mux.attach(7);
    attachment.eachChild((session) => void session.send("Page.enable"));
    browser.emit(7, "Target.attachedToTarget", child);

    expect(browser.of("Page.enable").map(({ target }) => target)).toEqual([{ tabId: 7, sessionId: "S1" }]);
  });

  it("refuses what is in flight when it goes", async () => {
    browser.answer("Page.enable", () => never);
    const attachment = await mux.attach(7);
    const waiting: Promise<unknown>[] = [];
    attachment.eachChild((session) => waiting.push(session.send("Page.enable")));
    browser.emit(7, "Target.attachedToTarget", child);
    browser.emit(7, "Target.detachedFromTarget", { sessionId: "S1" });

    await expect(waiting[0]).rejects.toMatchObject({ code: "TAB_GONE" });
  });
});

function leftOf(attachment: Attachment): Promise<DetachReason> {
  return new Promise((resolve) => attachment.onLeft(resolve));
}

describe("the end of an attachment", () => {
  it("is told to those who still listen, once each, and to those who ask later", async () => {
    const attachment = await mux.attach(7);
    const heard: string[] = [];
    attachment.onLeft((reason) => heard.push(`first ${reason}`));
    const stop = attachment.onLeft(() => heard.push("no more"));
    stop();
    browser.end(7, "target_closed");
    expect(attachment.attached).toBe(false);
    await leftOf(attachment);
    expect(heard).toEqual(["first target_closed"]);
  });

  it.each([
    ["canceled_by_user", "DEBUGGER_DETACHED"],
    ["target_closed", "TAB_GONE"],
  ])("by %s refuses commands in flight and later ones with %s", async (reason, code) => {
    browser.answer("Runtime.evaluate", () => never);
    const attachment = await mux.attach(7);
    const inFlight = attachment.root.send("Runtime.evaluate", { expression: "1" });

    browser.end(7, reason);

    await expect(inFlight).rejects.toMatchObject({ code });
    await expect(attachment.root.send("Page.enable")).rejects.toMatchObject({ code });
    await expect(leftOf(attachment)).resolves.toBe(reason);
    expect(detached).toEqual([[7, reason]]);
  });

  it("reaches commands that are refused a moment before it", async () => {
    browser.answer("Runtime.evaluate", () => {
      throw new Error("Detached while handling command.");
    });
    const attachment = await mux.attach(7);
    const inFlight = attachment.root.send("Runtime.evaluate", { expression: "1" });
    setTimeout(() => {
      browser.end(7, "target_closed");
    }, 5);

    await expect(inFlight).rejects.toMatchObject({ code: "TAB_GONE" });
  });

  it("by release is nobody's news, and the tab can be taken again", async () => {
    const before = await mux.attach(7);
    await mux.release(7);

    expect(before.attached).toBe(false);
    expect(detached).toEqual([]);
    expect(browser.attached.size).toBe(0);
    await expect(mux.attach(7)).resolves.not.toBe(before);
  });
});
