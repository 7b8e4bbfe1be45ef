/** Cookies of the page's site, or of named URLs; those that scripts can't see included. */
import type { Protocol } from "devtools-protocol";
import { CdpError } from "../../chrome/cdp.js";
import type { ClearCookies, CookieRow, CookiesRead, GetCookies, NetworkDone, SetCookie } from "../../generated/protocol.js";
import type { Tab } from "../../page/tab.js";
import { completed, mustBeAllowed } from "../addresses.js";
import { common, invalid, listOf, number, oneOf, parse, text, yesNo } from "../arguments.js";
import { value, type Action, type Command } from "../command.js";

export const getCookies: Action = async (command) => {
  const args = parse<GetCookies>(command.args, { ...common, urls: listOf(text) });
  const tab = await command.tab();
  const cookies = (await read(command, tab, args.urls)).map(rowOf);
  return value({ cookies } satisfies CookiesRead);
};

export const setCookie: Action = async (command) => {
  const args = parse<SetCookie>(
    command.args,
    {
      ...common, name: text, value: text, url: text, domain: text, path: text, secure: yesNo, httpOnly: yesNo,
      sameSite: oneOf("Strict", "Lax", "None"), expires: number,
    },
    "name", "value",
  );
  const tab = await command.tab();
  const home = homeOf(command, tab, args);
  const { name, value: content, domain, path, secure, httpOnly, sameSite, expires } = args;
  const optional = Object.entries({ url: home, domain, path, secure, httpOnly, sameSite, expires }).filter(([, given]) => given !== undefined);
  try {
    await command.deadline.race(tab.session.send("Network.setCookie", { name, value: content, ...Object.fromEntries(optional) }));
  } catch (error) {
    if (error instanceof CdpError) throw invalid("value", `or an attribute of the cookie ${name} is refused by the browser: ${error.message}`);
    throw error;
  }
  const host = domain ?? new URL(home ?? "").hostname;
  await mustBeKept(command, tab, args, `https://${host.replace(/^\./, "")}${path ?? new URL(home ?? "https://x/").pathname}`);
  return value({ success: true, details: { name, domain: host } } satisfies NetworkDone);
};

/** The browser says yes to some cookies and keeps them not. */
async function mustBeKept({ deadline }: Command, tab: Tab, { name, value: content, expires }: SetCookie, url: string): Promise<void> {
  if (expires !== undefined && expires * 1000 < Date.now()) return;
  const { cookies } = await deadline.race(tab.session.send("Network.getCookies", { urls: [url] }));
  if (cookies.some((cookie) => cookie.name === name && cookie.value === content)) return;
  throw invalid("value", `or an attribute of the cookie ${name} is refused by the browser: it was not kept; sameSite None needs secure, and secure an https address`);
}

/** The URL that the cookie is for; undefined when its domain says enough. */
function homeOf(command: Command, tab: Tab, { url, domain }: SetCookie): string | undefined {
  if (url !== undefined) return allowed(command, url);
  if (domain !== undefined) return undefined;
  if (/^https?:/.test(tab.url)) return tab.url;
  throw invalid("url", "or domain is required, since the tab shows no web page");
}

export const clearCookies: Action = async (command) => {
  const args = parse<ClearCookies>(command.args, { ...common, urls: listOf(text), name: text });
  const tab = await command.tab();
  const found = (await read(command, tab, args.urls)).filter(({ name }) => args.name === undefined || name === args.name);
  const removed = found.map(({ name, domain, path, partitionKey }) => {
    const which = { name, domain, path, ...(partitionKey === undefined ? {} : { partitionKey }) };
    return tab.session.send("Network.deleteCookies", which);
  });
  await command.deadline.race(Promise.all(removed));
  return value({ success: true, details: { removed: found.length } } satisfies NetworkDone);
};

async function read(command: Command, tab: Tab, urls: readonly string[] | undefined): Promise<readonly Protocol.Network.Cookie[]> {
  const which = urls === undefined ? {} : { urls: urls.map((url) => allowed(command, url)) };
  const { cookies } = await command.deadline.race(tab.session.send("Network.getCookies", which));
  return cookies;
}

function allowed({ rules }: Command, given: string): string {
  const url = completed(given);
  mustBeAllowed(url, rules);
  return url;
}

function rowOf({ name, value: content, domain, path, expires, httpOnly, secure, sameSite }: Protocol.Network.Cookie): CookieRow {
  return { name, value: content, domain, path, expires, httpOnly, secure, ...(sameSite === undefined ? {} : { sameSite }) };
}
