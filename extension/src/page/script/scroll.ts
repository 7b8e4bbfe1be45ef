/** Scrolling: an element into view, or whatever scrolls by a distance. */

export interface ScrollRequest {
  readonly deltaX: number;
  readonly deltaY: number;
}

export interface Scrolled {
  /** Whether anything moved. */
  readonly moved: boolean;
  readonly x: number;
  readonly y: number;
}

export function intoView(element: Element): Scrolled {
  const scroller = scrollerOf(element, 0, 1) ?? page();
  const before = [scroller.scrollLeft, scroller.scrollTop];
  element.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
  return standing(scroller, before);
}

/** Scrolls the nearest thing that can move that way: from `element`, else the page, else what is in its middle. */
export function by(request: ScrollRequest, element: Element | undefined): Scrolled {
  const { deltaX, deltaY } = request;
  const middle = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
  // A scroller that is named is meant, also at its end.
  const own = element === undefined || !overflows(element) ? undefined : element;
  const scroller =
    own ??
    (element === undefined ? undefined : scrollerOf(element, deltaX, deltaY)) ??
    (canMove(page(), deltaX, deltaY) || middle === null ? page() : (scrollerOf(middle, deltaX, deltaY) ?? page()));
  const before = [scroller.scrollLeft, scroller.scrollTop];
  scroller.scrollBy({ left: deltaX, top: deltaY, behavior: "instant" });
  return standing(scroller, before);
}

function standing(scroller: Element, before: readonly number[]): Scrolled {
  const moved = before[0] !== scroller.scrollLeft || before[1] !== scroller.scrollTop;
  return { moved, x: scroller.scrollLeft, y: scroller.scrollTop };
}

function page(): Element {
  return document.scrollingElement ?? document.documentElement;
}

function scrollerOf(element: Element, deltaX: number, deltaY: number): Element | undefined {
  for (let at: Element | null = element; at !== null; at = parentOf(at)) {
    if (at !== page() && at !== document.body && scrolls(at) && canMove(at, deltaX, deltaY)) return at;
  }
  return undefined;
}

function parentOf(element: Element): Element | null {
  if (element.assignedSlot !== null) return element.assignedSlot;
  if (element.parentElement !== null) return element.parentElement;
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
}

function scrolls(element: Element): boolean {
  const { overflowX, overflowY } = getComputedStyle(element);
  return /auto|scroll|hidden/.test(overflowX + overflowY);
}

function overflows(element: Element): boolean {
  return scrolls(element) && (element.scrollHeight > element.clientHeight || element.scrollWidth > element.clientWidth);
}

function canMove(element: Element, deltaX: number, deltaY: number): boolean {
  const { scrollTop, scrollLeft, scrollHeight, scrollWidth, clientHeight, clientWidth } = element;
  const down = deltaY > 0 ? scrollTop + clientHeight < scrollHeight - 1 : deltaY < 0 && scrollTop > 0;
  const right = deltaX > 0 ? scrollLeft + clientWidth < scrollWidth - 1 : deltaX < 0 && scrollLeft > 0;
  return down || right;
}
