/** Calls of the page script that wait for an element: in the right frame, across navigations, ending with the command. */
import { ToolFailure } from "../failure.js";
import { ToolErrorCode } from "../generated/protocol.js";
import { openClosedRoots } from "./closed_roots.js";
import type { Deadline } from "./deadline.js";
import { DocumentGone, type Frame } from "./frame.js";
import type { PageFunctions } from "./script/main.js";
import type { Target } from "./script/query.js";
import type { Outcome, Trouble, Wait } from "./script/waiting.js";
import type { Tab } from "./tab.js";

/** An element named from outside: by selector or ref, in a frame. */
export interface Spot {
  readonly selector?: string | undefined;
  readonly ref?: string | undefined;
  /** Name, URL part, index of all child frames, or a selector of the frame element. */
  readonly frame?: string | number | undefined;
}

type Waiting = { [N in keyof PageFunctions]: PageFunctions[N] extends { arg: { wait: Wait } } ? N : never }[keyof PageFunctions];
type Rest<N extends Waiting> = Omit<PageFunctions[N]["arg"], "wait" | "target">;
type Ok<N extends Waiting> = PageFunctions[N]["value"] extends Outcome<infer T> ? T : never;

export interface Answer<T> {
  readonly frame: Frame;
  readonly value: T;
}

/** The page gives up this much before the deadline, or a quarter of a short one, so that its reason arrives in time. */
const HEAD_START_MS = 250;
const RETRY_MS = 20;
const FRAME_POLL_MS = 50;

/** How often new closed shadow roots are looked into; a page that makes them all the time must not hold up the rest. */
const ROUNDS = 5;

let waits = 0;

/**
 * Runs `name` on the element at `spot` as soon as it is there and ready; a new document is asked anew.
 *
 * Rejects with the reason why the element never was, with `CANCELLED`, or with `Expired` when the page does not answer.
 */
export async function ask<N extends Waiting>(tab: Tab, spot: Spot, name: N, rest: Rest<N>, deadline: Deadline): Promise<Answer<Ok<N>>> {
  for (let round = 0; ; round++) {
    deadline.check();
    const frame = await frameOf(tab, spot, deadline);
    try {
      const answer = await attempt(tab, frame, spot, name, rest, deadline, round < ROUNDS);
      if (answer !== undefined) return answer as Answer<Ok<N>>;
    } catch (error) {
      if (!(error instanceof DocumentGone)) throw error;
      await deadline.sleep(RETRY_MS);
    }
  }
}

/** Undefined: closed shadow roots were in the way, and are open now. */
async function attempt(
  tab: Tab, frame: Frame, spot: Spot, name: Waiting, rest: object, deadline: Deadline, stopAtRoots: boolean,
): Promise<Answer<unknown> | undefined> {
  const arg = { ...rest, target: spot.selector === undefined && spot.ref === undefined ? undefined : targetOf(spot) };
  const outcome = await waitIn(frame, name, arg, deadline, stopAtRoots);
  if ("ok" in outcome) return { frame, value: outcome.ok };
  if (outcome.trouble.code === "CLOSED_ROOTS") {
    await deadline.race(openClosedRoots(frame, arg.target === undefined ? "custom" : "all"));
    return undefined;
  }
  const elsewhere = await otherHome(tab, frame, spot, outcome.trouble);
  if (elsewhere === undefined) throw await failure(tab, frame, spot, outcome.trouble, deadline);
  const second = await waitIn(elsewhere, name, arg, deadline);
  if ("ok" in second) return { frame: elsewhere, value: second.ok };
  throw await failure(tab, elsewhere, spot, second.trouble, deadline);
}

function targetOf({ selector, ref }: Spot): Target {
  return ref === undefined ? { selector } : { ref };
}

async function waitIn(frame: Frame, name: Waiting, arg: object, deadline: Deadline, stopAtRoots = false): Promise<Outcome<unknown>> {
  const wait: Wait = { id: `w${String(++waits)}`, timeoutMs: deadline.leftMs - headStart(deadline), stopAtRoots };
  const cancel = (): void => {
    frame.call("cancel", wait.id).catch(() => undefined);
  };
  deadline.signal.addEventListener("abort", cancel, { once: true });
  try {
    const called = frame.call(name, { ...arg, wait } as unknown as PageFunctions[Waiting]["arg"]);
    return await deadline.race<Outcome<unknown>>(called);
  } finally {
    deadline.signal.removeEventListener("abort", cancel);
  }
}

function headStart({ leftMs }: Deadline): number {
  return Math.min(HEAD_START_MS, leftMs / 4);
}

