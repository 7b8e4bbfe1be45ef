/** A CDP session: typed commands and events of one target. */
import type { ProtocolMapping } from "devtools-protocol/types/protocol-mapping.js";
import { ToolFailure } from "../failure.js";
import type { DebuggerPort, DebugTarget } from "./debugger.js";

type Commands = ProtocolMapping.Commands;
type Events = ProtocolMapping.Events;
export type Method = keyof Commands;
export type EventName = keyof Events;
export type Params<M extends Method> = Commands[M]["paramsType"];
export type Returned<M extends Method> = Commands[M]["returnType"];
export type EventParams<E extends EventName> = Events[E] extends [infer P] ? P : undefined;

/** The browser refused a command; `message` is its own text. */
export class CdpError extends Error {
  override readonly name = "CdpError";

  constructor(
    readonly method: string,
    message: string,
  ) {
    super(message);
  }
}

const DETACHED = /detached while handling|debugger is not attached|no tab with given id|target closed/i;
const NEWS_MS = 100;

type Listener = (params: never) => void;

export interface TargetFacts {
  readonly targetId: string;
  readonly type: string;
  readonly url: string;
}

export class CdpSession {
  #listeners = new Map<string, Set<Listener>>();
  #closed: ToolFailure | undefined;
  #rejects = new Set<(failure: ToolFailure) => void>();
  #onClose = new Set<() => void>();

  constructor(
    private readonly port: DebuggerPort,
    readonly target: DebugTarget,
    readonly facts?: TargetFacts,
  ) {}

  /** The id of a child session; undefined for the tab's own. */
  get id(): string | undefined {
    return this.target.sessionId;
  }

  get closed(): boolean {
    return this.#closed !== undefined;
  }

  /** Rejects with `CdpError`, or with the `ToolFailure` that ended the session: never hangs past its end. */
  send<M extends Method>(method: M, ...params: Params<M>): Promise<Returned<M>> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    return new Promise((resolve, reject) => {
      this.#rejects.add(reject);
      this.port.send(this.target, method, params[0] as object | undefined).then(
        (value) => {
          this.#rejects.delete(reject);
          resolve(value as Returned<M>);
        },
        (error: unknown) => {
          const message = readMessage(error);
          if (this.#closed === undefined && DETACHED.test(message)) this.#whenClosed(reject);
          else {
            this.#rejects.delete(reject);
            reject(this.#closed ?? new CdpError(method, message));
          }
        },
      );
    });
  }

  /** Commands in flight are refused a moment before the event that says why. */
  #whenClosed(reject: (failure: ToolFailure) => void): void {
    setTimeout(() => {
      if (!this.#rejects.delete(reject)) return;
      reject(new ToolFailure("DEBUGGER_DETACHED", `debugging of tab ${String(this.target.tabId)} has ended`));
    }, NEWS_MS);
  }

  /** Sends and forgets: for commands whose failure changes nothing. */
  post<M extends Method>(method: M, ...params: Params<M>): void {
    this.send(method, ...params).catch(() => undefined);
  }

  /** Listens until the returned function is called. */
  on<E extends EventName>(event: E, listener: (params: EventParams<E>) => void): () => void {
    let listeners = this.#listeners.get(event);
    if (listeners === undefined) {
      listeners = new Set();
      this.#listeners.set(event, listeners);
    }
    const known = listeners;
    known.add(listener);
    return () => known.delete(listener);
  }

  onClose(listener: () => void): void {
    this.#onClose.add(listener);
  }

  emit(method: string, params: object): void {
    for (const listener of [...(this.#listeners.get(method) ?? [])]) listener(params as never);
  }

  close(failure: ToolFailure): void {
    if (this.#closed !== undefined) return;
    this.#closed = failure;
    for (const reject of this.#rejects) reject(failure);
    this.#rejects.clear();
    for (const listener of this.#onClose) listener();
    this.#listeners.clear();
  }
}

/** The extension API wraps CDP's error object as JSON text in the message. */
function readMessage(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (!text.startsWith("{")) return text;
  try {
    const parsed = JSON.parse(text) as { message?: unknown; data?: unknown };
    const data = typeof parsed.data === "string" ? `: ${parsed.data}` : "";
    return typeof parsed.message === "string" ? parsed.message + data : text;
  } catch {
    return text;
  }
}
