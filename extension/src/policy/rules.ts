/** Where tasks may go: decided once for each address, by what the browser itself makes of it. */
import { bareHost, hostKind, isLoopback } from "./hosts.js";
import { matches } from "./sites.js";

/** What holds for tasks of one hub in this browser. */
export interface Rules {
  /** Its own pages are never driven: whoever drives them could give themselves commands. */
  readonly hubOrigin: string | undefined;
  /** Whether addresses of this machine and of private networks may be opened. */
  readonly privateAddresses: "allow" | "deny";
  /** Sites that may be opened; none: all. */
  readonly allow: readonly string[];
  /** Sites that may not, whatever `allow` says. */
  readonly deny: readonly string[];
}

export const OPEN_RULES: Rules = { hubOrigin: undefined, privateAddresses: "allow", allow: [], deny: [] };

/** Where the demonstration pages live on the hub's own origin. */
export const DEMO = "/demo/";

/** The hub listens for sockets on a second port, which serves nothing to look at. */
export const SOCKET_PORT = "3400";

/** Why a page at `url` must not be opened or driven; undefined when it may. */
export function refusal(url: string, rules: Rules): string | undefined {
  if (url === "" || /^about:(blank([?#].*)?|srcdoc)$/.test(url)) return undefined;
  // The one parse: tricks with encodings, dots and number bases end here, as they do when the browser loads it.
  const parsed = parse(url);
  if (parsed === undefined) return "not a valid URL";
  switch (parsed.protocol) {
    case "http:":
    case "https:":
      return siteRefusal(parsed, rules);
    case "blob:":
      // What a page made itself belongs to the origin that it names.
      return /^https?:/.test(parsed.pathname) ? refusal(parsed.pathname, rules) : "blobs without an origin are not driven";
    case "chrome-error:":
      return undefined;
    default:
      return `${parsed.protocol} pages are not driven`;
  }
}

/**
 * Why what was answered for `url` from that address must not be kept: a name on the web may stand for anything. Addresses
 * behind a proxy are not known: then it is the proxy that answers, from a port of its own.
 */
export function answerRefusal(url: string, address: string, port: number | undefined, rules: Rules): string | undefined {
  const host = asHost(address);
  const kind = host === undefined ? "public" : hostKind(host);
  if (kind === "public" || (kind === "private" && rules.privateAddresses === "allow")) return undefined;
  const parsed = parse(url);
  if (parsed === undefined || String(port) !== portOf(parsed)) return undefined;
  if (kind === "metadata") return `its name stands for ${address}: link-local and metadata addresses are not opened`;
  // A name that says of itself that it is private has been judged already.
  if (hostKind(parsed.hostname) !== "public") return undefined;
  return `its name stands for ${address}: addresses of private networks are not opened here`;
}

/** An address as `URL` writes it. */
function asHost(address: string): string | undefined {
  const bare = address.replace(/^\[|\]$/g, "");
  return parse(`http://${bare.includes(":") ? `[${bare}]` : bare}/`)?.hostname;
}

/** Whether the person at this browser keeps tasks away from `url` by name: then they need not know of it either. */
export function isHidden(url: string, { allow, deny }: Rules): boolean {
  const parsed = parse(url);
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) return false;
  return deny.some((site) => matches(site, parsed)) || (allow.length > 0 && !allow.some((site) => matches(site, parsed)));
}

function siteRefusal(url: URL, rules: Rules): string | undefined {
  if (rules.deny.some((site) => matches(site, url))) return "the person at this browser keeps tasks away from this site";
  if (isWebStore(url)) return "the web store is not driven";
  const kind = hostKind(url.hostname);
  if (kind === "metadata") return "link-local and metadata addresses are not opened";
  if (isHub(url, rules.hubOrigin)) return url.pathname.startsWith(DEMO) ? undefined : "the hub's own pages are not driven";
  if (kind === "private" && rules.privateAddresses === "deny") return "addresses of private networks are not opened here";
  if (rules.allow.length > 0 && !rules.allow.some((site) => matches(site, url))) {
    return "the person at this browser has not allowed this site";
  }
  return undefined;
}

function isWebStore({ hostname, pathname }: URL): boolean {
  return hostname === "chromewebstore.google.com" || (hostname === "chrome.google.com" && pathname.startsWith("/webstore"));
}

/** Any name of this machine with the hub's port is the hub. */
function isHub(url: URL, hubOrigin: string | undefined): boolean {
  const hub = hubOrigin === undefined ? undefined : parse(hubOrigin);
  if (hub === undefined) return false;
  const port = portOf(url);
  if (port !== portOf(hub) && port !== SOCKET_PORT) return false;
  return bareHost(url.hostname) === bareHost(hub.hostname) || (isLoopback(url.hostname) && isLoopback(hub.hostname));
}

export function portOf(url: URL): string {
  if (url.port !== "") return url.port;
  return /^(https|wss):$/.test(url.protocol) ? "443" : "80";
}

function parse(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined;
}
