import type { Protocol } from "devtools-protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { CdpSession } from "../../src/chrome/cdp";
import { ConsoleLog, textOf } from "../../src/page/console";
import { FakeDebugger } from "../chrome/fake_debugger";

const text = (value: string): Protocol.Runtime.RemoteObject => ({ type: "string", value });
const number = (value: number): Protocol.Runtime.RemoteObject => ({ type: "number", value, description: String(value) });
const list: Protocol.Runtime.RemoteObject = {
  type: "object",
  subtype: "array",
  preview: { type: "object", subtype: "array", overflow: true, properties: [{ name: "0", type: "number", value: "1" }, { name: "1", type: "string", value: "a" }] },
};

describe("a line of the console", () => {
  it.each([
    [[text("a"), number(1), { type: "undefined" }], "a 1 undefined"],
    [[text("%d of %s, %o"), number(3), text("mugs"), list, text("more")], '3 of mugs, [1, "a", …] more'],
    [[text("%cred%c"), text("color: red"), text("")], "red"],
    [[text("100%")], "100%"],
    [[text("%s")], "%s"],
    [[{ type: "number", unserializableValue: "NaN", description: "NaN" }], "NaN"],
    [[{ type: "object", subtype: "null", value: null }], "null"],
    [[{ type: "object", subtype: "error", description: "Error: boom\n    at x" }], "Error: boom\n    at x"],
    [[{ type: "function", description: "() => 1" }], "() => 1"],
  ] as [Protocol.Runtime.RemoteObject[], string][])("%#: reads as the browser shows it", (args, expected) => {
    expect(textOf(args)).toBe(expected);
  });
});

describe("the console", () => {
  let session: CdpSession;
  let log: ConsoleLog;

  function say(value: string, timestamp: number, type = "log"): void {
    session.emit("Runtime.consoleAPICalled", { type, args: [text(value)], timestamp, executionContextId: 1 });
  }

  beforeEach(() => {
    session = new CdpSession(new FakeDebugger(), { tabId: 1 });
    log = new ConsoleLog();
    log.attached();
    log.watch(session);
  });

  it("forgets the oldest lines first", () => {
    for (let at = 1; at <= 1_010; at++) say(String(at), at);
    expect(log.lines).toHaveLength(1_000);
    expect(log.lines[0]?.text).toBe("11");
  });

  it("does not repeat what the browser repeats to a new attachment", () => {
    say("first", 1);
    session = new CdpSession(new FakeDebugger(), { tabId: 1 });
    log.attached();
    log.watch(session);
    say("first", 1);
    say("meanwhile", 2);
    expect(log.lines.map((line) => line.text)).toEqual(["first", "meanwhile"]);
  });

  it("has five levels", () => {
    for (const type of ["debug", "log", "info", "warning", "error", "assert", "table", "clear"]) say("x", 1, type);
    expect(log.lines.map(({ level }) => level)).toEqual(["debug", "log", "info", "warning", "error", "error", "log"]);
  });

  it("bounds a line", () => {
    say("x".repeat(20_000), 1);
    expect(log.lines[0]?.text).toHaveLength(10_001);
  });
});
