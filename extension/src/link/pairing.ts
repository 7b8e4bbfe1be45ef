/** Which hub this browser belongs to, and where that is written. */
import { isFields, parseFields, present, text } from "./fields.js";
import type { Lasting } from "./ports.js";

export interface Pairing {
  /** `http://host:port` of the hub, without a path. */
  readonly hub: string;
  readonly instanceId: string;
  readonly credential: string;
  readonly label?: string;
  readonly hubName?: string;
  /** `launched`: the hub started this browser, and its pairing lies in the extension's folder. */
  readonly origin: "launched" | "paired";
}

const PAIRING = "pairing";
const PAUSED = "paused";

/** The hub's origin, or undefined when `address` is no http(s) address. A missing scheme means http. */
export function hubOrigin(address: string): string | undefined {
  const trimmed = address.trim();
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`;
  if (trimmed === "" || !URL.canParse(withScheme)) return undefined;
  const url = new URL(withScheme);
  const usable = (url.protocol === "http:" || url.protocol === "https:") && url.username === "" && url.hostname !== "";
  return usable ? url.origin : undefined;
}

/** The address without what goes without saying. */
export function shortAddress(hub: string): string {
  return hub.replace(/^http:\/\//, "");
}

function readPairing(value: unknown, origin: Pairing["origin"]): Pairing | undefined {
  if (!isFields(value)) return undefined;
  const hub = hubOrigin(text(value["hub"]) ?? "");
  const instanceId = text(value["instanceId"]);
  const credential = text(value["credential"]);
  if (hub === undefined || instanceId === undefined || credential === undefined) return undefined;
  const names = present({ label: text(value["label"]), hubName: text(value["hubName"]) });
  return { hub, instanceId, credential, ...names, origin };
}

/**
 * The one pairing in force: the launcher's file wins over what the popup stored.
 *
 * A pairing may arrive while another is being read, so each reading is numbered and only the newest counts.
 */
export class Pairings {
  #reading = 0;
  #launched: Promise<Pairing | undefined> | undefined;

  constructor(
    private readonly store: Lasting,
    /** The text of `pairing.json` in the extension's folder; undefined where there is none. */
    private readonly file: () => Promise<string | undefined>,
    private readonly changed: (pairing: Pairing | undefined, paused: boolean) => void,
  ) {
    store.onChange(PAIRING, () => void this.read());
    store.onChange(PAUSED, () => void this.read());
  }

  /** Reads both sources and reports what holds now, unless a newer reading has begun meanwhile. */
  async read(): Promise<void> {
    const reading = ++this.#reading;
    this.#launched ??= this.file().then((body) =>
      body === undefined ? undefined : readPairing(parseFields(body), "launched"),
    );
    const [launched, stored, paused] = await Promise.all([
      this.#launched,
      this.store.get(PAIRING),
      this.store.get(PAUSED),
    ]);
    if (reading === this.#reading) this.changed(launched ?? readPairing(stored, "paired"), paused === true);
  }

  /** The change is reported through `changed`, as any other change of the store. */
  async pair(pairing: Pairing): Promise<void> {
    await this.store.remove(PAUSED);
    await this.store.set(PAIRING, pairing);
  }

  async forget(): Promise<void> {
    await this.store.remove(PAIRING);
  }

  /** Keep the pairing, but make no link until `resume`. */
  async pause(): Promise<void> {
    await this.store.set(PAUSED, true);
  }

  async resume(): Promise<void> {
    await this.store.remove(PAUSED);
  }
}
