/** What this browser is called, for people who look at a list of browsers. */

/** `Chromium 156`; the brand that is neither the engine nor the placeholder wins. */
export function browserName(brands: readonly { readonly brand: string; readonly version: string }[]): string {
  const real = brands.filter(({ brand }) => !/not.?a.?brand/i.test(brand));
  const named = real.find(({ brand }) => brand !== "Chromium") ?? real[0];
  return named === undefined ? "Chromium" : `${named.brand} ${named.version}`;
}

interface WithBrands {
  readonly userAgentData?: { readonly brands: readonly { readonly brand: string; readonly version: string }[] };
}

export interface BrowserIdentity {
  readonly extensionId: string;
  readonly userAgent: string;
  readonly browser: string;
  windowId(): Promise<number>;
}

export function identity(): BrowserIdentity {
  const agent: WithBrands & Navigator = navigator;
  return {
    extensionId: chrome.runtime.id,
    userAgent: agent.userAgent,
    browser: browserName(agent.userAgentData?.brands ?? []),
    windowId: async () => (await chrome.windows.getAll())[0]?.id ?? 0,
  };
}

/** Whether this browser has no screen. */
export function isHeadless(): boolean {
  return /\bHeadlessChrome\//.test(navigator.userAgent);
}

/** The text of a file in the extension's folder; undefined where there is none. */
export async function ownFile(path: string): Promise<string | undefined> {
  try {
    const response = await fetch(chrome.runtime.getURL(path));
    return response.ok ? await response.text() : undefined;
  } catch {
    // A missing file is a network error here, not a 404.
    return undefined;
  }
}
