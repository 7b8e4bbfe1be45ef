/** The frames of a page, across processes, kept true by CDP events. */
import type { Protocol } from "devtools-protocol";
import type { Attachment } from "../chrome/mux.js";
import type { CdpSession } from "../chrome/cdp.js";
import pageScript from "virtual:page-script";
import { Frame, WORLD } from "./frame.js";
import { LOADED } from "./script/arrival.js";

/** A page that nobody sees draws once a second after its first frames, and a watched one as usual; see decision 14. */
const ONE_PIXEL = { format: "jpeg", quality: 1, maxWidth: 1, maxHeight: 1, everyNthFrame: 1000 } as const;

/** Something about the frames changed; who waits looks again. */
export interface FrameEvent {
  readonly kind: "committed" | "within_document" | "lifecycle" | "restored" | "requested" | "stopped" | "detached";
  readonly frame: Frame;
  /** Why a navigation was requested, in CDP's words. */
  readonly reason?: string;
}

export class FrameTree {
  /** Whether a frame in another process starts only when its session is set up; not needed while nothing is set for the tab. */
  holdNew = false;
  #drawing = true;
  #started = false;
  /** Whether each frame tells all of its lifecycle; else the main frame its two well-known events, and that is all. */
  #idleness = false;
  readonly #frames = new Map<string, Frame>();
  readonly #listeners = new Set<(event: FrameEvent) => void>();
  #main: Frame | undefined;
  #swaps = new Map<string, CdpSession>();

  constructor(
    private readonly attachment: Attachment,
    private readonly onSession: (session: CdpSession) => void,
  ) {}

