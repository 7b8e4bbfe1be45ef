/** This browser's link to its hub: carries out what `state.ts` decides and what the hub asks. */
import type { BrowserEvent, Welcome } from "../generated/protocol.js";
import type { Delays } from "./backoff.js";
import { CallDesk, type DeskParts } from "./call_desk.js";
import { Connection, type ConnectionParts, type Ending, type HubRequest } from "./connection.js";
import type { Running } from "./ledger.js";
import type { Pairing } from "./pairing.js";
import { type LinkEvent, type LinkState, type OffReason, step } from "./state.js";

export interface LinkParts extends ConnectionParts, Omit<DeskParts, "send"> {
  readonly delays: Delays;
  /** A task is over: its tab may be released. */
  readonly endTask: (taskId: string) => void;
  /** Whether the person has paused all tasks; the hub hears it with the hello. */
  readonly paused: () => boolean;
  /** Something that `status` tells has changed, beside what runs. */
  readonly changed: () => void;
}

export interface LinkStatus {
  readonly state: LinkState;
  readonly pairing: Pairing | undefined;
  readonly hubName: string | undefined;
  readonly running: readonly Running[];
  /** What the hub says about private networks. */
  readonly privateAddresses: "allow" | "deny";
}

export class Link {
  #state: LinkState = { phase: "off", why: "unpaired", said: "" };
  #pairing: Pairing | undefined;
  #connection: Connection | undefined;
  #hubName: string | undefined;
  #privateAddresses: "allow" | "deny" = "allow";
  #unwake: () => void = () => undefined;
  readonly #desk: CallDesk;

  constructor(private readonly parts: LinkParts) {
    this.#desk = new CallDesk({ ...parts, send: (text) => this.#connection?.sendText(text) ?? false });
  }

  /** The pairing to show, and to use at the next `start`. */
  know(pairing: Pairing): void {
    const same = this.#pairing?.hub === pairing.hub;
    this.#desk.serve(`${pairing.hub} ${pairing.instanceId}`);
    this.#pairing = pairing;
    this.#hubName = pairing.hubName ?? (same ? this.#hubName : undefined);
  }

  /** Join `pairing`'s hub, leaving any other. */
  start(pairing: Pairing): void {
    this.know(pairing);
    this.#step({ type: "start" });
  }

  /** Leave, and stay away until `start`. Calls that run are stopped: nobody would take their answers. */
  stop(why: OffReason, said = ""): void {
    if (why === "unpaired") this.#pairing = undefined;
    this.#desk.stopAll("this browser left the hub");
    this.#step({ type: "stop", why, said });
  }

  /** An alarm or a page load says: look whether a retry is due. */
  nudge(): void {
    this.#step({ type: "nudge", atMs: this.parts.clock.now() });
  }

  /** Tell the hub of something that happened; lost when there is no link, since its readers ask anew then. */
  tell(frame: BrowserEvent): void {
    this.#connection?.send(frame);
  }

  /** Stop all that runs; how many calls that were. */
  stopCalls(reason: string): number {
    return this.#desk.stopAll(reason);
  }

  status(): LinkStatus {
    const { running } = this.#desk;
    const privateAddresses = this.#privateAddresses;
    return { state: this.#state, pairing: this.#pairing, hubName: this.#hubName, running, privateAddresses };
  }

  #step(event: LinkEvent): void {
    const before = this.#state;
    const { state, effects } = step(before, event, this.parts.delays);
    this.#state = state;
    if (state.phase !== "reconnecting") this.#unwake();
    for (const effect of effects) {
      switch (effect.type) {
        case "drop":
          this.#drop();
          break;
        case "connect":
          this.#connect();
          break;
        case "wake_me":
          this.#unwake = this.parts.clock.after(effect.inMs, () => {
            this.#step({ type: "due" });
          });
          break;
        default:
          effect satisfies never;
      }
    }
    if (state !== before) this.parts.changed();
  }

  #drop(): void {
    this.#connection?.drop();
    this.#connection = undefined;
    this.#desk.linkLost();
  }

  #connect(): void {
    if (this.#pairing === undefined) return;
    const connection: Connection = new Connection(this.parts, this.#pairing, {
      account: () => ({ ...this.#desk.account(), ...(this.parts.paused() ? { paused: true } : {}) }),
      welcomed: (welcome, hubName) => {
        this.#welcomed(welcome, hubName);
      },
      asked: (request) => {
        this.#carryOut(request);
      },
      ended: (ending: Ending) => {
        if (this.#connection === connection) this.#step(ending);
      },
    });
    this.#connection = connection;
    void connection.begin();
  }

  #welcomed(welcome: Welcome, hubName: string | undefined): void {
    this.#hubName = hubName ?? this.#hubName;
    this.#privateAddresses = welcome.privateAddresses ?? "allow";
    this.#step({ type: "welcomed", epoch: welcome.epoch, atMs: this.parts.clock.now() });
    this.#desk.welcomed(welcome.epoch, welcome.acks);
  }

  #carryOut(request: HubRequest): void {
    switch (request.type) {
      case "tool_call":
        this.#desk.call(request);
        return;
      case "tool_cancel":
        this.#desk.cancel(request.id, request.reason);
        return;
      case "tool_ack":
        this.#desk.acknowledge(request.ids);
        return;
      case "task_ended":
        this.#desk.taskEnded(request.taskId);
        this.parts.endTask(request.taskId);
        return;
      case "subscribe":
        // Live pictures, console and network streams are not offered yet; answers and events don't need them.
        return;
      default:
        request satisfies never;
    }
  }
}
