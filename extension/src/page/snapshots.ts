/** Snapshots of a whole page: the frames' own put together, and what changed since an earlier one. */
import { ask, contentOf, type Spot } from "./asking.js";
import type { Deadline } from "./deadline.js";
import type { Frame } from "./frame.js";
import type { KeptSnapshot } from "./ref_book.js";
import type { Snapshot } from "./script/snapshot.js";
import type { Tab } from "./tab.js";

export interface SnapshotWish {
  readonly interactiveOnly: boolean;
  /** The id of an earlier snapshot: only what changed since then. */
  readonly since?: string | undefined;
}

export interface TakenSnapshot {
  readonly id: string;
  readonly lines: readonly string[];
  /** The document that it was taken of. */
  readonly url: string;
  readonly title: string;
}

/** Frames in frames in frames: deeper ones are named but not entered. */
const DEEPEST = 4;

export async function takeSnapshot(tab: Tab, spot: Spot, wish: SnapshotWish, deadline: Deadline): Promise<TakenSnapshot> {
  const rest = { firstRef: tab.refs.next, interactiveOnly: wish.interactiveOnly };
  const { frame, value } = await ask(tab, spot, "snapshot", rest, deadline);
  tab.refs.given(frame.id, value.nextRef);
  const lines = await withFrames(tab, frame, value, wish, deadline, 0);
  const now = { view: JSON.stringify([frame.id, frame.loaderId, spot.selector, spot.ref, wish.interactiveOnly]), lines };
  const shown = wish.since === undefined ? lines : since(wish.since, tab.refs.snapshot(wish.since), now);
  return { id: tab.refs.keepSnapshot(now), lines: shown, url: value.url, title: value.title };
}

/** What changed since `before`; all of it, and a word on why, where that would say nothing or would be longer. */
export function since(id: string, before: KeptSnapshot | undefined, now: KeptSnapshot): readonly string[] {
  if (before === undefined) return [`(there is no snapshot ${id} of this tab any more: this is all of the page)`, ...now.lines];
  if (before.view !== now.view) return [`(${id} showed another page, part or kind: this is all of this one)`, ...now.lines];
  const changes = difference(before.lines, now.lines);
  return length(changes) <= length(now.lines) ? changes : [`(most has changed since ${id}: this is all of it)`, ...now.lines];
}

function length(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length, 0);
}

/** The lines of a frame, with those of its child frames indented below their elements. */
async function withFrames(tab: Tab, frame: Frame, taken: Snapshot, wish: SnapshotWish, deadline: Deadline, level: number): Promise<readonly string[]> {
  const lines: string[] = [];
  let from = 0;
  for (const { line, depth, ref } of taken.frames) {
    lines.push(...taken.lines.slice(from, line));
    from = line;
    if (level < DEEPEST) {
      const inner = await inside(tab, frame, ref, wish, deadline, level + 1);
      const indent = wish.interactiveOnly ? "" : "  ".repeat(depth + 1);
      lines.push(...inner.map((one) => indent + one));
    }
  }
  lines.push(...taken.lines.slice(from));
  return lines;
}

/** What stands in the child frame whose element is `ref`; nothing when it is just being loaded or removed. */
async function inside(tab: Tab, parent: Frame, ref: string, wish: SnapshotWish, deadline: Deadline, level: number): Promise<readonly string[]> {
  try {
    const frameId = await deadline.race(contentOf(parent, { ref }));
    const frame = tab.frames.find(frameId ?? "");
    if (frame === undefined) return [];
    const wait = { id: "", timeoutMs: 0 };
    const request = { wait, target: undefined, firstRef: tab.refs.next, interactiveOnly: wish.interactiveOnly };
    const outcome = await deadline.within(FRAME_MS).race(frame.call("snapshot", request));
    if (!("ok" in outcome)) return [];
    tab.refs.given(frame.id, outcome.ok.nextRef);
    return await withFrames(tab, frame, outcome.ok, wish, deadline, level);
  } catch {
    deadline.check();
    return [];
  }
}

/** A frame that does not answer must not hold up the page around it. */
const FRAME_MS = 2_000;

/** As many whole lines as `maxChars` hold, the last one of which says what is missing. */
export function cut(lines: readonly string[], maxChars: number): { text: string; truncated: boolean } {
  const text = lines.join("\n");
  if (text.length <= maxChars) return { text, truncated: false };
  const marker = (shown: number): string => `… ${String(lines.length - shown)} of ${String(lines.length)} lines cut; narrow it with selector or interactiveOnly`;
  const room = maxChars - marker(0).length;
  let shown = 0;
  let used = 0;
  for (const line of lines) {
    used += line.length + 1;
    if (used > room) break;
    shown++;
  }
  return { text: [...lines.slice(0, shown), marker(shown)].join("\n"), truncated: true };
}

/** Lines that are gone, with "-", and lines that are new, with "+", in the order of the page. */
export function difference(before: readonly string[], after: readonly string[]): readonly string[] {
  const old = counted(before);
  const fresh = counted(after);
  const gone = before.filter((line) => surplus(line, old, fresh)).map((line) => `- ${line.trimStart()}`);
  const added = after.filter((line) => surplus(line, fresh, old)).map((line) => `+ ${line.trimStart()}`);
  return gone.length + added.length === 0 ? ["(no changes)"] : [...gone, ...added];
}

function counted(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

/** Whether `line` is there more often than on the other side; each call uses up one. */
function surplus(line: string, here: Map<string, number>, there: ReadonlyMap<string, number>): boolean {
  const left = here.get(line) ?? 0;
  if (left <= (there.get(line) ?? 0)) return false;
  here.set(line, left - 1);
  return true;
}
