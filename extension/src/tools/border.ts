/** The border of where tasks may go: holds it for every tab that is driven, whoever makes the page move. */
import type { Protocol } from "devtools-protocol";
import type { DebuggerPort, DebugTarget } from "../chrome/debugger.js";
import type { NetRulesPort } from "../chrome/net_rules.js";
import { ToolFailure } from "../failure.js";
import { goOnTo, isBlank, NOWHERE } from "../page/blank.js";
import { blocksOf } from "../policy/blocks.js";
import { answerRefusal, OPEN_RULES, refusal, type Rules } from "../policy/rules.js";

export interface Refused {
  readonly tabId: number;
  readonly url: string;
  readonly reason: string;
}

export interface BorderParts {
  readonly net: NetRulesPort;
  /** Tabs that belong to tasks, attached or not. */
  readonly owned: () => readonly number[];
  readonly addressOf: (tabId: number) => Promise<string | undefined>;
  /** Empties a tab that the debugger is not attached to. */
  readonly blank: (tabId: number) => Promise<void>;
  /** A tab begins or ends to be driven. */
  readonly mark: (tabId: number, driven: boolean) => void;
  readonly refused: (refused: Refused) => void;
}

/** The news that a page was stopped follows the failure of its navigation at once. */
const NEWS_MS = 500;
/** How long a call waits for a tab to be empty again before it fails. */
const EMPTY_MS = 2_000;

const BLOCKED = "net::ERR_BLOCKED_BY_CLIENT";

/** A tab on its way from a forbidden page to an empty one. */
interface Leaving {
  /** What it leaves, until it has left it. */
  url: string | undefined;
  /** Resolves when the tab shows nothing, or will not soon. */
  readonly done: Promise<void>;
  readonly arrived: () => void;
}

interface ShownFrame {
  readonly parentId?: string;
  readonly url: string;
  readonly unreachableUrl?: string;
}

/** An error page stands for the page that could not be shown. */
function addressOf(frame: ShownFrame): string {
  return frame.unreachableUrl ?? frame.url;
}

export class Border {
  /** Whether every tab of this browser is there for tasks. */
  launched = false;
  #rules: Rules = OPEN_RULES;
  #port: DebuggerPort | undefined;
  readonly #attached = new Set<number>();
  #blocks = blocksOf(OPEN_RULES);
  #key = JSON.stringify(OPEN_RULES);
  /** Which rules the browser was given for which tabs. */
  #set = "";
  #setting: Promise<void> = Promise.resolve();
  #refused: Refused | undefined;
  /** Tabs that the call works in. Others, such as pop-ups, may be stopped at any time, and that is news only. */
  readonly #used = new Set<number>();
  readonly #leaving = new Map<number, Leaving>();
  #heard: () => void = () => undefined;

  constructor(private readonly parts: BorderParts) {}

  get rules(): Rules {
    return this.#rules;
  }

