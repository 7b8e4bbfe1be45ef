import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { beforeEach, describe, expect, it } from "vitest";
import { settled } from "../link/fakes";
import { never } from "../chrome/fake_debugger";
import { browserContent } from "../../src/tools/browser_content/index";
import { browserDebug } from "../../src/tools/browser_debug/index";
import { browserExecute } from "../../src/tools/browser_execute";
import { browserInteract } from "../../src/tools/browser_interact/index";
import { browserNavigate } from "../../src/tools/browser_navigate";
import { ScriptedPage } from "./scripted_page";

let page: ScriptedPage;

beforeEach(() => {
  page = new ScriptedPage();
  page.functions.set("point", () => ({ ok: { x: 30, y: 40, box: { x: 20, y: 30, width: 20, height: 20 } } }));
  page.functions.set("focus", () => ({ ok: { how: "keys", x: 30, y: 40 } }));
});

const mouse = (): readonly unknown[] => page.browser.of("Input.dispatchMouseEvent").map(({ params }) => params["type"]);
const typed = (): string => page.browser.of("Input.dispatchKeyEvent").map(({ params: { text } }) => (typeof text === "string" ? text : "")).join("");

describe("a click", () => {
  it("goes where the page says, and answers with that", async () => {
    const { facts } = await page.run(browserInteract["click"], { selector: "#buy" });

    expect(facts).toEqual({ clicked: true, selector: "#buy", x: 30, y: 40 });
    expect(mouse()).toEqual(["mouseMoved", "mousePressed", "mouseReleased"]);
  });

  it("fails with the page's own reason", async () => {
    page.functions.set("point", () => ({ trouble: { code: "ELEMENT_OBSCURED", message: "#buy is covered by <div>", details: { coveredBy: "<div>" } } }));

    await expect(page.run(browserInteract["click"], { selector: "#buy" })).rejects.toMatchObject({
      code: "ELEMENT_OBSCURED",
      details: { coveredBy: "<div>" },
    });
    expect(mouse()).toEqual([]);
  });

  it("is asked for anew when the document is replaced under it", async () => {
    let asked = 0;
    page.functions.set("point", () => {
      if (++asked > 1) return { ok: { x: 1, y: 2, box: {} } };
      page.commit("https://shop.example/cart", "DOMContentLoaded", "load");
      throw new Error("Execution context was destroyed.");
    });

    await expect(page.run(browserInteract["click"], { selector: "#buy" })).resolves.toMatchObject({ facts: { x: 1, y: 2 } });
    expect(asked).toBe(2);
  });

  it("waits for the page that it leads to", async () => {
    page.browser.answer("Input.dispatchMouseEvent", ({ type }) => {
      if (type === "mouseReleased") {
        page.browser.emit(page.tabId, "Page.frameRequestedNavigation", { frameId: "main", disposition: "currentTab", reason: "anchorClick", url: "" });
      }
      return {};
    });
    let done = false;
    const clicking = page.run(browserInteract["click"], { selector: "a" }).then(() => {
      done = true;
    });
    await settled();
    expect(done).toBe(false);

    page.commit("https://shop.example/cart", "DOMContentLoaded");
    await clicking;

    expect(done).toBe(true);
  });
});

describe("a cancel", () => {
  it("stops typing at once, and nothing is typed after it", async () => {
    const caller = new AbortController();
    const typing = page.run(browserInteract["type"], { selector: "#q", text: "x".repeat(500) }, { signal: caller.signal, deadlineMs: 60_000 });
    while (typed().length < 3) await new Promise((next) => setTimeout(next, 5));

    caller.abort();

    await expect(typing).rejects.toMatchObject({ code: "CANCELLED" });
    const before = typed();
    await new Promise((next) => setTimeout(next, 300));
    expect(typed()).toBe(before);
    expect(before.length).toBeLessThan(20);
  });

  it("is told to a page that waits", async () => {
    const caller = new AbortController();
    const stopped: unknown[] = [];
    page.functions.set("point", ({ wait }) => {
      stopped.push((wait as { id: string }).id);
      return never;
    });
    page.functions.set("cancel", (id) => stopped.push(id));
    const clicking = page.run(browserInteract["click"], { selector: "#buy" }, { signal: caller.signal });
    while (stopped.length < 1) await settled();

    caller.abort();

    await expect(clicking).rejects.toMatchObject({ code: "CANCELLED" });
    await settled();
    expect(stopped[1]).toBe(stopped[0]);
  });

  it("that came before the call keeps it from beginning", async () => {
    await expect(page.run(browserInteract["click"], { selector: "#buy" }, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "CANCELLED" });
    expect(page.browser.sent).toEqual([]);
  });
});

