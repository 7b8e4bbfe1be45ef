/** What the link needs from the rest of the extension; each has a scripted fake in the tests. */

export interface Socket {
  send(data: string): void;
  close(code: number, reason: string): void;
}

export interface SocketListener {
  opened(): void;
  text(data: string): void;
  closed(code: number, reason: string): void;
}

export type OpenSocket = (url: string, listener: SocketListener) => Socket;

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs `then` once, unless the returned function is called first. */
  after(ms: number, then: () => void): () => void;
  /** Runs `then` as soon as what is at hand is done: this turn, and all that follows from it without waiting. */
  soon(then: () => void): void;
}

export type McpContent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image"; readonly data: string; readonly mimeType: string }
  | { readonly type: "resource"; readonly resource: { readonly uri: string; readonly mimeType: string; readonly blob: string } }
  | { readonly type: "resource_link"; readonly uri: string; readonly name: string; readonly mimeType: string };

export interface McpResult {
  readonly content: readonly McpContent[];
  readonly structuredContent: Readonly<Record<string, unknown>>;
}

export interface CallContext {
  readonly callId: string;
  readonly taskId?: string;
  readonly commandId?: string;
  readonly taskName?: string;
  readonly session?: string;
  readonly dialogs?: "accept" | "dismiss" | "ask";
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
  progress(note: string): void;
}

/** Runs one catalogue tool; rejects with an error that has a `code`. */
export type RunTool = (name: string, args: Readonly<Record<string, unknown>>, context: CallContext) => Promise<McpResult>;

/** Storage that lives as long as the browser process, not only as long as the worker. */
export interface SessionStore {
  all(): Promise<Readonly<Record<string, unknown>>>;
  /** Takes effect before any later call into the browser does, awaited or not. */
  put(key: string, value: unknown): void;
  drop(keys: readonly string[]): void;
}

/** Storage that survives the browser. */
export interface Lasting {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  remove(key: string): Promise<void>;
  /** Told each time `key` was changed, by whomever. */
  onChange(key: string, listener: (value: unknown) => void): void;
}

/** Facts about this browser that a hub shows to people. */
export interface Identity {
  readonly extensionId: string;
  readonly userAgent: string;
  readonly browser: string;
  windowId(): Promise<number>;
}