  get main(): Frame {
    if (this.#main === undefined) throw new Error("the page has no frame yet");
    return this.#main;
  }

  /** All child frames in tree order. */
  get children(): readonly Frame[] {
    return this.inOrder().slice(1);
  }

  /** Main frame first, then depth first. */
  inOrder(): readonly Frame[] {
    const below = (frame: Frame): Frame[] => [
      frame,
      ...[...this.#frames.values()].filter((other) => other.parent === frame).flatMap(below),
    ];
    return this.#main === undefined ? [] : below(this.#main);
  }

  find(id: string): Frame | undefined {
    return this.#frames.get(id);
  }

  /** Whether the field that has the focus, in whichever document, takes compositions; it is watched for them then. */
  async takesCompositions(): Promise<boolean> {
    const told = await Promise.all(this.inOrder().map((frame) => frame.call("watch_compositions", null).catch(() => false)));
    return told.includes(true);
  }

  listen(listener: (event: FrameEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Whether the browser draws the page though nobody sees it; not needed where it does so by itself. */
  keepDrawing(wanted: boolean): void {
    if (wanted === this.#drawing) return;
    this.#drawing = wanted;
    if (!this.#started) return;
    if (wanted) this.attachment.root.post("Page.startScreencast", ONE_PIXEL);
    else this.attachment.root.post("Page.stopScreencast");
  }

  /**
   * Whether the tab shows another document than was told. A page of another process that takes the place of a pop-up's
   * empty one while the debugger comes is not always told.
   */
  async missed(): Promise<boolean> {
    const { frameTree } = await this.attachment.root.send("Page.getFrameTree");
    if (frameTree.frame.loaderId === this.main.loaderId) return false;
    this.#navigated(frameTree.frame, this.attachment.root, false);
    this.#remember(frameTree, undefined, this.attachment.root);
    return true;
  }

  /** Switches everything on in one volley: CDP keeps the order, so only the last answer is waited for. */
  async start(): Promise<void> {
    this.attachment.eachChild((child) => {
      if (child.facts?.type === "iframe") this.#startChild(child);
    });
    const tree = this.#enable(this.attachment.root);
    this.#askWhatIsReached();
    this.attachment.root.post("Runtime.addBinding", { name: LOADED, executionContextName: WORLD });
    this.attachment.root.post("Emulation.setFocusEmulationEnabled", { enabled: true });
    this.#started = true;
    if (this.#drawing) this.attachment.root.post("Page.startScreencast", ONE_PIXEL);
    this.#remember((await tree).frameTree, undefined, this.attachment.root);
    await this.attachment.root.send("Runtime.enable");
  }

  #startChild(session: CdpSession): void {
    const id = session.facts?.targetId ?? "";
    const frame = this.#frames.get(id);
    if (frame === undefined) this.#swaps.set(id, session);
    else frame.move(session);
    session.onClose(() => {
      this.#swaps.delete(id);
    });
    this.#enable(session).then(
      ({ frameTree }) => {
        this.#remember(frameTree, this.#frames.get(frameTree.frame.parentId ?? ""), session);
        session.post("Runtime.enable");
      },
      () => undefined,
    );
  }

  #enable(session: CdpSession): Promise<Protocol.Page.GetFrameTreeResponse> {
    this.#watch(session);
    this.onSession(session);
    session.post("Page.enable");
    const tree = session.send("Page.getFrameTree");
    if (this.#idleness) this.#tellLifecycle(session, true);
    session.post("Page.addScriptToEvaluateOnNewDocument", {
      source: pageScript,
      worldName: WORLD,
      runImmediately: true,
    });
    this.follow(session);
    if (session.id !== undefined) session.post("Runtime.runIfWaitingForDebugger");
    return tree;
  }

  /** Whether frames are to tell when their network has become quiet: eight events for each document. */
  tellIdleness(wanted: boolean): void {
    this.#idleness = wanted;
    for (const session of new Set([...this.#frames.values()].map((frame) => frame.session))) this.#tellLifecycle(session, wanted);
  }

  /** Switched on, the browser tells what the documents that are there have reached. */
  #askWhatIsReached(): void {
    this.#tellLifecycle(this.attachment.root, true);
    if (!this.#idleness) this.#tellLifecycle(this.attachment.root, false);
  }

  #tellLifecycle(session: CdpSession, enabled: boolean): void {
    session.post("Page.setLifecycleEventsEnabled", { enabled });
  }

  /** Asks for the sessions of the frames in other processes below this one. */
  follow(session: CdpSession): void {
    session.post("Target.setAutoAttach", {
      autoAttach: true,
      flatten: true,
      waitForDebuggerOnStart: this.holdNew,
      filter: [{ type: "iframe" }, { exclude: true }],
    });
  }

  #watch(session: CdpSession): void {
    session.on("Page.frameAttached", ({ frameId, parentFrameId }) => {
      this.#attached(frameId, parentFrameId, session);
    });
    session.on("Page.frameNavigated", ({ frame, type }) => {
      this.#navigated(frame, session, type === "BackForwardCacheRestore");
    });
    session.on("Page.navigatedWithinDocument", ({ frameId, url }) => {
      this.#with(frameId, (frame) => {
        frame.url = url;
        this.#tell("within_document", frame);
      });
    });
    session.on("Page.frameDetached", ({ frameId, reason }) => {
      this.#detached(frameId, reason);
    });
    session.on("Page.frameRequestedNavigation", ({ frameId, disposition, reason }) => {
      if (disposition === "currentTab") this.#with(frameId, (frame) => { this.#tell("requested", frame, reason); });
    });
    session.on("Page.frameStoppedLoading", ({ frameId }) => {
      this.#with(frameId, (frame) => { this.#tell("stopped", frame); });
    });
    if (session === this.attachment.root) {
      session.on("Page.domContentEventFired", () => { this.#mainReached("DOMContentLoaded"); });
      session.on("Page.loadEventFired", () => { this.#mainReached("load"); });
      session.on("Runtime.bindingCalled", ({ name, payload, executionContextId }) => {
        if (name === LOADED) this.#main?.said(executionContextId, payload);
      });
    }
    session.on("Page.lifecycleEvent", ({ frameId, loaderId, name }) => {
      this.#with(frameId, (frame) => {
        if (name === "init" && frame.loaderId !== loaderId) return;
        if (frame.loaderId === loaderId) frame.reached.add(name);
        this.#tell("lifecycle", frame);
      });
    });
    session.on("Runtime.executionContextCreated", ({ context }) => {
      const id = (context.auxData as { frameId?: string } | undefined)?.frameId ?? "";
      const frame = this.#frames.get(id);
      if (frame === undefined || frame.session !== session) return;
      frame.contextCreated(context);
    });
    session.on("Runtime.executionContextDestroyed", ({ executionContextUniqueId }) => {
      for (const frame of this.#of(session)) frame.contextGone(executionContextUniqueId);
    });
    session.on("Runtime.executionContextsCleared", () => {
      for (const frame of this.#of(session)) frame.contextGone();
    });
  }

  #mainReached(name: string): void {
    if (this.#main === undefined) return;
    this.#main.reached.add(name);
    this.#tell("lifecycle", this.#main);
  }

  #of(session: CdpSession): readonly Frame[] {
    return [...this.#frames.values()].filter((frame) => frame.session === session);
  }

  #with(id: string, then: (frame: Frame) => void): void {
    const frame = this.#frames.get(id);
    if (frame !== undefined) then(frame);
  }

  #tell(kind: FrameEvent["kind"], frame: Frame, reason?: string): void {
    const event: FrameEvent = reason === undefined ? { kind, frame } : { kind, frame, reason };
    for (const listener of [...this.#listeners]) listener(event);
  }

  #remember(tree: Protocol.Page.FrameTree, parent: Frame | undefined, session: CdpSession): void {
    const frame = this.#ensure(tree.frame.id, parent, session);
    // An answer may be older than what another process has told about the same frame since.
    if (frame.session === session) frame.committed(tree.frame);
    for (const child of tree.childFrames ?? []) this.#remember(child, frame, session);
  }

  #ensure(id: string, parent: Frame | undefined, session: CdpSession): Frame {
    let frame = this.#frames.get(id);
    if (frame === undefined) {
      frame = new Frame(id, parent, this.#swaps.get(id) ?? session);
      this.#frames.set(id, frame);
      if (parent === undefined && session === this.attachment.root) this.#main = frame;
    }
    return frame;
  }

  #attached(id: string, parentId: string, session: CdpSession): void {
    const parent = this.#frames.get(parentId);
    if (parent !== undefined) this.#ensure(id, parent, session);
  }

  #navigated(facts: Protocol.Page.Frame, session: CdpSession, restored: boolean): void {
    const frame = this.#ensure(facts.id, this.#frames.get(facts.parentId ?? ""), session);
    if (facts.parentId === undefined && session === this.attachment.root) this.#becomeMain(frame);
    // A child of the old document cannot outlive it.
    if (facts.loaderId !== frame.loaderId) this.#forgetBelow(frame);
    frame.move(session);
    frame.committed(facts);
    if (restored) for (const name of ["DOMContentLoaded", "load", "networkIdle"]) frame.reached.add(name);
    this.#tell(restored ? "restored" : "committed", frame);
  }

  #detached(id: string, reason: string): void {
    const frame = this.#frames.get(id);
    // "swap": the frame goes on in another process, whose session takes it over.
    if (frame === undefined || reason === "swap") return;
    this.#forget(frame);
    this.#tell("detached", frame);
  }

  /** The main frame changes its id when a page is activated that was prerendered or cached. */
  #becomeMain(frame: Frame): void {
    if (this.#main !== undefined && this.#main !== frame) {
      this.#forget(this.#main);
      this.#askWhatIsReached();
    }
    this.#main = frame;
  }

  #forgetBelow(frame: Frame): void {
    for (const other of [...this.#frames.values()]) if (other.parent === frame) this.#forget(other);
  }

  #forget(frame: Frame): void {
    this.#forgetBelow(frame);
    this.#frames.delete(frame.id);
    frame.contextGone();
  }
}
