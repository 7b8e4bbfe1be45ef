/** Files on the browser's own machine. */

/**
 * Whether there is certainly no such file. An extension that may not read files can't tell, and then it is not
 * missing: extensions loaded by command line may, those in a person's browser only when the person has allowed it.
 */
export async function fileIsMissing(path: string): Promise<boolean> {
  if (!(await chrome.extension.isAllowedFileSchemeAccess())) return false;
  try {
    const reading = new AbortController();
    await fetch(fileUrl(path), { signal: reading.signal });
    reading.abort();
    return false;
  } catch {
    return true;
  }
}

function fileUrl(path: string): string {
  const slashed = path.replace(/\\/g, "/");
  const parts = slashed.split("/").map((part, at) => (at === 0 && part.endsWith(":") ? part : encodeURIComponent(part)));
  return `file://${slashed.startsWith("/") ? "" : "/"}${parts.join("/")}`;
}
