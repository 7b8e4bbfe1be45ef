/** One attempt at a link: register, socket, hello, welcome, frames, end. Never revived, only replaced. */
import { type BrowserFrame, type Hello, type HubFrame, PROTOCOL, type Welcome } from "../generated/protocol.js";
import { Heartbeat } from "./heartbeat.js";
import type { Pairing } from "./pairing.js";
import type { Clock, Identity, OpenSocket, Socket } from "./ports.js";
import { readFrame } from "./read_frame.js";
import { type Fetch, NoWayIn, register } from "./register.js";
import type { LinkEvent } from "./state.js";

/** From the first byte of the socket to the welcome. */
const WELCOME_WITHIN_MS = 10_000;

export type Ending = Extract<LinkEvent, { type: "lost" } | { type: "closed" }>;

/** What a hub asks for once the link stands. */
export type HubRequest = Exclude<HubFrame, Welcome | { type: "ping" | "pong" }>;

export interface ConnectionListener {
  /** What the hello says about calls; read when the socket is open. */
  account(): Pick<Hello, "running" | "outbox" | "memory" | "paused">;
  welcomed(welcome: Welcome, hubName: string | undefined): void;
  asked(request: HubRequest): void;
  ended(ending: Ending): void;
}

export interface ConnectionParts {
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly open: OpenSocket;
  readonly identity: Identity;
}

export class Connection {
  #socket: Socket | undefined;
  #heartbeat: Heartbeat | undefined;
  #welcomed = false;
  #over = false;
  #giveUp: () => void = () => undefined;

  constructor(
    private readonly parts: ConnectionParts,
    private readonly pairing: Pairing,
    private readonly listener: ConnectionListener,
  ) {}

  /** Resolves when the way in is known or lost; all that follows comes through the listener. */
  async begin(): Promise<void> {
    const { fetch, identity, clock, open } = this.parts;
    try {
      const way = await register(fetch, this.pairing, identity);
      if (this.#over) return;
      this.#giveUp = clock.after(WELCOME_WITHIN_MS, () => {
        this.#lost("unreachable", "The hub did not answer the hello in time.");
      });
      this.#socket = open(way.websocketUrl, {
        opened: () => {
          this.#greet(way.ticket, way.proof);
        },
        text: (data) => {
          this.#receive(data, way.hubName);
        },
        closed: (code, reason) => {
          this.#finish({ type: "closed", code, said: reason, atMs: clock.now() });
        },
      });
    } catch (error) {
      if (error instanceof NoWayIn) this.#lost(error.why, error.message);
      else this.#lost("unreachable", String(error));
    }
  }

  /** Sends when the link stands; whether it could. */
  send(frame: BrowserFrame): boolean {
    return this.sendText(JSON.stringify(frame));
  }

  /** The same for a frame that is JSON already. */
  sendText(frame: string): boolean {
    if (!this.#welcomed || this.#over || this.#socket === undefined) return false;
    this.#socket.send(frame);
    return true;
  }

  /** End without a word to the listener. */
  drop(): void {
    if (this.#over) return;
    this.#release();
  }

  #greet(ticket: string, proof: string): void {
    const { label, instanceId } = this.pairing;
    const hello: Hello = {
      type: "hello",
      instanceId,
      protocol: PROTOCOL,
      browser: this.parts.identity.browser,
      ...(label === undefined ? {} : { label }),
      ahead: true,
      ...this.listener.account(),
      ticket,
      proof,
    };
    this.#socket?.send(JSON.stringify(hello));
    this.#heartbeat = new Heartbeat(
      this.parts.clock,
      () => this.send({ type: "ping" }),
      () => {
        this.#lost("silent", "The hub has been silent for 45 s.");
      },
    );
  }

  #receive(data: string, hubName: string | undefined): void {
    if (this.#over) return;
    this.#heartbeat?.heard();
    const frame = readFrame(data);
    if (frame === undefined) return;
    switch (frame.type) {
      case "pong":
        return;
      case "ping":
        this.#socket?.send('{"type":"pong"}');
        return;
      case "welcome":
        this.#welcome(frame, hubName);
        return;
      default:
        if (this.#welcomed) this.listener.asked(frame);
    }
  }

  #welcome(frame: Welcome, hubName: string | undefined): void {
    if (this.#welcomed || frame.instanceId !== this.pairing.instanceId) return;
    this.#welcomed = true;
    this.#giveUp();
    this.listener.welcomed(frame, frame.hubName ?? hubName);
  }

  #lost(why: Extract<Ending, { type: "lost" }>["why"], said: string): void {
    this.#finish({ type: "lost", why, said, atMs: this.parts.clock.now() });
  }

  #finish(ending: Ending): void {
    if (this.#over) return;
    this.#release();
    this.listener.ended(ending);
  }

  #release(): void {
    this.#over = true;
    this.#giveUp();
    this.#heartbeat?.stop();
    this.#socket?.close(1000, "");
  }
}
