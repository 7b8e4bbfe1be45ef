/** A browser at the level of `chrome.debugger`: answers commands by script and sends events on request. */
import type { CdpEventListener, DebuggerPort, DebugTarget, DetachListener } from "../../src/chrome/debugger";

export interface SentCommand {
  readonly target: DebugTarget;
  readonly method: string;
  readonly params: Record<string, unknown>;
}

export type Reply = (params: Record<string, unknown>, target: DebugTarget) => unknown;

export class FakeDebugger implements DebuggerPort {
  readonly attached = new Set<number>();
  readonly sent: SentCommand[] = [];
  /** Set: the next attach is refused with this message. */
  refuse: string | undefined;
  readonly #replies = new Map<string, Reply>();
  #onEvent: CdpEventListener = () => undefined;
  #onDetach: DetachListener = () => undefined;

  attach(tabId: number): Promise<void> {
    const message = this.attached.has(tabId) ? `Another debugger is already attached to the tab with id: ${String(tabId)}.` : this.refuse;
    this.refuse = undefined;
    if (message !== undefined) return Promise.reject(new Error(message));
    this.attached.add(tabId);
    return Promise.resolve();
  }

  detach(tabId: number): Promise<void> {
    return this.attached.delete(tabId) ? Promise.resolve() : Promise.reject(new Error("Debugger is not attached."));
  }

  async send(target: DebugTarget, method: string, params: object = {}): Promise<unknown> {
    const known = params as Record<string, unknown>;
    this.sent.push({ target, method, params: known });
    // An answer never comes in the turn of its question.
    await Promise.resolve();
    return (await this.#replies.get(method)?.(known, target)) ?? {};
  }

  listen(onEvent: CdpEventListener, onDetach: DetachListener): void {
    this.#onEvent = onEvent;
    this.#onDetach = onDetach;
  }

  /** From now on `method` is answered so. */
  answer(method: string, reply: Reply): void {
    this.#replies.set(method, reply);
  }

  emit(tabId: number, method: string, params: object, sessionId?: string): void {
    this.#onEvent(sessionId === undefined ? { tabId } : { tabId, sessionId }, method, params);
  }

  /** The browser ends the debugging: the user did, or the tab is gone. */
  end(tabId: number, reason: string): void {
    this.attached.delete(tabId);
    this.#onDetach(tabId, reason);
  }

  of(method: string): readonly SentCommand[] {
    return this.sent.filter((command) => command.method === method);
  }
}

export const never: Promise<never> = new Promise(() => undefined);
