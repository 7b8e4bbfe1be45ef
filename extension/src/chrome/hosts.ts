/** Leave to talk to a hub's address. Loopback is in the manifest; any other host is asked for when it is needed. */

function pattern(origin: string): string {
  const { protocol, hostname } = new URL(origin);
  return `${protocol}//${hostname}/*`;
}

export function mayReach(origin: string): Promise<boolean> {
  return chrome.permissions.contains({ origins: [pattern(origin)] });
}

/** Asks the person. Call it first thing in a click's handler: after an `await` it is no longer their click. */
export async function askToReach(origin: string): Promise<boolean> {
  try {
    return await chrome.permissions.request({ origins: [pattern(origin)] });
  } catch {
    return false;
  }
}

export function onReachGranted(listener: () => void): void {
  chrome.permissions.onAdded.addListener(listener);
}
