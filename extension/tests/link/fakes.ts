/** A virtual clock, a scripted hub and stores in memory. */
import { createHmac } from "node:crypto";
import type { HubFrame, JsonObject } from "../../src/generated/protocol";
import type { Pairing } from "../../src/link/pairing";
import type { Clock, Identity, Lasting, OpenSocket, SessionStore, Socket, SocketListener } from "../../src/link/ports";

export class FakeClock implements Clock {
  #now = 1_000_000;
  #timers: { readonly at: number; readonly then: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, then: () => void): () => void {
    const timer = { at: this.#now + ms, then };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  soon(then: () => void): void {
    setImmediate(then);
  }

  /** Let `ms` pass; timers fire in their order, at their time. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#now = next.at;
      next.then();
    }
    this.#now = end;
  }

  /** The time of day is corrected; what waits goes on waiting for as long as before. */
  setBack(ms: number): void {
    this.#now -= ms;
    this.#timers = this.#timers.map(({ at, then }) => ({ at: at - ms, then }));
  }

  get pending(): number {
    return this.#timers.length;
  }
}

/** Let promises that can go on go on; what waits for WebCrypto's threads wants `until`. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((next) => setImmediate(next));
}

/** Wait until `ready`, 5 s at most. */
export async function until(ready: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!ready()) {
    if (performance.now() > deadline) throw new Error("it did not come to pass");
    await new Promise((next) => setTimeout(next, 1));
  }
}

export class FakeSession implements SessionStore {
  readonly kept = new Map<string, unknown>();
  /** Each request that changes something, in order. */
  readonly writes: string[] = [];

  all(): Promise<Readonly<Record<string, unknown>>> {
    return Promise.resolve(structuredClone(Object.fromEntries(this.kept)));
  }

  put(key: string, value: unknown): void {
    this.writes.push(`put ${key}`);
    this.kept.set(key, structuredClone(value));
  }

  drop(keys: readonly string[]): void {
    this.writes.push(`drop ${keys.join(" ")}`);
    for (const key of keys) this.kept.delete(key);
  }
}

export class FakeLasting implements Lasting {
  readonly kept = new Map<string, unknown>();
  readonly #listeners: [string, (value: unknown) => void][] = [];

  get(key: string): Promise<unknown> {
    return Promise.resolve(this.kept.get(key));
  }

  set(key: string, value: unknown): Promise<void> {
    this.kept.set(key, value);
    this.#tell(key);
    return Promise.resolve();
  }

  remove(key: string): Promise<void> {
    if (this.kept.delete(key)) this.#tell(key);
    return Promise.resolve();
  }

  onChange(key: string, listener: (value: unknown) => void): void {
    this.#listeners.push([key, listener]);
  }

  #tell(key: string): void {
    for (const [of, listener] of this.#listeners) if (of === key) listener(this.kept.get(key));
  }
}

export const identity: Identity = {
  extensionId: "abc",
  userAgent: "Fake/1.0",
  browser: "Chromium 156",
  windowId: () => Promise.resolve(7),
};

export const PAIRING: Pairing = {
  hub: "http://localhost:3300",
  instanceId: "inst_1_a",
  credential: "c0ffee",
  label: "one",
  origin: "paired",
};

export function hmac(key: string, message: string): string {
  return createHmac("sha256", key).update(message).digest("hex");
}

export class FakeLink implements Socket {
  readonly said: JsonObject[] = [];
  closedWith: number | undefined;

  constructor(
    readonly url: string,
    readonly listener: SocketListener,
  ) {}

  send(data: string): void {
    this.said.push(JSON.parse(data) as JsonObject);
  }

  close(code: number): void {
    this.closedWith = code;
  }

  hears(frame: HubFrame | JsonObject): void {
    this.listener.text(JSON.stringify(frame));
  }

  /** Frames of one type, in order. */
  told(type: string): readonly JsonObject[] {
    return this.said.filter((frame) => frame["type"] === type);
  }
}

/** Answers registrations, and keeps the sockets that were opened. */
export class FakeHub {
  readonly links: FakeLink[] = [];
  readonly registrations: JsonObject[] = [];
  credential = PAIRING.credential;
  /** What is answered instead, if anything. */
  answer: ((body: JsonObject) => Response) | undefined;
  down = false;
  /** The key that new browsers need. */
  key: string | undefined;
  /** What was presented as one, per registration. */
  readonly keys: (string | null)[] = [];
  looks = 0;

  readonly fetch = (url: string, init: RequestInit): Promise<Response> => {
    if (this.down) return Promise.reject(new TypeError("Failed to fetch"));
    if (url.endsWith("/health")) {
      this.looks += 1;
      return Promise.resolve(Response.json({ name: "Yard", keyRequired: this.key !== undefined }));
    }
    const presented = new Headers(init.headers).get("authorization");
    this.keys.push(presented);
    const body = JSON.parse(init.body as string) as JsonObject;
    this.registrations.push(body);
    if (body["pair"] === true && this.key !== undefined && presented !== `Bearer ${this.key}`) {
      const refusal = { error: "A valid API key is required", code: "UNAUTHORIZED" };
      return Promise.resolve(Response.json(refusal, { status: 401 }));
    }
    return Promise.resolve(this.answer?.(body) ?? Response.json(this.registered(body)));
  };

  readonly open: OpenSocket = (url, listener) => {
    const link = new FakeLink(url, listener);
    this.links.push(link);
    return link;
  };

  registered(body: JsonObject): JsonObject {
    const instanceId = (body["instanceId"] as string | undefined) ?? "inst_9_new";
    const answer = {
      instanceId,
      port: 3400,
      websocketUrl: `ws://localhost:3400/instances/${instanceId}?ticket=t`,
      ticket: "t",
      hubName: "Yard",
    };
    if (body["pair"] === true) return { ...answer, credential: this.credential };
    const message = `hub|${instanceId}|${String(body["nonce"])}|hubnonce`;
    return { ...answer, nonce: "hubnonce", proof: hmac(this.credential, message) };
  }

  /** The newest socket, once there are `count` of them. */
  async link(count: number): Promise<FakeLink> {
    await until(() => this.links.length >= count);
    const link = this.links[count - 1];
    if (link === undefined) throw new Error("no link");
    return link;
  }

  /** The same, opened and welcomed. */
  async welcome(count: number, epoch = count, acks: readonly string[] = []): Promise<FakeLink> {
    const link = await this.link(count);
    link.listener.opened();
    link.hears({ type: "welcome", instanceId: PAIRING.instanceId, serverVersion: "1", protocol: 1, epoch, acks });
    return link;
  }
}
