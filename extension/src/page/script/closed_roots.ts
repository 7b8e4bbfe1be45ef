/** Closed shadow roots: what the browser has told about them is open to the page script, and to nobody else. */

import type { Trouble, Wait } from "./waiting.js";

const roots = new WeakMap<Element, ShadowRoot>();
const examined = new WeakSet<Element>();
const SUSPECTS = 200;

let watched = false;

/**
 * Elements that may have a closed root and have not been examined yet; each is given out once.
 *
 * With `all` also plain elements that show something and contain nothing, else custom elements only.
 */
export function suspects(all: boolean): Element[] {
  const found: Element[] = [];
  for (const element of unexamined(document, all)) {
    if (found.push(element) >= SUSPECTS) break;
  }
  for (const element of found) examined.add(element);
  return found;
}

/** What to stop with when there are suspects and somebody is going to look into them. */
export function shutAway(wait: Wait, all: boolean): Trouble | undefined {
  if (wait.stopAtRoots !== true || unexamined(document, all).next().done === true) return undefined;
  return { code: "CLOSED_ROOTS", message: "closed shadow roots have to be opened first" };
}

function* unexamined(root: Document | ShadowRoot, all: boolean): Generator<Element> {
  for (const element of root.querySelectorAll("*")) {
    const inner = element.shadowRoot;
    if (inner !== null) yield* unexamined(inner, all);
    else if (!examined.has(element) && isSuspect(element, all)) yield element;
  }
}

function isSuspect(element: Element, all: boolean): boolean {
  if (element.localName.includes("-")) return true;
  return all && element.firstChild === null && HOSTS.has(element.localName) && element.getClientRects().length > 0;
}

/** The elements of HTML that may have a shadow root. */
const HOSTS = new Set("article aside blockquote body div footer h1 h2 h3 h4 h5 h6 header main nav p section span".split(" "));

/** From now on `root` is found where open ones are: this world's own getter says so, the page's does not. */
export function reveal(root: ShadowRoot): void {
  roots.set(root.host, root);
  if (watched) return;
  watched = true;
  const open = Object.getOwnPropertyDescriptor(Element.prototype, "shadowRoot");
  Object.defineProperty(Element.prototype, "shadowRoot", {
    ...open,
    get(this: Element): ShadowRoot | null {
      return (open?.get?.call(this) as ShadowRoot | null | undefined) ?? roots.get(this) ?? null;
    },
  });
}
