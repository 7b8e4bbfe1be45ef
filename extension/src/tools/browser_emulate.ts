/** `browser_emulate`: another device, place or network. */
import type { Tool } from "./command.js";
import { notSupported } from "./not_supported.js";

export const browserEmulate: Tool = notSupported(
  "browser_emulate",
  "viewport", "user_agent", "geolocation", "timezone", "device", "offline", "throttle",
);
