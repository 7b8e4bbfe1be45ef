/** What an action sets off: navigations that are under way when it is done are waited for. */
import { Expired, type Deadline } from "./deadline.js";
import type { Frame } from "./frame.js";
import type { FrameEvent } from "./frames.js";
import type { Tab } from "./tab.js";

const COMMIT_MS = 10_000;
const PARSE_MS = 2_000;
const TURN_MS = 200;

/** Whether the page may put off what the action does to a later turn. */
export type Sequel = "may_submit" | "none";

/**
 * Runs `action` and, when it sets off a navigation, waits until the new document is there.
 *
 * So the next command does not read the page that is just going away. A navigation that never comes costs ten seconds
 * at most and is no failure: the action itself was done.
 */
export async function settled<T>(tab: Tab, deadline: Deadline, sequel: Sequel, action: () => Promise<T>): Promise<T> {
  const leaving = new Leaving(tab);
  try {
    const value = await action();
    if (sequel === "may_submit" && !leaving.any) await turn(tab, deadline);
    if (leaving.any) await patiently(tab.until(deadline.within(COMMIT_MS), () => leaving.over || undefined));
    if (leaving.mainArrived) await patiently(tab.until(deadline.within(PARSE_MS), () => isParsed(tab.frames.main) || undefined));
    return value;
  } finally {
    leaving.stop();
  }
}

function isParsed({ reached }: Frame): boolean {
  return reached.has("DOMContentLoaded");
}

/** Navigations that were requested since this was made, as far as an action may be their cause. */
class Leaving {
  mainArrived = false;
  #seen = false;
  readonly #pending = new Set<Frame>();
  readonly #stops: (() => void)[];

  constructor(private readonly tab: Tab) {
    this.#stops = [
      tab.frames.listen((event) => {
        this.#note(event);
      }),
      tab.session.on("Page.downloadWillBegin", () => {
        this.#pending.clear();
      }),
    ];
  }

  get any(): boolean {
    return this.#seen;
  }

  get over(): boolean {
    return this.#pending.size === 0;
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  #note({ kind, frame, reason }: FrameEvent): void {
    const isMain = frame === this.tab.frames.main;
    if (kind === "requested") {
      // Child frames go elsewhere on their own all the time; only links and forms are a person's doing.
      if (!isMain && !/^(anchorClick|formSubmission)/.test(reason ?? "")) return;
      this.#seen = true;
      this.#pending.add(frame);
    } else if (kind !== "lifecycle") {
      this.#pending.delete(frame);
      if (isMain && (kind === "committed" || kind === "restored")) {
        this.#pending.clear();
        this.mainArrived = true;
      }
    }
  }
}

/** A form is submitted in a task of its own, after the click has been answered: lets the page run what it put off. */
async function turn(tab: Tab, deadline: Deadline): Promise<void> {
  const turned = tab.frames.main.call("turn", null).catch(() => undefined);
  // A page that does not answer at once has other worries.
  await patiently(deadline.within(TURN_MS).race(turned));
}

async function patiently(wait: Promise<unknown>): Promise<void> {
  try {
    await wait;
  } catch (error) {
    if (!(error instanceof Expired)) throw error;
  }
}
