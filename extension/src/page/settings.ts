/** What a task has set for a tab, in force in each of its sessions for as long as the tab lives. */
import type { Protocol } from "devtools-protocol";
import { CdpError, type CdpSession } from "../chrome/cdp.js";

export interface Viewport {
  readonly width: number;
  readonly height: number;
  readonly deviceScaleFactor: number;
  readonly mobile: boolean;
}

export interface Network {
  readonly offline: boolean;
  /** Bytes per second; -1: as fast as it goes. */
  readonly download: number;
  readonly upload: number;
  readonly latencyMs: number;
}

export interface Answer {
  readonly urlPattern: string;
  /** A name of CDP's, such as `Script`; undefined: any. */
  readonly resourceType?: Protocol.Network.ResourceType | undefined;
  readonly action: "block" | "fulfil" | "continue";
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

export interface Facts {
  readonly viewport?: Viewport | undefined;
  readonly agent?: Protocol.Emulation.SetUserAgentOverrideRequest | undefined;
  readonly place?: { readonly latitude: number; readonly longitude: number; readonly accuracy: number } | undefined;
  readonly timezone?: string | undefined;
  readonly network?: Network | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Handled by `Interception`; it stands here because it is kept like the others. */
  readonly intercept?: readonly Answer[] | undefined;
}

/** A tab's settings; they outlive the debugger's attachment, and the worker by way of `changed`. */
export class Settings {
  constructor(
    private known: Facts,
    private readonly changed: (facts: Facts) => void,
  ) {}

  get facts(): Facts {
    return this.known;
  }

  get none(): boolean {
    return Object.values(this.known).every((value) => value === undefined);
  }

  /** A field that is undefined ends that setting. */
  set(patch: Facts): void {
    this.known = Object.fromEntries(Object.entries({ ...this.known, ...patch }).filter(([, value]) => value !== undefined));
    this.changed(this.known);
  }

  reset(): void {
    this.known = {};
    this.changed(this.known);
  }
}

/** CDP's word for "as fast as it goes". */
const UNLIMITED = -1;

/** Puts `facts` into force in a session; a field that is there but undefined ends its setting. */
export async function apply(session: CdpSession, facts: Facts): Promise<void> {
  const { viewport, agent, place, timezone, network, headers } = facts;
  const sent: Promise<unknown>[] = [];
  if ("viewport" in facts) sent.push(...show(session, viewport));
  if ("agent" in facts) sent.push(session.send("Emulation.setUserAgentOverride", agent ?? { userAgent: "" }));
  if ("place" in facts) sent.push(put(session, place));
  if ("timezone" in facts) sent.push(keepTime(session, timezone));
  if ("network" in facts) sent.push(slow(session, network));
  if ("headers" in facts) sent.push(session.send("Network.setExtraHTTPHeaders", { headers: { ...headers } }));
  await Promise.all(sent);
}

function show(session: CdpSession, viewport: Viewport | undefined): Promise<unknown>[] {
  const enabled = viewport?.mobile === true;
  const touch = session.send("Emulation.setTouchEmulationEnabled", enabled ? { enabled, maxTouchPoints: 5 } : { enabled });
  // Frames in other processes have the size that the page gives them; only touch is theirs to know.
  if (session.id !== undefined) return [touch];
  if (viewport === undefined) return [touch, session.send("Emulation.clearDeviceMetricsOverride")];
  return [touch, session.send("Emulation.setDeviceMetricsOverride", { ...viewport })];
}

function put(session: CdpSession, place: Facts["place"]): Promise<unknown> {
  return place === undefined ? session.send("Emulation.clearGeolocationOverride") : session.send("Emulation.setGeolocationOverride", { ...place });
}

async function keepTime(session: CdpSession, timezone: string | undefined): Promise<void> {
  try {
    await session.send("Emulation.setTimezoneOverride", { timezoneId: timezone ?? "" });
  } catch (error) {
    // Frames of one process share it, and only one of their sessions may set it.
    if (!(error instanceof CdpError) || !/already in effect/i.test(error.message)) throw error;
  }
}

function slow(session: CdpSession, network: Network | undefined): Promise<unknown> {
  return session.send("Network.emulateNetworkConditions", {
    offline: network?.offline ?? false,
    latency: network?.latencyMs ?? 0,
    downloadThroughput: network?.download ?? UNLIMITED,
    uploadThroughput: network?.upload ?? UNLIMITED,
  });
}
