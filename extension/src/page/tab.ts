/** A tab under control: its frames, dialogs, mouse and keyboard. Lives as long as one attachment of the debugger. */
import type { CdpSession } from "../chrome/cdp.js";
import type { Attachment } from "../chrome/mux.js";
import type { Deadline } from "./deadline.js";
import { Dialogs, type OpenDialog } from "./dialogs.js";
import { FrameTree } from "./frames.js";
import { Keyboard } from "./keyboard.js";
import { Mouse } from "./mouse.js";
import type { RefBook } from "./ref_book.js";

export class Tab {
  /** Set while the page is dead: its renderer crashed, and nothing but a navigation brings it back. */
  crashed = false;
  readonly #onCrash = new Set<() => void>();
  readonly frames: FrameTree;
  readonly dialogs: Dialogs;
  readonly mouse: Mouse;
  readonly keyboard: Keyboard;

  private constructor(
    readonly attachment: Attachment,
    readonly refs: RefBook,
    onDialog: (dialog: OpenDialog) => void,
  ) {
    this.frames = new FrameTree(attachment, (session) => {
      this.dialogs.watch(session);
    });
    this.dialogs = new Dialogs(onDialog);
    this.mouse = new Mouse(attachment.root);
    this.keyboard = new Keyboard(attachment.root);
  }

  /** Switches on what is needed and waits until the frames are known. */
  static async open(attachment: Attachment, refs: RefBook, onDialog: (dialog: OpenDialog) => void): Promise<Tab> {
    const tab = new Tab(attachment, refs, onDialog);
    tab.#watchCrashes();
    await tab.frames.start();
    return tab;
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
