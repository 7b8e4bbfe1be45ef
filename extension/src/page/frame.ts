/** One frame of a page: its document, its two JavaScript worlds, and calls into both. */
import type { Protocol } from "devtools-protocol";
import { CdpError, type CdpSession } from "../chrome/cdp.js";
import pageScript from "virtual:page-script";
import type { Here } from "./script/arrival.js";
import type { PageFunctions } from "./script/main.js";

/** The isolated world that the page script lives in. */
export const WORLD = "tabyard";

/** The document that was asked is gone: it was navigated away, or its frame removed. Asking again may help. */
export class DocumentGone extends Error {
  override readonly name = "DocumentGone";
}

const GONE =
  /cannot find context|context was destroyed|navigated or closed|context with specified id|promise was collected|frame (is )?not found|no frame|frame is gone/i;

/** Calls the page script by name; `this` is not used, so that a page cannot get at it. */
const CALL = "function(name, arg, element) { return __tabyard(name, arg, element) }";

type Names = keyof PageFunctions;

interface World {
  readonly id: number;
  readonly uniqueId: string;
  readonly origin?: string;
}

export class Frame {
  name = "";
  url = "";
  loaderId = "";
  /** Lifecycle events of the current document: init, commit, DOMContentLoaded, load, networkIdle … */
  readonly reached = new Set<string>();
  /** What the document said of itself when it had loaded. */
  here: Here | undefined;
  #main: World | undefined;
  #script: World | undefined;
  #making: Promise<number> | undefined;

  constructor(
    readonly id: string,
    readonly parent: Frame | undefined,
    public session: CdpSession,
  ) {}

  /** A new document took over; its contexts are announced by events of their own. */
  committed(facts: Protocol.Page.Frame): void {
    this.url = facts.url + (facts.urlFragment ?? "");
    this.name = facts.name ?? "";
    if (facts.loaderId !== this.loaderId) {
      this.loaderId = facts.loaderId;
      this.reached.clear();
      this.here = undefined;
    }
  }

  contextCreated(context: Protocol.Runtime.ExecutionContextDescription): void {
    const { id, uniqueId, name, origin } = context;
    // A world that is being made here has no script in it yet.
    if (name === WORLD) this.#script = this.#making === undefined ? { id, uniqueId } : undefined;
    else if ((context.auxData as { isDefault?: boolean } | undefined)?.isDefault === true) this.#main = { id, uniqueId, origin };
  }

  /** Forgets one context, or all of them. */
  contextGone(uniqueId?: string): void {
    if (uniqueId === undefined || this.#script?.uniqueId === uniqueId) this.#script = undefined;
    if (uniqueId === undefined || this.#main?.uniqueId === uniqueId) this.#main = undefined;
  }

  /** Takes what the page script says by itself; any other context is not asked. */
  said(contextId: number, text: string): void {
    if (contextId === this.#script?.id) this.here = JSON.parse(text) as Here;
  }

  /** The page's own world. */
  get mainContext(): number | undefined {
    return this.#main?.id;
  }

  /** Whose rights the page's own scripts have, as far as it has been told. */
  get origin(): string {
    return this.#main?.origin ?? "";
  }

  /** Moves to another process: a new session, and no context yet. */
  move(session: CdpSession): void {
    if (this.session === session) return;
    this.session = session;
    this.contextGone();
    this.#making = undefined;
  }

  /** Runs a function of the page script and returns its JSON value. Rejects with `DocumentGone`. */
  async call<N extends Names>(name: N, arg: PageFunctions[N]["arg"], element?: string): Promise<PageFunctions[N]["value"]> {
    const result = await this.#run(name, arg, element, true);
    return result.value as PageFunctions[N]["value"];
  }

  /** The same, keeping the value in the page: its object id. */
  async handle<N extends Names>(name: N, arg: PageFunctions[N]["arg"]): Promise<string | undefined> {
    const result = await this.#run(name, arg, undefined, false);
    return result.objectId;
  }

  /** Object ids of the elements that such a function lists. */
  async handles<N extends Names>(name: N, arg: PageFunctions[N]["arg"]): Promise<readonly string[]> {
    const list = await this.handle(name, arg);
    if (list === undefined) return [];
    const { result } = await this.guard(this.session.send("Runtime.getProperties", { objectId: list, ownProperties: true }));
    this.session.post("Runtime.releaseObject", { objectId: list });
    return result.flatMap(({ name: key, value }) => (/^\d+$/.test(key) && value?.objectId !== undefined ? [value.objectId] : []));
  }

  async #run(name: string, arg: unknown, element: string | undefined, byValue: boolean): Promise<Protocol.Runtime.RemoteObject> {
    const context = this.#script?.id ?? (await this.#prepare());
    const reply = await this.guard(
      this.session.send("Runtime.callFunctionOn", {
        functionDeclaration: CALL,
        executionContextId: context,
        arguments: [{ value: name }, { value: arg }, element === undefined ? { value: null } : { objectId: element }],
        awaitPromise: true,
        returnByValue: byValue,
        userGesture: true,
      }),
    );
    if (reply.exceptionDetails !== undefined) throw new Error(describeException(reply.exceptionDetails));
    return reply.result;
  }

  /** Turns what CDP says about a vanished document into `DocumentGone`. */
  async guard<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof CdpError && GONE.test(error.message)) throw new DocumentGone(error.message);
      throw error;
    }
  }

  /** An object id of the element behind a backend node id, for calls of the page script. */
  async resolve(backendNodeId: number): Promise<string> {
    const context = this.#script?.id ?? (await this.#prepare());
    const { object } = await this.guard(
      this.session.send("DOM.resolveNode", { backendNodeId, executionContextId: context }),
    );
    if (object.objectId === undefined) throw new DocumentGone("the node is gone");
    return object.objectId;
  }

  /** The isolated world is made with each document; this is for the one that was there before. */
  #prepare(): Promise<number> {
    this.#making ??= this.#makeWorld().finally(() => {
      this.#making = undefined;
    });
    return this.#making;
  }

  async #makeWorld(): Promise<number> {
    const { executionContextId } = await this.guard(
      this.session.send("Page.createIsolatedWorld", { frameId: this.id, worldName: WORLD }),
    );
    await this.guard(
      this.session.send("Runtime.evaluate", { expression: pageScript, contextId: executionContextId }),
    );
    this.#script = { id: executionContextId, uniqueId: "" };
    return executionContextId;
  }
}

export function describeException(details: Protocol.Runtime.ExceptionDetails): string {
  const thrown = details.exception;
  if (thrown?.description !== undefined) return thrown.description;
  if (thrown !== undefined && "value" in thrown) return String(thrown.value);
  return details.text;
}