it("a page that never answers costs the deadline and no more", async () => {
  page.functions.set("point", () => never);

  await expect(page.run(browserInteract["click"], { selector: "#buy" }, { deadlineMs: 50 })).rejects.toMatchObject({ code: "COMMAND_TIMEOUT" });
});

describe("a dialog", () => {
  beforeEach(() => {
    page.browser.answer("Input.dispatchMouseEvent", ({ type }) => {
      if (type !== "mouseReleased") return {};
      page.dialog("confirm", "Sure?");
      return never;
    });
  });

  it("that the action opens ends it at once, and is told", async () => {
    const { facts } = await page.run(browserInteract["click"], { selector: "#buy" });

    expect(facts).toMatchObject({ clicked: true, dialog: { type: "confirm", message: "Sure?" } });
    expect(page.events).toEqual([["dialog", { tabId: page.tabId, type: "confirm", message: "Sure?" }]]);
  });

  it("refuses what comes next, until it is handled", async () => {
    await page.run(browserInteract["click"], { selector: "#buy" });
    await expect(page.run(browserContent["get"], {})).rejects.toMatchObject({ code: "DIALOG_OPEN", details: { dialog: { message: "Sure?" } } });

    const { facts } = await page.run(browserDebug["dialog"], { dialogAction: "dismiss" });

    expect(facts).toEqual({ handled: true, dialogType: "confirm", message: "Sure?", action: "dismiss" });
    expect(page.browser.of("Page.handleJavaScriptDialog").map(({ params }) => params)).toEqual([{ accept: false }]);
    await expect(page.run(browserDebug["dialog"], {})).rejects.toMatchObject({ code: "NO_DIALOG" });
  });

  it("is handled by the task's policy, and the action goes on", async () => {
    let closed: (value: object) => void = () => undefined;
    page.browser.answer("Input.dispatchMouseEvent", ({ type }) => {
      if (type !== "mouseReleased") return {};
      page.dialog("confirm", "Sure?");
      return new Promise((resolve) => {
        closed = resolve;
      });
    });
    page.browser.answer("Page.handleJavaScriptDialog", () => {
      closed({});
      return {};
    });

    const { facts } = await page.run(browserInteract["click"], { selector: "#buy" }, { dialogs: "accept" });

    expect(facts).toMatchObject({ clicked: true, dialog: { type: "confirm", message: "Sure?" } });
    expect(page.events).toEqual([]);
  });

  it("that the page opens while an action still waits is an error", async () => {
    page.functions.set("point", () => {
      page.dialog("alert", "Hello");
      return never;
    });

    await expect(page.run(browserInteract["click"], { selector: "#buy" })).rejects.toMatchObject({ code: "DIALOG_OPEN" });
  });
});

describe("the end of the debugging", () => {
  it.each([
    ["canceled_by_user", "DEBUGGER_DETACHED"],
    ["target_closed", "TAB_GONE"],
  ])("by %s fails the call with %s", async (reason, code) => {
    page.functions.set("point", () => never);
    const clicking = page.run(browserInteract["click"], { selector: "#buy" });
    while (page.browser.of("Runtime.callFunctionOn").length < 1) await settled();

    page.browser.end(page.tabId, reason);

    await expect(clicking).rejects.toMatchObject({ code });
    expect(page.events).toEqual([["detached", { tabId: page.tabId, reason }]]);
  });
});

describe("a tab that Chrome has discarded", () => {
  it("is loaded again before it is driven, under its new id", async () => {
    const there = { url: "https://shop.example/", waitUntil: "commit" };
    await page.run(browserNavigate["goto"], there);
    const was = page.tabId;
    const id = page.tabs.discard(was);
    page.browser.end(was, "target_closed");

    await page.run(browserNavigate["goto"], there);

    expect(page.tabs.opened).toMatchObject([{ id, discarded: false }]);
    expect(page.browser.of("Page.navigate").map(({ target }) => target)).toEqual([{ tabId: was }, { tabId: id }]);
  });
});

