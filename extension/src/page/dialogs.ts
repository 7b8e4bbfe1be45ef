/** JavaScript dialogs of one tab: while one is open, the page stands still. */
import type { CdpSession } from "../chrome/cdp.js";
import { ToolFailure } from "../failure.js";

export interface OpenDialog {
  /** alert, confirm, prompt or beforeunload. */
  readonly type: string;
  readonly message: string;
  /** Where it is, when that is not the tab that the command works in. */
  readonly tabId?: number;
}

export type DialogPolicy = "accept" | "dismiss" | "ask";

export class Dialogs {
  /** What happens to a dialog that opens while a command runs; "ask" leaves it to the caller. */
  policy: DialogPolicy = "ask";
  /** The last one that the policy handled, until somebody takes note. */
  #handled: OpenDialog | undefined;
  #open: { dialog: OpenDialog; session: CdpSession } | undefined;
  readonly #listeners = new Set<(dialog: OpenDialog) => void>();

  constructor(private readonly opened: (dialog: OpenDialog) => void) {}

  get open(): OpenDialog | undefined {
    return this.#open?.dialog;
  }

  watch(session: CdpSession): void {
    session.on("Page.javascriptDialogOpening", ({ type, message, defaultPrompt }) => {
      if (this.#open !== undefined) return;
      this.#open = { dialog: { type, message }, session };
      if (this.policy === "ask") this.#announce({ type, message });
      else void this.#follow(this.policy === "accept", defaultPrompt);
    });
    session.on("Page.javascriptDialogClosed", () => {
      this.#open = undefined;
    });
    session.onClose(() => {
      if (this.#open?.session === session) this.#open = undefined;
    });
  }

  /** Resolves when a dialog stays open for the caller to handle; call `stop` when nobody waits any more. */
  next(): { opened: Promise<OpenDialog>; stop: () => void } {
    let listener: (dialog: OpenDialog) => void = () => undefined;
    const opened = new Promise<OpenDialog>((resolve) => {
      listener = resolve;
      this.#listeners.add(listener);
    });
    return { opened, stop: () => this.#listeners.delete(listener) };
  }

  /** The dialog that the policy has handled since the last call of this. */
  takeHandled(): OpenDialog | undefined {
    const handled = this.#handled;
    this.#handled = undefined;
    return handled;
  }

  /** Answers the open dialog and returns what it was. Rejects with `NO_DIALOG`. */
  async handle(accept: boolean, promptText: string | undefined): Promise<OpenDialog> {
    const open = this.#open;
    if (open === undefined) throw new ToolFailure("NO_DIALOG", "no dialog is open in this tab");
    await open.session.send("Page.handleJavaScriptDialog", promptText === undefined ? { accept } : { accept, promptText });
    this.#open = undefined;
    return open.dialog;
  }

  async #follow(accept: boolean, promptText: string | undefined): Promise<void> {
    try {
      this.#handled = await this.handle(accept, promptText);
    } catch {
      // The user, or the page's end, was quicker.
    }
  }

  #announce(dialog: OpenDialog): void {
    this.opened(dialog);
    for (const listener of [...this.#listeners]) listener(dialog);
  }
}
