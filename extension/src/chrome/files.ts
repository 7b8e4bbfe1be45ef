/** Files: those on the browser's own machine, and those that a hub hands out. */
import { base64 } from "./bytes.js";

export interface FileBytes {
  readonly name: string;
  readonly mimeType: string;
  /** Base64. */
  readonly bytes: string;
}

export type PathKind = "file" | "folder" | "missing" | "unknown";

/**
 * What is there. An extension that may not read files can't tell: extensions loaded by command line may, those in a
 * person's browser only when the person has allowed it.
 */
export async function kindOf(path: string): Promise<PathKind> {
  if (!(await chrome.extension.isAllowedFileSchemeAccess())) return "unknown";
  const url = fileUrl(path);
  if (!(await opens(url))) return "missing";
  // A folder is listed, and below a file there is nothing.
  return (await opens(`${url.replace(/\/+$/, "")}/`)) ? "folder" : "file";
}

async function opens(url: string): Promise<boolean> {
  try {
    const reading = new AbortController();
    await fetch(url, { signal: reading.signal });
    reading.abort();
    return true;
  } catch {
    return false;
  }
}

/** The bytes behind a URL, under the name that the answer gives them; undefined when there is nothing. */
export async function download(url: string, signal: AbortSignal): Promise<FileBytes | undefined> {
  const answer = await fetch(url, { signal }).catch(() => undefined);
  if (answer?.ok !== true) return undefined;
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const mimeType = answer.headers.get("content-type") ?? "application/octet-stream";
  return { name: nameOf(answer, url), mimeType, bytes: base64(bytes) };
}

/** The bytes of a file on this machine; undefined when it may not be read, is not there, or has more than `limit`. */
export async function readFile(path: string, limit: number, signal: AbortSignal): Promise<string | undefined> {
  if (!(await chrome.extension.isAllowedFileSchemeAccess())) return undefined;
  const answer = await fetch(fileUrl(path), { signal }).catch(() => undefined);
  const bytes = await answer?.blob().catch(() => undefined);
  if (bytes === undefined || bytes.size > limit) return undefined;
  return base64(new Uint8Array(await bytes.arrayBuffer()));
}

function nameOf(answer: Response, url: string): string {
  const disposition = answer.headers.get("content-disposition") ?? "";
  const encoded = /filename\*=utf-8''([^;]+)/i.exec(disposition)?.[1];
  const name = encoded === undefined ? /filename="?([^";]+)"?/i.exec(disposition)?.[1] : decodeURIComponent(encoded);
  // Whatever the peer says, it is a name and no path.
  return (name ?? new URL(url).pathname).split(/[\\/]/).pop() ?? "file";
}

export function fileUrl(path: string): string {
  const slashed = path.replace(/\\/g, "/");
  const parts = slashed.split("/").map((part, at) => (at === 0 && part.endsWith(":") ? part : encodeURIComponent(part)));
  return `file://${slashed.startsWith("/") ? "" : "/"}${parts.join("/")}`;
}
