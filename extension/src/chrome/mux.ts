/** One attachment per tab, and in it one CDP session per target: the page and its cross-origin frames. */
import { ToolFailure } from "../failure.js";
import { CdpSession } from "./cdp.js";
import type { DebuggerPort, DebugTarget } from "./debugger.js";

export type DetachReason = "target_closed" | "canceled_by_user" | "released";

const ALREADY_ATTACHED = /already attached/i;
const NO_SUCH_TAB = /no tab with/i;
const PRIVILEGED = /cannot (access|attach)|cannot be (attached|scripted)/i;

/** A tab that is being debugged. */
export class Attachment {
  readonly root: CdpSession;
  #children = new Map<string, CdpSession>();
  /** Why it is debugged no longer. */
  #left: DetachReason | undefined;
  readonly #onLeft = new Set<(reason: DetachReason) => void>();
  #onChild: ((child: CdpSession) => void) | undefined;

  constructor(
    readonly tabId: number,
    private readonly port: DebuggerPort,
  ) {
    this.root = new CdpSession(port, { tabId });
  }

  get attached(): boolean {
    return this.#left === undefined;
  }

  /**
   * Tells once, soon, when the tab is debugged no longer, or that it is so already, unless the returned function is called
   * first. Whoever listened for the length of a call must call it: a promise would keep every call until the tab is let go.
   */
  onLeft(listener: (reason: DetachReason) => void): () => void {
    if (this.#left === undefined) this.#onLeft.add(listener);
    else tell(listener, this.#left);
    return () => this.#onLeft.delete(listener);
  }

  /** Tells about every child session, those that are there already included. */
  eachChild(listener: (child: CdpSession) => void): void {
    this.#onChild = listener;
    for (const child of this.#children.values()) listener(child);
  }

  /** An event of this tab; those that announce or end child sessions are acted on first. */
  receive(source: DebugTarget, method: string, params: object): void {
    const session = source.sessionId === undefined ? this.root : this.#children.get(source.sessionId);
    if (session === undefined) return;
    if (method === "Target.attachedToTarget") {
      this.#adopt(params as { sessionId: string; targetInfo: { targetId: string; type: string; url: string } });
    } else if (method === "Target.detachedFromTarget") {
      this.#drop((params as { sessionId: string }).sessionId);
    }
    session.emit(method, params);
  }

  close(reason: DetachReason): void {
    if (this.#left !== undefined) return;
    this.#left = reason;
    for (const id of [...this.#children.keys()]) this.#drop(id);
    this.root.close(detachFailure(reason, this.tabId));
    for (const listener of this.#onLeft) tell(listener, reason);
    this.#onLeft.clear();
  }

  #adopt(params: { sessionId: string; targetInfo: { targetId: string; type: string; url: string } }): void {
    if (this.#children.has(params.sessionId)) return;
    const child = new CdpSession(this.port, { tabId: this.tabId, sessionId: params.sessionId }, params.targetInfo);
    this.#children.set(params.sessionId, child);
    this.#onChild?.(child);
  }

  #drop(sessionId: string): void {
    const child = this.#children.get(sessionId);
    if (child === undefined) return;
    this.#children.delete(sessionId);
    child.close(new ToolFailure("TAB_GONE", "the frame is gone"));
  }
}

/** After what is under way: those whose commands were refused with the session hear of that first. */
function tell(listener: (reason: DetachReason) => void, reason: DetachReason): void {
  queueMicrotask(() => {
    listener(reason);
  });
}

/** What a command fails with whose tab is debugged no longer. */
export function detachFailure(reason: DetachReason, tabId: number): ToolFailure {
  const tab = `tab ${String(tabId)}`;
  switch (reason) {
    case "target_closed": {
      const text = `${tab} was closed while the command worked in it; a task that comes next opens a tab of its own`;
      return new ToolFailure("TAB_GONE", text, { tabId });
    }
    case "canceled_by_user": {
      const text =
        `the person at the browser has ended the debugging of ${tab}, with Cancel on Chrome's bar; ` +
        "what the command has done so far stands, and the next command takes the tab up again: ask them before you go on";
      return new ToolFailure("DEBUGGER_DETACHED", text, { tabId, reason });
    }
    case "released": {
      const text = `${tab} was let go in the browser; the next command takes it up again`;
      return new ToolFailure("DEBUGGER_DETACHED", text, { tabId, reason });
    }
    default:
      return reason satisfies never;
  }
}

/** The attachments of this worker. */
export class Mux {
  #attachments = new Map<number, Promise<Attachment>>();
  #live = new Map<number, Attachment>();
  #onDetached: (tabId: number, reason: DetachReason) => void;

  constructor(
    private readonly port: DebuggerPort,
    onDetached: (tabId: number, reason: DetachReason) => void,
  ) {
    this.#onDetached = onDetached;
    port.listen(
      (source, method, params) => {
        this.#live.get(source.tabId)?.receive(source, method, params);
      },
      (tabId, reason) => {
        this.#end(tabId, reason === "canceled_by_user" ? "canceled_by_user" : "target_closed");
      },
    );
  }

  /** The tab's attachment, made now when there is none. Rejects with `TAB_GONE` or `FORBIDDEN_URL`. */
  attach(tabId: number): Promise<Attachment> {
    const known = this.#attachments.get(tabId);
    if (known !== undefined) return known;
    const made = this.#attach(tabId);
    this.#attachments.set(tabId, made);
    made.catch(() => {
      if (this.#attachments.get(tabId) === made) this.#attachments.delete(tabId);
    });
    return made;
  }

  /** Ends the debugging of a tab; nothing happens when it is not debugged. */
  async release(tabId: number): Promise<void> {
    const attachment = this.#live.get(tabId);
    if (attachment === undefined) return;
    this.#forget(tabId);
    attachment.close("released");
    // The tab may close in the same moment, and then there is nothing left to detach from.
    await this.port.detach(tabId).catch(() => undefined);
  }

  get tabIds(): readonly number[] {
    return [...this.#live.keys()];
  }

  async #attach(tabId: number): Promise<Attachment> {
    // Events may come before attach() has answered, so the attachment listens first.
    const attachment = new Attachment(tabId, this.port);
    this.#live.set(tabId, attachment);
    try {
      await this.#attachFresh(tabId);
    } catch (error) {
      this.#live.delete(tabId);
      throw attachFailure(tabId, error);
    }
    return attachment;
  }

  /** An attachment survives the worker that made it; detaching it resets the domains that were switched on. */
  async #attachFresh(tabId: number): Promise<void> {
    try {
      await this.port.attach(tabId);
    } catch (error) {
      if (!ALREADY_ATTACHED.test(String(error))) throw error;
      await this.port.detach(tabId);
      await this.port.attach(tabId);
    }
  }

  #end(tabId: number, reason: DetachReason): void {
    const attachment = this.#live.get(tabId);
    if (attachment === undefined) return;
    this.#forget(tabId);
    attachment.close(reason);
    this.#onDetached(tabId, reason);
  }

  #forget(tabId: number): void {
    this.#live.delete(tabId);
    this.#attachments.delete(tabId);
  }
}

function attachFailure(tabId: number, error: unknown): ToolFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (NO_SUCH_TAB.test(message)) return new ToolFailure("TAB_GONE", `tab ${String(tabId)} does not exist`, { tabId });
  if (PRIVILEGED.test(message)) return new ToolFailure("FORBIDDEN_URL", `the browser refuses: ${message}`, { tabId });
  return new ToolFailure("DEBUGGER_DETACHED", `tab ${String(tabId)} can't be debugged: ${message}`, { tabId });
}
