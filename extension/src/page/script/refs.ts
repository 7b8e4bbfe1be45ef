/**
 * Short names for elements. A ref belongs to one element of one document and is never used again in its tab.
 *
 * A page that renders anew puts another element in the same place: one with the same mark takes over the ref.
 */

const byElement = new WeakMap<Element, string>();
const byRef = new Map<string, WeakRef<Element>>();

/** By mark, the ref that was given last. */
const byMark = new Map<string, string>();
const markOf = new Map<string, string>();
const MARKS = 10_000;

let next = 1;

/** Refs from now on are numbered from `first` at least, so that those of other documents differ. */
export function numberFrom(first: number): void {
  next = Math.max(next, first);
}

export function nextNumber(): number {
  return next;
}

/** The element's ref, given now when it has none. `mark` says what it is and where, unlike any other in the document. */
export function refOf(element: Element, mark?: string): string {
  const ref = byElement.get(element) ?? adopted(element, mark) ?? bind(`e${String(next++)}`, element);
  if (mark !== undefined) remember(ref, mark);
  return ref;
}

/** The ref that `element` takes over from one that has left the document; undefined when there is none. */
export function adopted(element: Element, mark: string | undefined): string | undefined {
  const lost = mark === undefined || byElement.has(element) ? undefined : byMark.get(mark);
  return lost === undefined || elementOf(lost) !== undefined ? undefined : bind(lost, element);
}

function bind(ref: string, element: Element): string {
  byElement.set(element, ref);
  byRef.set(ref, new WeakRef(element));
  return ref;
}

function remember(ref: string, mark: string): void {
  const before = markOf.get(ref);
  if (before === mark) return;
  if (before !== undefined && byMark.get(before) === ref) byMark.delete(before);
  if (byMark.size >= MARKS) byMark.clear();
  byMark.set(mark, ref);
  markOf.set(ref, mark);
}

/** What the element of `ref` was when it was seen last. */
export function lastMark(ref: string): string | undefined {
  return markOf.get(ref);
}

/** The element, while it is in the document. */
export function elementOf(ref: string): Element | undefined {
  const element = byRef.get(ref)?.deref();
  return element?.isConnected === true ? element : undefined;
}

/** Whether this document ever gave out `ref`. */
export function knows(ref: string): boolean {
  return byRef.has(ref);
}
