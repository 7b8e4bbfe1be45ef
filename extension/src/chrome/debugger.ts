/** `chrome.debugger`, as a port that the mux can be tested without. */

export interface DebugTarget {
  readonly tabId: number;
  /** A child session (a cross-origin frame, a worker) of that tab. */
  readonly sessionId?: string;
}

export type CdpEventListener = (source: DebugTarget, method: string, params: object) => void;
export type DetachListener = (tabId: number, reason: string) => void;

export interface DebuggerPort {
  attach(tabId: number): Promise<void>;
  detach(tabId: number): Promise<void>;
  send(target: DebugTarget, method: string, params?: object): Promise<unknown>;
  listen(onEvent: CdpEventListener, onDetach: DetachListener): void;
}

const PROTOCOL_VERSION = "1.3";

let eventListener: CdpEventListener | undefined;
let detachListener: DetachListener | undefined;

function receive(source: chrome.debugger.DebuggerSession, method: string, params?: object): void {
  if (source.tabId === undefined) return;
  const target: DebugTarget =
    source.sessionId === undefined ? { tabId: source.tabId } : { tabId: source.tabId, sessionId: source.sessionId };
  eventListener?.(target, method, params ?? {});
}

function detached(source: chrome.debugger.Debuggee, reason: string): void {
  if (source.tabId !== undefined) detachListener?.(source.tabId, reason);
}

/** Registers the browser's listeners; must run in the worker's first turn, or a waking event is lost. */
export function watchDebugger(): void {
  chrome.debugger.onEvent.addListener(receive);
  chrome.debugger.onDetach.addListener(detached);
}

export const chromeDebugger: DebuggerPort = {
  attach: (tabId) => chrome.debugger.attach({ tabId }, PROTOCOL_VERSION),
  detach: (tabId) => chrome.debugger.detach({ tabId }),
  // A promise of its own for each command: sending several without waiting keeps them in order on the wire.
  send: (target, method, params) =>
    chrome.debugger.sendCommand(target, method, params as Record<string, unknown> | undefined),
  listen(onEvent, onDetach) {
    eventListener = onEvent;
    detachListener = onDetach;
  },
};
