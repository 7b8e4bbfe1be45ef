/**
 * The same rules in the browser's own words: it stops a forbidden request, redirects included, before it leaves.
 *
 * `refusal` decides about addresses, these about requests; a test holds them to one opinion. Regular expressions are
 * RE2's and see the address as the browser writes it: lower case, dotted decimals, no `..` in paths.
 */
import { isLoopback } from "./hosts.js";
import { DEMO, portOf, type Rules, SOCKET_PORT } from "./rules.js";
import { partsOf } from "./sites.js";

export interface Block {
  readonly regex: string;
  readonly action: "block" | "allow";
  /** The highest that matches decides. */
  readonly priority: number;
  /** `page`: documents of tabs only; `document`: those of frames too; `anything`: also what pages fetch. */
  readonly of: "page" | "document" | "anything";
}

const START = String.raw`^https?://(?:[^/@]*@)?`;
const ANY_PORT = "(?::[0-9]+)?/";

const HEX = "[0-9a-f]{1,4}";

/** Inside an IPv6 address: mapped, compatible, NAT64, 6to4. */
function inSix(...highs: readonly string[]): string {
  const high = `(?:${highs.join("|")})`;
  return String.raw`\[(?:(?:::ffff:|::|64:ff9b::)${high}:${HEX}|2002:${high}:[0-9a-f:]*)\]`;
}

const METADATA: readonly string[] = [
  String.raw`169\.254\.[0-9]+\.[0-9]+`,
  String.raw`(?:100\.100\.100\.200|192\.0\.0\.192|168\.63\.129\.16)`,
  String.raw`(?:metadata(?:\.google\.internal|\.goog|\.azure\.internal)?|instance-data(?:\.ec2\.internal)?)\.?`,
  String.raw`\[fe[89ab][0-9a-f]:[0-9a-f:]*\]`,
  String.raw`\[(?:fd00:ec2|fd20:ce)::254\]`,
  inSix("a9fe"),
  String.raw`\[(?:(?:::ffff:|::|64:ff9b::)(?:6464:64c8|c000:c0|a83f:8110)|2002:(?:6464:64c8|c000:c0|a83f:8110):[0-9a-f:]*)\]`,
];

const PRIVATE: readonly string[] = [
  String.raw`(?:0|10|127|22[4-9]|2[345][0-9])\.[0-9]+\.[0-9]+\.[0-9]+`,
  String.raw`(?:172\.(?:1[6-9]|2[0-9]|3[01])|192\.168|198\.1[89]|100\.(?:6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7]))\.[0-9]+\.[0-9]+`,
  String.raw`(?:[^/:]+\.)?(?:localhost|local|internal|lan|home\.arpa)\.?`,
  String.raw`[^./:\[\]]+\.?`,
  String.raw`\[(?:::|::1|(?:f[cd][0-9a-f]{2}|fe[c-f][0-9a-f]|ff[0-9a-f]{2}):[0-9a-f:]*)\]`,
  String.raw`\[(?:::ffff:|::|64:ff9b::)${HEX}\]`,
  inSix("[0-9a-f]{1,2}", "a[0-9a-f]{2}", "7f[0-9a-f]{2}", "[ef][0-9a-f]{3}", "ac1[0-9a-f]", "c0a8", "c61[23]", "64[4-7][0-9a-f]"),
];

const LOOPBACK = String.raw`(?:(?:[^/:@]+\.)?localhost\.?|127\.[0-9]+\.[0-9]+\.[0-9]+|0\.0\.0\.0|\[::1?\]|\[::ffff:(?:7f[0-9a-f]{2}:${HEX}|0:0)\])`;

/** Everything of `rules` that is about requests over HTTP. */
export function blocksOf(rules: Rules): readonly Block[] {
  const { privateAddresses, allow, deny, hubOrigin } = rules;
  const blocks: Block[] = METADATA.map((host) => stop(START + host + ANY_PORT, 5, "anything"));
  if (hubOrigin !== undefined && URL.canParse(hubOrigin)) {
    for (const hub of hubStarts(new URL(hubOrigin))) {
      blocks.push(stop(hub, 4), { regex: hub + DEMO.slice(1), action: "allow", priority: 5, of: "anything" });
    }
  }
  if (privateAddresses === "deny") blocks.push(...PRIVATE.map((host) => stop(START + host + ANY_PORT, 3, "anything")));
  if (allow.length > 0) {
    blocks.push({ regex: "^https?://", action: "block", priority: 1, of: "page" });
    blocks.push(...allow.map((site): Block => ({ regex: siteStart(site), action: "allow", priority: 2, of: "page" })));
  }
  blocks.push(...deny.map((site) => stop(siteStart(site), 6)));
  return blocks;
}

function stop(regex: string, priority: number, of: Block["of"] = "document"): Block {
  return { regex, action: "block", priority, of };
}

function siteStart(site: string): string {
  const { wide, name, port } = partsOf(site);
  if (name === "") return "^https?://";
  const host = `${wide ? String.raw`(?:[^/@]+\.)?` : ""}${escaped(name)}\\.?`;
  return port === undefined ? START + host + ANY_PORT : atPort(host, port);
}

function hubStarts(hub: URL): readonly string[] {
  const host = isLoopback(hub.hostname) ? LOOPBACK : `${escaped(hub.hostname)}\\.?`;
  return [portOf(hub), SOCKET_PORT].map((port) => atPort(host, port));
}

/** An address does not name the port that its scheme implies. */
function atPort(host: string, port: string): string {
  if (port === "80") return `${START.replace("https?", "http")}${host}/`;
  if (port === "443") return `${START.replace("https?", "https")}${host}/`;
  return `${START}${host}:${port}/`;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
