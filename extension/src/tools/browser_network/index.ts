/** `browser_network`: cookies, headers, interception, storage, requests. */
import type { Tool } from "../command.js";
import { clearCookies, getCookies, setCookie } from "./cookies.js";
import { setHeaders } from "./headers.js";
import { intercept } from "./intercept.js";
import { requests } from "./requests.js";
import { clearStorage, getStorage, setStorage } from "./storage.js";

export const browserNetwork: Tool = {
  get_cookies: getCookies,
  set_cookie: setCookie,
  clear_cookies: clearCookies,
  set_headers: setHeaders,
  intercept,
  get_storage: getStorage,
  set_storage: setStorage,
  clear_storage: clearStorage,
  requests,
};