/** Refs know their frame: one that this frame never gave may be another frame's. */
async function otherHome(tab: Tab, asked: Frame, spot: Spot, trouble: Trouble): Promise<Frame | undefined> {
  if (trouble.code !== "STALE_REF" || spot.ref === undefined || spot.frame !== undefined) return undefined;
  const ref = spot.ref;
  for (const frame of tab.frames.inOrder()) {
    if (frame === asked) continue;
    const known = await frame.call("has", { ref }).catch(() => undefined);
    if (known?.here === true) return frame;
  }
  return undefined;
}

async function failure(tab: Tab, frame: Frame, spot: Spot, trouble: Trouble, deadline: Deadline): Promise<ToolFailure> {
  // A hint is worth some of the time that is left, but the reason must arrive.
  const patience = deadline.within(deadline.leftMs / 2);
  const other = trouble.code === "ELEMENT_NOT_FOUND" ? await patience.race(seenElsewhere(tab, frame, spot)).catch(() => undefined) : undefined;
  if (other === undefined) return new ToolFailure(codeOf(trouble.code), trouble.message, trouble.details);
  const index = tab.frames.children.indexOf(other);
  const hint = index < 0 ? "the main frame" : `frame ${String(index)} (${other.name || other.url})`;
  return new ToolFailure(codeOf(trouble.code), `${trouble.message}; it is in ${hint}`, { ...trouble.details, seenInFrame: index < 0 ? "main" : index });
}

function codeOf(code: string): ToolErrorCode {
  return Object.values(ToolErrorCode).find((known) => known === code) ?? "INTERNAL";
}

/** A selector that finds nothing here may mean an element of another frame. */
async function seenElsewhere(tab: Tab, asked: Frame, { selector }: Spot): Promise<Frame | undefined> {
  if (selector === undefined) return undefined;
  const others = tab.frames.inOrder().filter((frame) => frame !== asked).slice(0, 10);
  const found = await Promise.all(
    others.map((frame) => frame.call("has", { selector }).then(({ here }) => (here ? frame : undefined), () => undefined)),
  );
  return found.find((one) => one !== undefined);
}

/** The frame that `spot` means; waits for it to appear. */
export async function frameOf(tab: Tab, spot: Spot, deadline: Deadline): Promise<Frame> {
  if (spot.frame === undefined) {
    const home = spot.ref === undefined ? undefined : tab.refs.frameOf(spot.ref);
    return (home === undefined ? undefined : tab.frames.find(home)) ?? tab.frames.main;
  }
  const wanted = spot.frame;
  for (;;) {
    const frame = named(tab, wanted) ?? (await ownedBy(tab, wanted, deadline));
    if (frame !== undefined) return frame;
    if (deadline.leftMs < FRAME_POLL_MS * 2) throw noFrame(tab, wanted);
    await deadline.sleep(FRAME_POLL_MS);
  }
}

function named(tab: Tab, wanted: string | number): Frame | undefined {
  const { children } = tab.frames;
  if (typeof wanted === "number") return children[wanted];
  return (
    children.find(({ name }) => name === wanted) ??
    children.find(({ url }) => url.includes(wanted)) ??
    (/^\d+$/.test(wanted) ? children[Number(wanted)] : undefined)
  );
}

/** The frame inside the first element that `wanted` matches as a selector, or as an id. */
async function ownedBy(tab: Tab, wanted: string | number, deadline: Deadline): Promise<Frame | undefined> {
  if (typeof wanted === "number") return undefined;
  const { main } = tab.frames;
  const candidates = /^[\w-]+$/.test(wanted) ? [`iframe#${wanted}`] : [wanted];
  for (const selector of candidates) {
    const frameId = await deadline.race(contentOf(main, { selector }).catch(() => undefined));
    const frame = frameId === undefined ? undefined : tab.frames.find(frameId);
    if (frame !== undefined) return frame;
  }
  return undefined;
}

/** The id of the frame inside a frame element; undefined for any other element and for none. */
export async function contentOf(parent: Frame, target: Target): Promise<string | undefined> {
  const objectId = await parent.handle("element", target);
  if (objectId === undefined) return undefined;
  try {
    const { node } = await parent.guard(parent.session.send("DOM.describeNode", { objectId }));
    return node.frameId;
  } finally {
    parent.session.post("Runtime.releaseObject", { objectId });
  }
}

function noFrame(tab: Tab, wanted: string | number): ToolFailure {
  const frames = tab.frames.children.map(({ name, url }, index) => ({ index, name, url }));
  const list = frames.map(({ index, name, url }) => `${String(index)}: ${name === "" ? url : `${name} (${url})`}`).join(", ");
  return new ToolFailure("ELEMENT_NOT_FOUND", `no frame ${JSON.stringify(wanted)}; there are: ${list || "none"}`, { frames });
}
