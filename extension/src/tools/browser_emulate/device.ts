/** Acting as a device: its viewport, its touch screen and its user agent. */
import type { Protocol } from "devtools-protocol";
import type { EmulateDevice, Emulated } from "../../generated/protocol.js";
import { common, parse, text } from "../arguments.js";
import { ToolFailure } from "../../failure.js";
import { value, type Action } from "../command.js";
import { DEVICES, type Device } from "./devices.js";

const NONE = "none";

export const device: Action = async (command) => {
  const { device: wanted } = parse<EmulateDevice>(command.args, { ...common, device: text }, "device");
  if (plain(wanted) === NONE) {
    await (await command.tab()).change({ viewport: undefined, agent: undefined }, command.deadline);
    return value({ success: true, details: { device: NONE } } satisfies Emulated);
  }
  const [name, facts] = find(wanted);
  const { width, height, deviceScaleFactor, mobile } = facts;
  const agent = agentOf(facts, navigator.userAgent);
  const viewport = { width, height, deviceScaleFactor, mobile };
  await (await command.tab()).change({ viewport, agent }, command.deadline);
  const details = { device: name, ...viewport, userAgent: agent.userAgent };
  return value({ success: true, details } satisfies Emulated);
};

/** The device of that name; case, spaces and dashes do not matter. Throws `INVALID_ARGUMENTS` with all names. */
export function find(wanted: string): readonly [string, Device] {
  const found = Object.entries(DEVICES).find(([name]) => plain(name) === plain(wanted));
  if (found !== undefined) return found;
  const names = Object.keys(DEVICES);
  const message = `device ${JSON.stringify(wanted)} is not known; there are: ${names.join(", ")}, and none`;
  throw new ToolFailure("INVALID_ARGUMENTS", message, { field: "device", valid: names });
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_()-]/g, "");
}

/** Chrome on Android names the version of this browser; Safari has its own. */
export function agentOf({ system, model }: Device, here: string): Protocol.Emulation.SetUserAgentOverrideRequest {
  const major = /Chrome\/(\d+)/.exec(here)?.[1] ?? "150";
  const chrome = `AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${major}.0.0.0`;
  switch (system) {
    case "ios": {
      const kind = model === "iPad" ? "iPad; CPU OS 18_5" : "iPhone; CPU iPhone OS 18_5";
      const userAgent = `Mozilla/5.0 (${kind} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1`;
      return { userAgent, platform: model };
    }
    case "android":
    case "android_tablet": {
      const phone = system === "android";
      const userAgent = `Mozilla/5.0 (Linux; Android 14; ${model}) ${chrome} ${phone ? "Mobile " : ""}Safari/537.36`;
      return { userAgent, platform: "Linux armv8l", userAgentMetadata: { ...brands(major), platform: "Android", platformVersion: "14.0.0", architecture: "", model, mobile: phone } };
    }
    case "desktop": {
      const userAgent = `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome} Safari/537.36`;
      return { userAgent, platform: "Win32", userAgentMetadata: { ...brands(major), platform: "Windows", platformVersion: "15.0.0", architecture: "x86", model: "", mobile: false } };
    }
    default:
      return system satisfies never;
  }
}

function brands(version: string): Pick<Protocol.Emulation.UserAgentMetadata, "brands" | "fullVersionList"> {
  const list = (full: string): Protocol.Emulation.UserAgentBrandVersion[] => [
    { brand: "Chromium", version: full },
    { brand: "Google Chrome", version: full },
    { brand: "Not.A/Brand", version: full === version ? "24" : "24.0.0.0" },
  ];
  return { brands: list(version), fullVersionList: list(`${version}.0.0.0`) };
}
