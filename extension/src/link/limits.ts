/** What the person at this browser lets tasks do: nothing while paused, and where to go for each hub. */
import { type Fields, isFields, texts } from "./fields.js";
import type { Lasting } from "./ports.js";

/** Patterns as in `policy/sites.ts`. */
export interface Sites {
  /** None: all sites. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  /** Whether this person keeps tasks out of private networks, whatever the hub says. */
  readonly noPrivate: boolean;
}

export const ALL_SITES: Sites = { allow: [], deny: [], noPrivate: false };

export function readSettings(fields: Fields): Sites {
  return { allow: texts(fields["allow"]), deny: texts(fields["deny"]), noPrivate: fields["noPrivate"] === true };
}

const SITES = "sites";
const PAUSED = "tasksPaused";

/** Survives the browser, and holds for a hub again when this browser returns to it. */
export class Limits {
  #paused = false;
  #sites: Readonly<Record<string, unknown>> = {};

  constructor(
    private readonly store: Lasting,
    private readonly changed: () => void,
  ) {
    store.onChange(SITES, () => void this.read());
    store.onChange(PAUSED, () => void this.read());
  }

  get paused(): boolean {
    return this.#paused;
  }

  of(hub: string): Sites {
    const kept = Object.hasOwn(this.#sites, hub) ? this.#sites[hub] : undefined;
    return isFields(kept) ? readSettings(kept) : ALL_SITES;
  }

  async read(): Promise<void> {
    const [sites, paused] = await Promise.all([this.store.get(SITES), this.store.get(PAUSED)]);
    this.#sites = isFields(sites) ? sites : {};
    this.#paused = paused === true;
    this.changed();
  }

  /** Holds from this moment on, before it is written down. */
  async pause(paused: boolean): Promise<void> {
    this.#paused = paused;
    this.changed();
    await this.store.set(PAUSED, paused);
  }

  async limit(hub: string, sites: Sites): Promise<void> {
    this.#sites = { ...this.#sites, [hub]: sites };
    this.changed();
    await this.store.set(SITES, this.#sites);
  }
}
