/** Which pages may be driven: the web, but not the browser's own pages, the hub, files or a cloud's metadata. */
import { ToolFailure } from "../failure.js";

/** Where the demonstration page lives on the hub's own origin. */
const DEMO = "/demo/";

const METADATA_NAMES = new Set(["metadata.google.internal", "metadata.goog", "metadata", "instance-data", "100.100.100.200"]);

/** The hub listens for sockets on a second port, which serves nothing to look at. */
const SOCKET_PORT = "3400";

/** Throws `FORBIDDEN_URL` when `url` must not be opened or driven. */
export function mustBeAllowed(url: string, hubOrigin: string | undefined): void {
  const reason = refusal(url, hubOrigin);
  if (reason !== undefined) throw new ToolFailure("FORBIDDEN_URL", `${shorten(url)}: ${reason}`, { url: shorten(url), reason });
}

/** Why `url` is refused; undefined when it is not. */
export function refusal(url: string, hubOrigin: string | undefined): string | undefined {
  if (url === "" || /^about:(blank(#.*)?|srcdoc)$/.test(url)) return undefined;
  const parsed = parse(url);
  if (parsed === undefined) return "not a valid URL";
  switch (parsed.protocol) {
    case "http:":
    case "https:":
      return siteRefusal(parsed, hubOrigin);
    case "blob:":
      // What a page made itself belongs to the origin that it names.
      return refusal(parsed.pathname, hubOrigin);
    case "data:":
    case "chrome-error:":
      return undefined;
    default:
      return `${parsed.protocol} pages are not driven`;
  }
}

function siteRefusal(url: URL, hubOrigin: string | undefined): string | undefined {
  if (isWebStore(url)) return "the web store is not driven";
  if (isMetadata(url.hostname)) return "link-local and metadata addresses are not opened";
  if (isHub(url, hubOrigin) && !url.pathname.startsWith(DEMO)) return "the hub's own pages are not driven";
  return undefined;
}

function isWebStore({ hostname, pathname }: URL): boolean {
  return hostname === "chromewebstore.google.com" || (hostname === "chrome.google.com" && pathname.startsWith("/webstore"));
}

/** What a person may leave out of an address: the scheme. */
export function completed(url: string): string {
  const trimmed = url.trim();
  if (/^[a-z][a-z0-9+.-]*:(?!\d)/i.test(trimmed)) return trimmed;
  const local = /^(localhost|\[[\da-f:.]+\]|\d+\.\d+\.\d+\.\d+)(:\d+)?([/?#]|$)/i.test(trimmed);
  return `${local ? "http" : "https"}://${trimmed}`;
}

function parse(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}

function isMetadata(hostname: string): boolean {
  const host = hostname.replace(/\.$/, "").toLowerCase();
  if (METADATA_NAMES.has(host) || host.startsWith("169.254.")) return true;
  if (!host.startsWith("[")) return false;
  const address = host.slice(1, -1);
  // fe80::/10 is link-local; a9fe is 169.254 inside an IPv4-mapped address.
  return /^fe[89ab][\da-f]:/.test(address) || /^::ffff:a9fe:/.test(address) || address === "fd00:ec2::254";
}

/** Any name of this machine with the hub's port is the hub. */
function isHub(url: URL, hubOrigin: string | undefined): boolean {
  const hub = hubOrigin === undefined ? undefined : parse(hubOrigin);
  if (hub === undefined) return false;
  const port = portOf(url);
  if (url.hostname === hub.hostname) return port === portOf(hub) || port === SOCKET_PORT;
  return isLoopback(url.hostname) && isLoopback(hub.hostname) && (port === portOf(hub) || port === SOCKET_PORT);
}

function portOf(url: URL): string {
  if (url.port !== "") return url.port;
  return url.protocol === "https:" ? "443" : "80";
}

function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/\.$/, "").toLowerCase();
  if (host === "localhost" || host.endsWith(".localhost") || host === "0.0.0.0" || /^127\./.test(host)) return true;
  return host === "[::1]" || host === "[::]" || /^\[::ffff:7f/.test(host);
}

function shorten(url: string): string {
  return url.length > 200 ? `${url.slice(0, 199)}…` : url;
}
