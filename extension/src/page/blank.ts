/** The empty page, with an origin that gives no rights. */
import { Deadline } from "./deadline.js";
import type { Tab } from "./tab.js";

/**
 * Nothing can be there: the browser asks nobody and shows an error page, whose origin is opaque.
 *
 * The debugger's own way to about:blank would give that page the extension's origin, and the scripts of tasks the
 * extension's rights. A page that the error page goes to inherits the opaque origin instead.
 */
export const NOWHERE = "about:srcdoc";

/** What the browser says of it. */
export const NOTHING_THERE = "net::ERR_INVALID_URL";

export function isBlank(url: string): boolean {
  return /^about:blank([?#]|$)/.test(url);
}

/** Whether a script in such a page would have the rights of an extension. */
export function hasRights(origin: string): boolean {
  return origin.startsWith("chrome-extension:");
}

/** To be run in the error page. */
export function goOnTo(url: string): string {
  return `location.replace(${JSON.stringify(url)})`;
}

/** Leads a tab that stands at `NOWHERE` on to an empty page. */
export async function goOn(tab: Tab, url: string, deadline: Deadline): Promise<void> {
  await deadline.race(tab.session.send("Runtime.evaluate", { expression: goOnTo(url) }));
  await tab.until(deadline, () => isBlank(tab.url) || undefined);
}

const SOON_MS = 3_000;

/** Takes a document with rights out of a tab. Rejects when it stays, since no script may run in it. */
export async function empty(tab: Tab): Promise<void> {
  const deadline = new Deadline(new AbortController().signal, SOON_MS);
  try {
    const { loaderId } = await deadline.race(tab.session.send("Page.navigate", { url: NOWHERE }));
    await tab.until(deadline, () => tab.frames.main.loaderId === loaderId || undefined);
    await goOn(tab, "about:blank", deadline);
  } finally {
    deadline.dispose();
  }
}
