/** A tab under control: its frames, dialogs, mouse and keyboard. Lives as long as one attachment of the debugger. */
import type { CdpSession } from "../chrome/cdp.js";
import type { Attachment } from "../chrome/mux.js";
import { empty, hasRights, isBlank } from "./blank.js";
import type { Deadline } from "./deadline.js";
import { Dialogs, type DialogPolicy, type OpenDialog } from "./dialogs.js";
import { FrameTree } from "./frames.js";
import { Keyboard } from "./keyboard.js";
import { Interception } from "./interception.js";
import { Mouse } from "./mouse.js";
import { apply, type Facts } from "./settings.js";
import type { TabMemory } from "./tab_memory.js";
import type { Trace } from "./trace.js";

/** What happens in a tab that is not only its own business. */
export interface TabWatcher {
  dialog(dialog: OpenDialog): void;
  /** A page of the tab has begun to save a file. */
  download(url: string): void;
  /** Pages at `url` will be told a made-up place; undefined: no pages any more. */
  place(url: string | undefined): Promise<void>;
  /** Whether the browser draws the tab without being told to. */
  drawn(): boolean;
}

export class Tab {
  /** Set while the page is dead: its renderer crashed, and nothing but a navigation brings it back. */
  crashed = false;
  /** Until then a script that was to end may still hold the page. */
  recovered: Promise<void> = Promise.resolve();
  /** Until then its frames are not known; a dialog may be open already. */
  started: Promise<void> = Promise.resolve();
  readonly #onCrash = new Set<() => void>();
  readonly frames: FrameTree;
  readonly dialogs: Dialogs;
  readonly mouse: Mouse;
  readonly keyboard: Keyboard;
  /** The trace that runs, if one does. */
  trace: Trace | undefined;
  readonly refs;
  readonly #interception = new Interception();
  /** Until then the requests of a pop-up's first page may still pass. */
  #intercepts: Promise<void> = Promise.resolve();
  readonly #sessions = new Set<CdpSession>();

  private constructor(
    readonly attachment: Attachment,
    readonly memory: TabMemory,
    private readonly watcher: TabWatcher,
  ) {
    this.refs = memory.refs;
    this.frames = new FrameTree(attachment, (session) => {
      this.#begin(session);
    });
    this.dialogs = new Dialogs((dialog) => {
      watcher.dialog(dialog);
    });
    this.mouse = new Mouse(attachment.root);
    this.keyboard = new Keyboard(attachment.root, () => this.frames.takesCompositions());
  }

  /** Switches on what is needed and waits until the frames are known, or a dialog is open that holds the page up before. */
  static async open(attachment: Attachment, memory: TabMemory, watcher: TabWatcher, dialogs: DialogPolicy): Promise<Tab> {
    const tab = new Tab(attachment, memory, watcher);
    tab.dialogs.policy = dialogs;
    const dialog = tab.dialogs.next();
    tab.started = tab.#start();
    // Whoever works in the tab asks for it again.
    tab.started.catch(() => undefined);
    await Promise.race([tab.started, dialog.opened]);
    dialog.stop();
    return tab;
  }