  /** New rules hold at once, also for the pages that stand open in driven tabs. */
  limit(rules: Rules): void {
    const key = JSON.stringify(rules);
    if (key === this.#key) return;
    this.#key = key;
    this.#rules = rules;
    this.#blocks = blocksOf(rules);
    void this.update();
    for (const tabId of this.#attached) void this.#recheck(tabId);
  }

  /** The debugger, seen from this side of the border. */
  over(port: DebuggerPort): DebuggerPort {
    this.#port = port;
    return {
      attach: async (tabId) => {
        this.#attached.add(tabId);
        // The rules stand before the first command can move the page.
        await this.update();
        try {
          await port.attach(tabId);
        } catch (error) {
          this.#left(tabId);
          throw error;
        }
        this.parts.mark(tabId, true);
      },
      detach: async (tabId) => {
        this.#left(tabId);
        await port.detach(tabId);
      },
      send: (target, method, params) => {
        const answer = port.send(target, method, params);
        if (method === "Page.getFrameTree") {
          const look = (tree: unknown): void => {
            this.#found(target, tree);
          };
          answer.then(look, () => undefined);
        }
        return answer;
      },
      listen: (onEvent, onDetach) => {
        port.listen(
          (source, method, params) => {
            if (method === "Page.frameNavigated") this.#committed(source, params);
            else if (method === "Network.responseReceived") this.#answered(source, params);
            onEvent(source, method, params);
          },
          (tabId, reason) => {
            this.#left(tabId);
            onDetach(tabId, reason);
          },
        );
      },
    };
  }

  /** Runs a call. When a page was stopped in a tab that it uses, that is its outcome. */
  async during<T>(act: () => Promise<T>): Promise<T> {
    await this.update();
    // A page that is asked for meanwhile would be left with the forbidden one.
    await this.#allEmptied();
    this.#refused = undefined;
    this.#used.clear();
    try {
      const value = await act();
      await this.#complain();
      return value;
    } catch (error) {
      if (error instanceof ToolFailure && error.code === "CANCELLED") throw error;
      if (error instanceof ToolFailure && error.details?.["errorText"] === BLOCKED) await this.#news();
      await this.#complain();
      throw error;
    }
  }

  /** A tab shows or is about to show `url`. */
  async shown(tabId: number, url: string): Promise<void> {
    if (!this.#attached.has(tabId) && !this.#driven().includes(tabId)) return;
    await this.#setting;
    // A person may look at the browser's own pages in such a tab; no task can.
    const reason = /^https?:/.test(url) ? refusal(url, this.#rules) : undefined;
    if (reason === undefined) return;
    if (this.#attached.has(tabId)) {
      // The debugger tells that itself, but for a page that takes the place of another while it is attached.
      setTimeout(() => void this.#recheck(tabId), NEWS_MS);
      return;
    }
    await this.parts.blank(tabId);
    this.parts.refused({ tabId, url, reason });
  }

  /** The call that runs works in this tab: that a page was stopped there is its failure. */
  uses(tabId: number): void {
    this.#used.add(tabId);
  }

  /** The set of driven tabs may have changed. */
  update(): Promise<void> {
    const tabIds = this.launched ? undefined : this.#driven();
    const blocks = tabIds?.length === 0 ? [] : this.#blocks;
    const wanted = `${this.#key} ${tabIds?.join(" ") ?? "all"}`;
    if (wanted !== this.#set) {
      this.#set = wanted;
      this.#setting = this.#setting.then(() => this.parts.net.set(blocks, tabIds)).catch(() => {
        // The next call tries again; until then, what arrives is still looked at.
        this.#set = "";
      });
    }
    return this.#setting;
  }

  /** A person's tab is theirs again as soon as nothing is driven. */
  #driven(): readonly number[] {
    if (this.#attached.size === 0) return [];
    return [...new Set([...this.#attached, ...this.parts.owned()])].sort((a, b) => a - b);
  }

  #left(tabId: number): void {
    if (!this.#attached.delete(tabId)) return;
    this.#leaving.get(tabId)?.arrived();
    this.parts.mark(tabId, false);
    void this.update();
  }

  /** What a tab shows when it is taken: a pop-up may have been stopped before anybody listened. */
  #found({ tabId, sessionId }: DebugTarget, tree: unknown): void {
    if (sessionId !== undefined) return;
    this.#refuseIfForbidden(tabId, addressOf((tree as { readonly frameTree: { readonly frame: ShownFrame } }).frameTree.frame));
  }

  #refuseIfForbidden(tabId: number, url: string): void {
    const reason = refusal(url, this.#rules);
    if (reason !== undefined && this.#attached.has(tabId) && !this.#leaving.has(tabId)) this.#refuse({ tabId, url, reason });
  }

  #committed({ tabId, sessionId }: DebugTarget, params: object): void {
    const { frame } = params as { readonly frame: ShownFrame };
    if (sessionId !== undefined || frame.parentId !== undefined) return;
    // A new document takes the mark away with it.
    this.parts.mark(tabId, true);
    const url = addressOf(frame);
    const leaving = this.#leaving.get(tabId);
    if (url === NOWHERE && leaving !== undefined) {
      leaving.url = undefined;
      this.#send(tabId, "Runtime.evaluate", { expression: goOnTo("about:blank") });
    } else if (isBlank(url)) leaving?.arrived();
    const reason = refusal(url, this.#rules);
    if (reason !== undefined) this.#refuse({ tabId, url, reason });
  }

  /** A name of the web may stand for any address: which one shows when it has answered. */
  #answered({ tabId }: DebugTarget, params: object): void {
    const { url, remoteIPAddress: address, remotePort: port } = (params as Protocol.Network.ResponseReceivedEvent).response;
    const reason = address === undefined || address === "" ? undefined : answerRefusal(url, address, port, this.#rules);
    if (reason !== undefined) this.#refuse({ tabId, url, reason });
  }

  #refuse(refused: Refused): void {
    const { tabId, url } = refused;
    // It may be told twice: by what the tab showed when it was taken, and by the browser.
    if (this.#leaving.get(tabId)?.url === url) return;
    this.#empty(tabId, url);
    this.parts.refused(refused);
    if (!this.#used.has(tabId)) return;
    this.#refused = refused;
    this.#heard();
  }

  #empty(tabId: number, url: string): void {
    this.#leaving.get(tabId)?.arrived();
    let arrived = (): void => undefined;
    const done = new Promise<void>((resolve) => {
      arrived = () => {
        clearTimeout(timer);
        if (this.#leaving.get(tabId)?.done === done) this.#leaving.delete(tabId);
        resolve();
      };
      const timer = setTimeout(arrived, EMPTY_MS);
    });
    this.#leaving.set(tabId, { url, done, arrived });
    this.#send(tabId, "Page.navigate", { url: NOWHERE });
  }

  async #allEmptied(): Promise<void> {
    if (this.#leaving.size > 0) await Promise.all([...this.#leaving.values()].map(({ done }) => done));
  }

  /** A tab that is closing needs no emptying. */
  #send(tabId: number, method: string, params: object): void {
    this.#port?.send({ tabId }, method, params).catch(() => this.#leaving.get(tabId)?.arrived());
  }

  async #recheck(tabId: number): Promise<void> {
    const url = await this.parts.addressOf(tabId);
    if (url !== undefined) this.#refuseIfForbidden(tabId, url);
  }

  async #news(): Promise<void> {
    if (this.#refused !== undefined) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, NEWS_MS);
      this.#heard = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #complain(): Promise<void> {
    if (this.#refused === undefined) return;
    await this.#allEmptied();
    const { tabId, url, reason } = this.#refused;
    throw new ToolFailure("FORBIDDEN_URL", `${url.slice(0, 200)}: ${reason}`, { url: url.slice(0, 200), reason, tabId });
  }
}
