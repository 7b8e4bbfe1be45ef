/** What kind of host a name or an address is. Host names come out of `URL`: one spelling for each address. */

/** `metadata`: a cloud's metadata service, or link-local, where those live. `private`: this machine and its networks. */
export type HostKind = "metadata" | "private" | "public";

/** An address as its groups: four of 8 bits, or eight of 16. */
type Groups = readonly number[];

interface Net {
  readonly groups: Groups;
  readonly bits: number;
}

const METADATA_NAMES = new Set([
  "metadata", "metadata.google.internal", "metadata.goog", "metadata.azure.internal", "instance-data",
  "instance-data.ec2.internal",
]);

const PRIVATE_NAME = /(^|\.)(localhost|local|internal|lan|home\.arpa)$/;

/** Link-local; then Alibaba, Oracle, Azure; AWS and Google in IPv6. */
const METADATA = nets("169.254.0.0/16", "100.100.100.200/32", "192.0.0.192/32", "168.63.129.16/32");
const METADATA_6 = nets("fe80::/10", "fd00:ec2::254/128", "fd20:ce::254/128");

const PRIVATE = nets(
  "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15",
  "224.0.0.0/3",
);
const PRIVATE_6 = nets("fc00::/7", "fec0::/10", "ff00::/8");

/** An address of four parts lies in these, at that group: compatible (`::1` too) and mapped, NAT64, 6to4. */
const CARRIERS: readonly (readonly [Net, number])[] = [
  [net("::/96"), 6], [net("::ffff:0:0/96"), 6], [net("64:ff9b::/96"), 6], [net("2002::/16"), 1],
];

/** 0.0.0.0 and [::] reach this machine as well. */
const LOOPBACK = nets("127.0.0.0/8", "0.0.0.0/31");

export function hostKind(hostname: string): HostKind {
  const host = bareHost(hostname);
  const groups = groupsOf(host);
  if (groups !== undefined) return kindOf(groups);
  if (METADATA_NAMES.has(host)) return "metadata";
  // A name without a dot is one of the local network.
  return PRIVATE_NAME.test(host) || !host.includes(".") ? "private" : "public";
}

export function isLoopback(hostname: string): boolean {
  const host = bareHost(hostname);
  const groups = groupsOf(host);
  if (groups === undefined) return host === "localhost" || host.endsWith(".localhost");
  return isIn(carried(groups) ?? groups, LOOPBACK);
}

/** Without the dot of a name that is spelled out to the root. */
export function bareHost(hostname: string): string {
  return hostname.toLowerCase().replace(/\.$/, "");
}

function kindOf(groups: Groups): HostKind {
  const plain = carried(groups) ?? groups;
  const six = plain.length === 8;
  if (isIn(plain, six ? METADATA_6 : METADATA)) return "metadata";
  return isIn(plain, six ? PRIVATE_6 : PRIVATE) ? "private" : "public";
}

function carried(groups: Groups): Groups | undefined {
  const carrier = groups.length === 8 ? CARRIERS.find(([outer]) => isIn(groups, [outer])) : undefined;
  if (carrier === undefined) return undefined;
  const [, at] = carrier;
  return groups.slice(at, at + 2).flatMap((group) => [group >> 8, group & 255]);
}

function isIn(groups: Groups, all: readonly Net[]): boolean {
  const width = groups.length === 4 ? 8 : 16;
  return all.some((net) => net.groups.length === groups.length && groups.every((group, index) => {
    const free = Math.min(width, Math.max(0, width * (index + 1) - net.bits));
    return group >> free === (net.groups[index] ?? 0) >> free;
  }));
}

function nets(...written: readonly string[]): readonly Net[] {
  return written.map(net);
}

function net(written: string): Net {
  const [address = "", bits] = written.split("/");
  return { groups: address.includes(":") ? six(address) : address.split(".").map(Number), bits: Number(bits) };
}

/** Undefined for a name. */
function groupsOf(host: string): Groups | undefined {
  if (/^\d+(\.\d+){3}$/.test(host)) return host.split(".").map(Number);
  return host.startsWith("[") ? six(host.slice(1, -1)) : undefined;
}

/** `URL` has written dotted parts in hex by then. */
function six(address: string): Groups {
  const [before = "", after] = address.split("::");
  const head = before === "" ? [] : before.split(":");
  const tail = after === undefined || after === "" ? [] : after.split(":");
  const gap = after === undefined ? 0 : 8 - head.length - tail.length;
  return [...head, ...new Array<string>(gap).fill("0"), ...tail].map((group) => Number.parseInt(group, 16));
}