  async #start(): Promise<void> {
    const { facts, none } = this.memory.settings;
    this.memory.console.attached();
    this.#interception.rule(facts.intercept ?? []);
    this.frames.holdNew = !none;
    this.frames.keepDrawing(!this.watcher.drawn());
    this.#watchCrashes();
    this.#watchPlaces();
    if (facts.intercept !== undefined) this.#interceptFirst();
    await this.frames.start();
    // It may have come between the two.
    if (facts.intercept !== undefined && !isBlank(this.url)) await this.#interception.apply(this.session);
    if (isBlank(this.url) && hasRights(this.frames.main.origin)) await empty(this);
    if (facts.place !== undefined) await this.watcher.place(this.url);
  }

  /** Whether something would be lost if the debugger left the tab now. */
  get busy(): boolean {
    return this.dialogs.open !== undefined || this.trace?.running === true || this.memory.settings.facts.intercept !== undefined;
  }

  /** Puts settings into force in the whole tab; a field that is there but undefined ends its setting. */
  async change(patch: Facts, deadline: Deadline): Promise<void> {
    if (patch.place !== undefined) await this.watcher.place(this.url);
    if ("intercept" in patch) this.#interception.rule(patch.intercept ?? []);
    try {
      await deadline.race(this.#apply(this.session, patch));
    } catch (error) {
      // What was not done is not half done either.
      await this.#takeBack(patch);
      throw error;
    }
    this.memory.settings.set(patch);
    // Not before: until then, a page that asks is told the made-up place.
    if ("place" in patch && patch.place === undefined) await this.watcher.place(undefined);
    const held = this.frames.holdNew;
    this.frames.holdNew = !this.memory.settings.none;
    for (const session of this.#sessions) {
      if (held !== this.frames.holdNew) this.frames.follow(session);
      // A frame that goes away meanwhile needs nothing any more.
      if (session !== this.session) this.#apply(session, patch).catch(() => undefined);
    }
  }

  async #takeBack(patch: Facts): Promise<void> {
    const { facts } = this.memory.settings;
    const before: Facts = Object.fromEntries(Object.keys(patch).map((name) => [name, facts[name as keyof Facts]]));
    if ("intercept" in before) this.#interception.rule(before.intercept ?? []);
    await this.#apply(this.session, before).catch(() => undefined);
  }

  async #apply(session: CdpSession, patch: Facts): Promise<void> {
    // Sent in one go: a frame that waits for its settings begins right after them.
    await Promise.all([apply(session, patch), "intercept" in patch ? this.#interception.apply(session) : undefined]);
  }

  #begin(session: CdpSession): void {
    this.#sessions.add(session);
    session.onClose(() => this.#sessions.delete(session));
    this.dialogs.watch(session);
    this.memory.console.watch(session);
    this.memory.requests.watch(session);
    this.#interception.watch(session);
    session.on("Page.downloadWillBegin", ({ url }) => {
      this.watcher.download(url);
    });
    this.#apply(session, this.memory.settings.facts).catch(() => undefined);
  }

  /** A page of another process that is about to be there when interception begins is not intercepted: it is begun again then. */
  #interceptFirst(): void {
    const stop = this.frames.listen(({ kind, frame }) => {
      if (kind !== "committed" || frame !== this.frames.main || isBlank(frame.url)) return;
      stop();
      this.#intercepts = this.#interception.apply(this.session).catch(() => undefined);
    });
  }

  /** Resolves when the settings are in force in a pop-up's first page, which may be there though nothing was told. */
  async catchUp(): Promise<void> {
    if (isBlank(this.url)) await this.frames.missed();
    await this.#intercepts;
    if (this.memory.settings.facts.place !== undefined) await this.watcher.place(this.url);
  }

  /** Leave is given before the page is there that may ask at once. */
  #watchPlaces(): void {
    this.session.on("Network.requestWillBeSent", ({ type, request, frameId }) => {
      if (type !== "Document" || this.memory.settings.facts.place === undefined) return;
      const frame = frameId === undefined ? undefined : this.frames.find(frameId);
      if (frame?.parent !== undefined) return;
      void this.watcher.place(request.url);
    });
    // The request of a pop-up's first page was made before anyone listened.
    this.frames.listen(({ kind, frame }) => {
      if (kind === "committed" && frame === this.frames.main && this.memory.settings.facts.place !== undefined) void this.watcher.place(frame.url);
    });
  }

  /** Tells once when the page crashes, unless the returned function is called first. */
  onCrash(listener: () => void): () => void {
    this.#onCrash.add(listener);
    return () => this.#onCrash.delete(listener);
  }

  #watchCrashes(): void {
    this.session.on("Inspector.targetCrashed", () => {
      this.crashed = true;
      for (const listener of [...this.#onCrash]) listener();
    });
    this.session.on("Inspector.targetReloadedAfterCrash", () => {
      this.crashed = false;
    });
    this.frames.listen(({ kind, frame }) => {
      if (kind === "committed" && frame === this.frames.main) this.crashed = false;
    });
    this.session.post("Inspector.enable");
  }

  get id(): number {
    return this.attachment.tabId;
  }

  get session(): CdpSession {
    return this.attachment.root;
  }

  get attached(): boolean {
    return this.attachment.attached;
  }

  get url(): string {
    return this.frames.main.url;
  }

  /** Resolves with the first value that `test` gives, now or after something happened to a frame. */
  async until<T>(deadline: Deadline, test: () => T | undefined): Promise<T> {
    const first = test();
    if (first !== undefined) return first;
    let stop: () => void = () => undefined;
    const seen = new Promise<T>((resolve) => {
      stop = this.frames.listen(() => {
        const value = test();
        if (value !== undefined) resolve(value);
      });
    });
    try {
      return await deadline.race(seen);
    } finally {
      stop();
    }
  }
}
