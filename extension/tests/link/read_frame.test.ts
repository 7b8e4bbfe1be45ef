import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readFrame } from "../../src/link/read_frame";

const GOLDEN = join(import.meta.dirname, "../../../protocol/frames/HubFrame");
const UNREAD = ["ticket"];

describe("reading a frame", () => {
  it.each(readdirSync(GOLDEN))("takes the golden %s as it is", (file) => {
    const text = readFileSync(join(GOLDEN, file), "utf-8");
    const frame = JSON.parse(text) as Record<string, unknown>;
    const expected = Object.fromEntries(Object.entries(frame).filter(([key]) => !UNREAD.includes(key)));
    expect(readFrame(text)).toEqual(expected);
  });

  it.each([
    "",
    "no json",
    "[]",
    "null",
    '"ping"',
    "{}",
    '{"type":7}',
    '{"type":"toString"}',
    '{"type":"juggle"}',
    '{"type":"welcome","sessionId":"sess_1"}',
    '{"type":"tool_call","id":1,"name":"x"}',
    '{"type":"tool_cancel"}',
    '{"type":"task_ended"}',
  ])("makes nothing of %s", (text) => {
    expect(readFrame(text)).toBeUndefined();
  });

  it("fills in what an older hub leaves out", () => {
    expect(readFrame('{"type":"tool_call","id":"c","name":"n","dialogs":"dance"}')).toEqual({
      type: "tool_call",
      id: "c",
      name: "n",
      args: {},
      epoch: 0,
      deadlineMs: 60_000,
    });
    expect(readFrame('{"type":"tool_ack","ids":["a",1]}')).toEqual({ type: "tool_ack", ids: ["a"] });
  });
});
