/** Slower networks, and none at all. */
import type { EmulateOffline, Emulated, EmulateThrottle } from "../../generated/protocol.js";
import type { Deadline } from "../../page/deadline.js";
import type { Network } from "../../page/settings.js";
import type { Tab } from "../../page/tab.js";
import { common, number, oneOf, parse, yesNo } from "../arguments.js";
import { value, type Action, type ToolValue } from "../command.js";

type Preset = NonNullable<EmulateThrottle["preset"]>;

const FREE: Network = { offline: false, download: -1, upload: -1, latencyMs: 0 };

/** Networks talk in kilobits, CDP in bytes. */
function kbits(perSecond: number): number {
  return (perSecond * 1000) / 8;
}

export const PRESETS: Readonly<Record<Preset, Network>> = {
  "slow-3g": { offline: false, download: kbits(500), upload: kbits(500), latencyMs: 400 },
  "fast-3g": { offline: false, download: kbits(1_600), upload: kbits(750), latencyMs: 150 },
  "4g": { offline: false, download: kbits(4_000), upload: kbits(3_000), latencyMs: 20 },
  wifi: { offline: false, download: kbits(30_000), upload: kbits(15_000), latencyMs: 2 },
  offline: { ...FREE, offline: true },
  none: FREE,
};

export const offline: Action = async (command) => {
  const args = parse<EmulateOffline>(command.args, { ...common, offline: yesNo }, "offline");
  const tab = await command.tab();
  return put(tab, { ...(tab.memory.settings.facts.network ?? FREE), offline: args.offline }, command.deadline);
};

export const throttle: Action = async (command) => {
  const args = parse<EmulateThrottle>(command.args, {
    ...common, preset: oneOf("slow-3g", "fast-3g", "4g", "wifi", "offline", "none"),
    downloadThroughput: number, uploadThroughput: number, latency: number,
  });
  const base = PRESETS[args.preset ?? "none"];
  const network = {
    offline: base.offline,
    download: args.downloadThroughput ?? base.download,
    upload: args.uploadThroughput ?? base.upload,
    latencyMs: args.latency ?? base.latencyMs,
  };
  return put(await command.tab(), network, command.deadline);
};

async function put(tab: Tab, network: Network, deadline: Deadline): Promise<ToolValue> {
  const free = !network.offline && network.download < 0 && network.upload < 0 && network.latencyMs === 0;
  await tab.change({ network: free ? undefined : network }, deadline);
  const { offline: cut, download, upload, latencyMs } = network;
  const details = { offline: cut, downloadThroughput: download, uploadThroughput: upload, latency: latencyMs };
  return value({ success: true, details } satisfies Emulated);
}
