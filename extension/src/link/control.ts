/** What the person at this browser can do with its link, and what they are told about it. */
import { ErrorCode } from "../generated/protocol.js";
import { present } from "./fields.js";
import type { Limits, Sites } from "./limits.js";
import type { Link } from "./link.js";
import type { CallMemory, Remembered } from "./memory.js";
import { hubOrigin, type Pairing, type Pairings, shortAddress } from "./pairing.js";
import type { Report, Wish } from "./popup_messages.js";
import { type HubCard, NoWayIn } from "./register.js";
import type { LinkState, OffReason } from "./state.js";

export interface ControlParts {
  readonly link: Link;
  readonly memory: CallMemory;
  readonly remembered: Remembered;
  readonly pairings: () => Pairings;
  readonly pair: (hub: string, key: string | undefined) => Promise<Pairing>;
  /** Who answers at an address; undefined when no hub does. */
  readonly cardOf: (hub: string) => Promise<HubCard | undefined>;
  readonly limits: Limits;
  /** Takes the debugger off every tab. */
  readonly letGo: () => void;
  readonly mayReach: (hub: string) => Promise<boolean>;
  readonly drivenTabs: () => number;
  /** `Chromium 156`: shown when the pairing has no label. */
  readonly browser: string;
  /** Whether the worker should be woken regularly. */
  readonly wanted: (wanted: boolean) => void;
  readonly changed: () => void;
}

/** What calls are answered with while all tasks are paused. */
export const PAUSED = "the person at this browser has paused all tasks";

/** A hub that answers so asks for a key, or for another one. */
const KEY_WANTED: readonly string[] = [ErrorCode.UNAUTHORIZED, ErrorCode.FORBIDDEN];

type PairingStep = Report["pairing"];

export class Control {
  #pairingStep: PairingStep = { step: "idle" };
  /** The hub whose address the person was asked to allow; its key is never written down. */
  #awaiting: { readonly hub: string; readonly key: string | undefined } | undefined;
  #told: string | undefined;
  #seen: Report["seen"];

  constructor(private readonly parts: ControlParts) {}

  /** The pairing in force has been read: join, or stay away and say why. */
  paired(pairing: Pairing | undefined, paused: boolean): void {
    const key = JSON.stringify([pairing ?? null, paused]);
    if (key === this.#told) return;
    const off = this.#told === undefined ? this.parts.remembered.off : undefined;
    if (this.#told !== undefined) this.parts.memory.clearOff();
    this.#told = key;
    this.parts.wanted(pairing !== undefined && !paused);
    if (pairing === undefined) this.parts.link.stop("unpaired");
    else if (paused) this.#stayAway(pairing, { why: "disconnected", said: "" });
    else if (off !== undefined) this.#stayAway(pairing, off);
    else this.parts.link.start(pairing);
  }

  /** Remember across worker restarts that the hub sent this browser away; else two browsers would take turns. */
  noticed(state: LinkState): void {
    if (state.phase !== "off" || state.why === "unpaired" || state.why === "disconnected") return;
    this.parts.memory.noteOff({ why: state.why, said: state.said });
  }

  async wish(wish: Wish): Promise<void> {
    switch (wish.type) {
      case "connect":
        await this.#connect(wish.hub, wish.key);
        return;
      case "look":
        await this.#look(wish.hub);
        return;
      case "disconnect":
        await this.parts.pairings().pause();
        return;
      case "reconnect":
        await this.#reconnect();
        return;
      case "forget":
        await this.parts.pairings().forget();
        return;
      case "stop":
        this.parts.link.stopCalls("stopped by the person at the browser");
        return;
      case "pause":
      case "resume":
        await this.#pause(wish.type === "pause");
        return;
      case "sites":
        await this.#limit(wish.sites);
        return;
      default:
        wish satisfies never;
    }
  }

  /** The person has allowed some address: the one that was waited for? */
  async granted(): Promise<void> {
    if (this.#awaiting !== undefined) await this.#connect(this.#awaiting.hub, this.#awaiting.key);
  }

  report(): Report {
    const { state, pairing, hubName, running } = this.parts.link.status();
    return {
      state,
      ...(pairing === undefined
        ? {}
        : {
            hub: { address: shortAddress(pairing.hub), ...present({ name: hubName }) },
            browser: {
              instanceId: pairing.instanceId,
              launched: pairing.origin === "launched",
              label: pairing.label === undefined || pairing.label === "" ? this.parts.browser : pairing.label,
            },
          }),
      running,
      drivenTabs: this.parts.drivenTabs(),
      paused: this.parts.limits.paused,
      ...(pairing === undefined ? {} : { sites: this.parts.limits.of(pairing.hub) }),
      pairing: this.#pairingStep,
      ...present({ seen: this.#seen }),
    };
  }

  /** First nothing new begins, then what runs is stopped, then the hub is told. */
  async #pause(paused: boolean): Promise<void> {
    const { link, limits } = this.parts;
    const kept = limits.pause(paused);
    if (paused) {
      link.stopCalls(PAUSED);
      this.parts.letGo();
    }
    link.tell({ type: "event", kind: "stopped", data: { paused } });
    await kept;
  }

  async #limit(sites: Sites): Promise<void> {
    const { pairing } = this.parts.link.status();
    if (pairing !== undefined) await this.parts.limits.limit(pairing.hub, sites);
  }

  #stayAway(pairing: Pairing, off: { readonly why: OffReason; readonly said: string }): void {
    this.parts.link.know(pairing);
    this.parts.link.stop(off.why, off.said);
  }

  async #reconnect(): Promise<void> {
    this.parts.memory.clearOff();
    const { pairing } = this.parts.link.status();
    await this.parts.pairings().resume();
    const { phase } = this.parts.link.status().state;
    if (pairing !== undefined && (phase === "off" || phase === "reconnecting")) this.parts.link.start(pairing);
  }

  /** Shows the person whom a click would connect them to. Other machines are not asked before the click. */
  async #look(address: string): Promise<void> {
    const hub = hubOrigin(address);
    const known = hub !== undefined && (await this.parts.mayReach(hub));
    this.#seen = known ? { address, ...(await this.parts.cardOf(hub)) } : undefined;
    this.parts.changed();
  }

  async #connect(address: string, key: string | undefined): Promise<void> {
    const hub = hubOrigin(address);
    if (hub === undefined) {
      this.#showPairing({ step: "failed", said: "That is no address of a hub: try http://localhost:3300." });
      return;
    }
    if (!(await this.parts.mayReach(hub))) {
      this.#awaiting = { hub, key };
      this.#showPairing({ step: "asking" });
      return;
    }
    this.#awaiting = undefined;
    this.#showPairing({ step: "pairing" });
    try {
      const pairing = await this.parts.pair(hub, key);
      this.#showPairing({ step: "idle" });
      await this.parts.pairings().pair(pairing);
    } catch (error) {
      const wantsKey = error instanceof NoWayIn && KEY_WANTED.includes(error.code ?? "");
      const said = error instanceof Error ? error.message : String(error);
      this.#showPairing({ step: "failed", said, ...(wantsKey ? { keyRequired: true } : {}) });
    }
  }

  #showPairing(step: PairingStep): void {
    this.#pairingStep = step;
    this.parts.changed();
  }
}
