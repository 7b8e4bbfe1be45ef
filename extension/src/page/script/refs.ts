/** Short names for elements. A ref belongs to one element of one document and is never used again in its tab. */

const byElement = new WeakMap<Element, string>();
const byRef = new Map<string, WeakRef<Element>>();

let next = 1;

/** Refs from now on are numbered from `first` at least, so that those of other documents differ. */
export function numberFrom(first: number): void {
  next = Math.max(next, first);
}

export function nextNumber(): number {
  return next;
}

export function refOf(element: Element): string {
  let ref = byElement.get(element);
  if (ref === undefined) {
    ref = `e${String(next++)}`;
    byElement.set(element, ref);
    byRef.set(ref, new WeakRef(element));
  }
  return ref;
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