describe("goto", () => {
  it("answers when the page has loaded", async () => {
    page.browser.answer("Page.navigate", () => {
      const loaderId = page.nextLoaderId;
      setTimeout(() => {
        page.commit("https://shop.example/x", "DOMContentLoaded", "load");
      }, 5);
      return { frameId: "main", loaderId };
    });

    const { facts } = await page.run(browserNavigate["goto"], { url: "https://shop.example/x" });

    expect(facts).toEqual({ success: true, url: "https://shop.example/x", title: "Shop", status: 200 });
  });

  it("fails with the network's error", async () => {
    page.browser.answer("Page.navigate", () => ({ frameId: "main", loaderId: "L9", errorText: "net::ERR_NAME_NOT_RESOLVED" }));

    await expect(page.run(browserNavigate["goto"], { url: "https://no.example" })).rejects.toMatchObject({
      code: "NAVIGATION_FAILED",
      details: { errorText: "net::ERR_NAME_NOT_RESOLVED" },
    });
  });

  it("does not stay where a redirect must not lead", async () => {
    const gone: unknown[] = [];
    page.browser.answer("Page.navigate", ({ url }) => {
      gone.push(url);
      const loaderId = page.nextLoaderId;
      const nowhere = url === "about:srcdoc";
      page.commit(nowhere ? "chrome-error://chromewebdata/" : "http://127.0.0.1:3300/tasks", "load");
      return { frameId: "main", loaderId, ...(nowhere ? { errorText: "net::ERR_INVALID_URL" } : {}) };
    });
    page.browser.answer("Runtime.evaluate", () => {
      page.commit("about:blank", "load");
      return { result: { type: "undefined" } };
    });

    await expect(page.run(browserNavigate["goto"], { url: "https://evil.example/" })).rejects.toMatchObject({ code: "FORBIDDEN_URL" });
    expect(gone).toEqual(["https://evil.example/", "about:srcdoc"]);
  });

  it("asks nobody about a forbidden page", async () => {
    await expect(page.run(browserNavigate["goto"], { url: "file:///etc/passwd" })).rejects.toMatchObject({ code: "FORBIDDEN_URL" });
    expect(page.browser.sent).toEqual([]);
  });
});

describe("a call that is over", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;

  it.each([
    ["click", browserInteract["click"], { selector: "#buy" }],
    ["script", browserExecute[""], { expression: "1" }],
  ])("leaves nothing of a %s behind in the tab that is kept", async (_, action, args) => {
    page.browser.answer("Runtime.evaluate", () => ({ result: { type: "number", value: 1 } }));
    const run = async (): Promise<WeakRef<object>> => {
      const own = { ...args };
      await page.run(action, own);
      return new WeakRef(own);
    };
    const former = await run();
    await run();
    await settled();
    collect();
    expect(page.keeper.held(page.tabId)?.attached).toBe(true);
    expect(former.deref()).toBeUndefined();
  });
});

describe("a script", () => {
  const execute = browserExecute[""];
  const evaluations = (): readonly unknown[] => page.browser.of("Runtime.evaluate").map(({ params }) => params["expression"]);

  it("may be a body with a return", async () => {
    page.browser.answer("Runtime.evaluate", ({ expression }) =>
      String(expression).startsWith("(async () => {")
        ? { result: { type: "number", value: 3 } }
        : { result: { type: "object" }, exceptionDetails: { lineNumber: 0, columnNumber: 0, text: "", exception: { className: "SyntaxError", description: "SyntaxError" } } },
    );

    await expect(page.run(execute, { expression: "return 1 + 2" })).resolves.toMatchObject({ facts: { result: 3, value: 3 } });
    expect(evaluations().at(-1)).toBe("(async () => { return 1 + 2\n})()");
  });

  it("that throws is not run again", async () => {
    const exception = { className: "Error", description: "Error: boom\n    at <anonymous>:1:7" };
    page.browser.answer("Runtime.evaluate", () => ({ result: { type: "object" }, exceptionDetails: { lineNumber: 0, columnNumber: 6, text: "Uncaught", exception } }));

    await expect(page.run(execute, { expression: "boom()" })).rejects.toMatchObject({
      code: "SCRIPT_ERROR",
      message: "Error: boom",
      details: { line: 1, column: 7 },
    });
    expect(evaluations()).toHaveLength(1);
  });

  it("can't give a DOM node", async () => {
    page.browser.answer("Runtime.evaluate", () => ({ result: { type: "object", subtype: "node", description: "body", objectId: "1" } }));

    await expect(page.run(execute, { expression: "document.body" })).rejects.toMatchObject({ code: "NOT_SERIALIZABLE" });
  });
});
