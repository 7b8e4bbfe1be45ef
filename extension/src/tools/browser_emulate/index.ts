/** `browser_emulate`: another device, place or network. It holds as long as the tab lives; a closed or cancelled tab forgets it. */
import type { EmulateGeolocation, EmulateTimezone, EmulateUserAgent, EmulateViewport, Emulated } from "../../generated/protocol.js";
import { common, invalid, number, parse, text, yesNo } from "../arguments.js";
import { value, type Tool, type ToolValue } from "../command.js";
import { device } from "./device.js";
import { offline, throttle } from "./network.js";

export const browserEmulate: Tool = {
  async viewport(command) {
    const args = parse<EmulateViewport>(
      command.args,
      { ...common, width: number, height: number, deviceScaleFactor: number, mobile: yesNo },
      "width", "height",
    );
    const { width, height, deviceScaleFactor = 1, mobile = false } = args;
    const viewport = { width, height, deviceScaleFactor, mobile };
    await (await command.tab()).change({ viewport }, command.deadline);
    return done(viewport);
  },

  async user_agent(command) {
    const { userAgent, platform } = parse<EmulateUserAgent>(command.args, { ...common, userAgent: text, platform: text }, "userAgent");
    if (/[\r\n\0]/.test(userAgent)) throw invalid("userAgent", "must be one line");
    const agent = { userAgent, ...(platform === undefined ? {} : { platform }) };
    await (await command.tab()).change({ agent: userAgent === "" ? undefined : agent }, command.deadline);
    return done(agent);
  },

  async geolocation(command) {
    const args = parse<EmulateGeolocation>(command.args, { ...common, latitude: number, longitude: number, accuracy: number });
    const { latitude, longitude, accuracy = 1 } = args;
    if ((latitude === undefined) !== (longitude === undefined)) throw invalid("latitude", "and longitude belong together; leave both out to end it");
    const place = latitude === undefined || longitude === undefined ? undefined : { latitude, longitude, accuracy };
    await (await command.tab()).change({ place }, command.deadline);
    return done({ ...place });
  },

  async timezone(command) {
    const { timezoneId } = parse<EmulateTimezone>(command.args, { ...common, timezoneId: text }, "timezoneId");
    if (timezoneId !== "" && !isTimezone(timezoneId)) throw invalid("timezoneId", `is no time zone: ${timezoneId}`);
    await (await command.tab()).change({ timezone: timezoneId === "" ? undefined : timezoneId }, command.deadline);
    return done({ timezoneId });
  },

  device,
  offline,
  throttle,
};

function done(details: Record<string, unknown>): ToolValue {
  return value({ success: true, details } satisfies Emulated);
}

/** The browser takes any name for the emulation, and shows UTC for those that it does not know. */
function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
