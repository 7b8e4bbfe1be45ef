import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import {
  catalogueCall,
  isToolName,
  PROTOCOL,
  TOOLS,
  type ArgsOf,
  type BrowserFrame,
  type CatalogueCall,
  type HubEvent,
  type HubFrame,
  type JsonObject,
  type ResultOf,
  ToolErrorCode,
} from "../../src/generated/protocol";

const FRAMES = join(import.meta.dirname, "../../../protocol/frames");

/** The golden frames of a group; JSON is the one place where a frame has to be believed. */
function golden<T>(group: string): Map<string, T> {
  const files = readdirSync(join(FRAMES, group));
  return new Map(
    files.map((file) => [
      file.replace(/\.json$/, ""),
      JSON.parse(readFileSync(join(FRAMES, group, file), "utf-8")) as T,
    ]),
  );
}

/** The ids that a frame speaks of; it would not compile if a frame were forgotten here. */
function subject(frame: HubFrame): string {
  switch (frame.type) {
    case "welcome":
      return frame.instanceId;
    case "tool_call":
    case "tool_cancel":
      return frame.id;
    case "tool_ack":
      return frame.ids.join();
    case "task_ended":
      return frame.taskId;
    case "subscribe":
      return String(frame.screencast?.fps);
    case "ping":
    case "pong":
      return frame.type;
    default:
      return frame satisfies never;
  }
}

function told(frame: BrowserFrame): string {
  switch (frame.type) {
    case "hello":
      return frame.instanceId;
    case "tool_result":
    case "tool_error":
    case "tool_progress":
      return frame.id;
    case "event":
      return frame.kind;
    case "ping":
    case "pong":
      return frame.type;
    default:
      return frame satisfies never;
  }
}

function place(event: HubEvent): number {
  return event.type === "task_complete" ? event.summary.duration : event.offset;
}

describe("golden frames", () => {
  it("are told apart by their tag, from the hub", () => {
    const frames = golden<HubFrame>("HubFrame");
    for (const [name, frame] of frames) expect(frame.type).toBe(name);
    expect([...frames.values()].map(subject)).not.toContain("undefined");
    expect(frames.size).toBe(8);
  });

  it("are told apart by their tag, from the browser", () => {
    const frames = golden<BrowserFrame>("BrowserFrame");
    for (const [name, frame] of frames) expect(frame.type).toBe(name);
    expect([...frames.values()].map(told)).not.toContain(undefined);
    expect(frames.size).toBe(7);
  });

  it("carry an offset in each event", () => {
    for (const event of golden<HubEvent>("HubEvent").values()) {
      expect(place(event)).toBeTypeOf("number");
      expect(event.offset).toBeGreaterThan(0);
    }
  });

  it("name failures by a code of the closed list", () => {
    const codes: readonly string[] = Object.values(ToolErrorCode);
    const errors = [...golden<BrowserFrame>("BrowserFrame").values()].filter(
      (frame) => frame.type === "tool_error",
    );
    expect(errors.map((frame) => frame.error.code).every((code) => codes.includes(code))).toBe(true);
    expect(errors).toHaveLength(1);
  });
});

/** Every action of one tool; it would not compile if one were forgotten. */
function verb(args: ArgsOf<"browser_navigate">): string {
  switch (args.action) {
    case "goto":
      return `load ${args.url}`;
    case "reload":
    case "back":
    case "forward":
      return args.action;
    case "wait":
      return `wait for ${args.selector ?? args.url ?? "something"}`;
    default:
      return args satisfies never;
  }
}

describe("the catalogue", () => {
  it("gives a call its type by tool and action", () => {
    const raw: JsonObject = { action: "goto", url: "https://example.com" };
    const call: CatalogueCall | undefined = catalogueCall("browser_navigate", raw);
    expect(call?.tool).toBe("browser_navigate");
    expect(call?.tool === "browser_navigate" ? verb(call.args) : "").toBe("load https://example.com");
  });

  it("knows tools without actions", () => {
    const call = catalogueCall("browser_execute", { expression: "1" });
    expect(call?.tool === "browser_execute" ? call.args.expression : "").toBe("1");
  });

  it("does not know what it does not know", () => {
    expect(catalogueCall("teleport", {})).toBeUndefined();
    expect(catalogueCall("browser_tab", { action: "opne" })).toBeUndefined();
    expect(catalogueCall("browser_tab", {})).toBeUndefined();
    expect(catalogueCall("browser_tab", { action: 1 })).toBeUndefined();
    expect(catalogueCall("toString", {})).toBeUndefined();
    expect(catalogueCall("browser_tab", { action: "toString" })).toBeUndefined();
  });

  it("says of each action where it runs and whether it may be repeated", () => {
    expect(TOOLS.sleep[""].place).toBe("hub");
    expect(TOOLS.browser_content.snapshot).toMatchObject({ readOnly: true, retrySafe: true });
    expect(TOOLS.browser_interact.click.retrySafe).toBe(false);
    expect(Object.keys(TOOLS).every(isToolName)).toBe(true);
  });

  it("knows the result of an action", () => {
    const result: ResultOf<"browser_tab", "close"> = { success: true, closedTabId: 7 };
    expect(result.closedTabId).toBe(7);
    expect(PROTOCOL).toBe(1);
  });
});
