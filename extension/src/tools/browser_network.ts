/** `browser_network`: cookies, headers, interception, storage, requests. */
import type { Tool } from "./command.js";
import { notSupported } from "./not_supported.js";

export const browserNetwork: Tool = notSupported(
  "browser_network",
  "get_cookies", "set_cookie", "clear_cookies", "set_headers", "intercept", "get_storage", "set_storage", "clear_storage", "requests",
);
