/** What a document says of itself when it has come. */

export interface Here {
  readonly title: string;
  readonly url: string;
  /** The HTTP status; 0 when the document did not come by HTTP. */
  readonly status: number;
}

/** A function of the debugger's in this world: what it is called with arrives as an event, in one order with all others. */
export const LOADED = "tabyardLoaded";

export function whereWeAre(): Here {
  return { title: document.title, url: location.href, status: statusOf() };
}

/**
 * Says where we are when the page has loaded, after all that the page itself does on it and before the browser tells of
 * the load. Asked for it, a page would answer only after it was drawn.
 */
export function tellWhenLoaded(): void {
  const { [LOADED]: tell } = globalThis as { [LOADED]?: (text: string) => void };
  if (tell === undefined || window.parent !== window) return;
  document.addEventListener("readystatechange", () => {
    if (document.readyState !== "complete") return;
    // The load follows at once; a listener that is added only now comes after the page's own.
    addEventListener("load", () => { tell(JSON.stringify(whereWeAre())); }, { once: true });
  });
}

function statusOf(): number {
  const [entry] = performance.getEntriesByType("navigation");
  return entry === undefined ? 0 : (entry as PerformanceNavigationTiming).responseStatus;
}
