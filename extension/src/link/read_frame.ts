/** Text from the hub becomes a frame here or nowhere. */
import { type HubFrame, PROTOCOL, type Screencast, type ToolCall } from "../generated/protocol.js";
import { type Fields, isFields, number, parseFields, present, text, texts } from "./fields.js";

const DIALOGS = ["accept", "dismiss", "ask"] as const;

const ADDRESSES = ["allow", "deny"] as const;

type Reader = (frame: Fields) => HubFrame | undefined;

function readCall(frame: Fields): ToolCall | undefined {
  const id = text(frame["id"]);
  const name = text(frame["name"]);
  if (id === undefined || name === undefined) return undefined;
  return {
    type: "tool_call",
    id,
    name,
    args: isFields(frame["args"]) ? frame["args"] : {},
    epoch: number(frame["epoch"], 0),
    deadlineMs: number(frame["deadlineMs"], 60_000),
    ...present({
      taskId: text(frame["taskId"]),
      commandId: text(frame["commandId"]),
      taskName: text(frame["taskName"]),
      session: text(frame["session"]),
      dialogs: DIALOGS.find((policy) => policy === frame["dialogs"]),
      after: text(frame["after"]),
    }),
  };
}

function readScreencast(value: unknown): Screencast | undefined {
  if (!isFields(value)) return undefined;
  return {
    fps: number(value["fps"], 5),
    quality: number(value["quality"], 60),
    maxWidth: number(value["maxWidth"], 1280),
  };
}

const READERS: Readonly<Record<HubFrame["type"], Reader>> = {
  welcome: (frame) => {
    const instanceId = text(frame["instanceId"]);
    if (instanceId === undefined || typeof frame["epoch"] !== "number") return undefined;
    return {
      type: "welcome",
      instanceId,
      epoch: frame["epoch"],
      serverVersion: text(frame["serverVersion"]) ?? "",
      protocol: number(frame["protocol"], PROTOCOL),
      acks: texts(frame["acks"]),
      ...present({ hubName: text(frame["hubName"]), privateAddresses: ADDRESSES.find((rule) => rule === frame["privateAddresses"]) }),
    };
  },
  tool_call: readCall,
  tool_cancel: (frame) => {
    const id = text(frame["id"]);
    return id === undefined ? undefined : { type: "tool_cancel", id, reason: text(frame["reason"]) ?? "cancelled" };
  },
  tool_ack: (frame) => ({ type: "tool_ack", ids: texts(frame["ids"]) }),
  task_ended: (frame) => {
    const taskId = text(frame["taskId"]);
    return taskId === undefined ? undefined : { type: "task_ended", taskId, status: text(frame["status"]) ?? "" };
  },
  subscribe: (frame) => ({
    type: "subscribe",
    ...present({ screencast: readScreencast(frame["screencast"]) }),
    console: frame["console"] === true,
    network: frame["network"] === true,
    off: frame["off"] === true,
  }),
  ping: () => ({ type: "ping" }),
  pong: () => ({ type: "pong" }),
};

/** The frame in `data`; undefined for what this revision of the wire doesn't know. */
export function readFrame(data: string): HubFrame | undefined {
  const frame = parseFields(data);
  const type = frame === undefined ? undefined : text(frame["type"]);
  if (frame === undefined || type === undefined || !Object.hasOwn(READERS, type)) return undefined;
  return READERS[type as HubFrame["type"]](frame);
}
