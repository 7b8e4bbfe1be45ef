/** What a tab has requested since it is watched: the newest of it, by the order in which it was asked for. */
import type { Protocol } from "devtools-protocol";
import type { CdpSession } from "../chrome/cdp.js";

export interface LoggedRequest {
  readonly url: string;
  readonly method: string;
  readonly resourceType: string;
  status?: number;
  sizeBytes?: number;
  durationMs?: number;
  /** Why it came to nothing. */
  failed?: string;
}

/** A page loads some hundred; the oldest are forgotten first. */
const MOST = 1_000;

export class RequestLog {
  #requests: LoggedRequest[] = [];
  readonly #open = new Map<string, { readonly row: LoggedRequest; readonly sentAt: number }>();

  watch(session: CdpSession): void {
    session.on("Network.requestWillBeSent", (sent) => {
      this.#sent(sent);
    });
    session.on("Network.responseReceived", ({ requestId, response }) => {
      const open = this.#open.get(requestId);
      if (open !== undefined) open.row.status = response.status;
    });
    session.on("Network.loadingFinished", ({ requestId, timestamp, encodedDataLength }) => {
      const row = this.#end(requestId, timestamp);
      if (row !== undefined) row.sizeBytes = Math.round(encodedDataLength);
    });
    session.on("Network.loadingFailed", ({ requestId, timestamp, errorText, blockedReason }) => {
      const row = this.#end(requestId, timestamp);
      if (row !== undefined) row.failed = blockedReason ?? errorText;
    });
    // Bodies are never asked for, so the browser need not keep them.
    session.post("Network.enable", { maxTotalBufferSize: 0, maxResourceBufferSize: 0 });
  }

  /** Oldest first. */
  get rows(): readonly LoggedRequest[] {
    return this.#requests;
  }

  clear(): void {
    this.#requests = [];
    this.#open.clear();
  }

  #sent({ requestId, request, type, timestamp, redirectResponse }: Protocol.Network.RequestWillBeSentEvent): void {
    if (request.url.startsWith("data:")) return;
    if (redirectResponse !== undefined) {
      // A redirect ends one request and begins the next under the same id.
      const row = this.#end(requestId, timestamp);
      if (row !== undefined) row.status = redirectResponse.status;
    }
    const row: LoggedRequest = { url: request.url + (request.urlFragment ?? ""), method: request.method, resourceType: type ?? "Other" };
    this.#requests.push(row);
    if (this.#requests.length > MOST) this.#requests.shift();
    this.#open.set(requestId, { row, sentAt: timestamp });
    const [oldest] = this.#open.keys();
    if (this.#open.size > MOST && oldest !== undefined) this.#open.delete(oldest);
  }

  #end(requestId: string, timestamp: number): LoggedRequest | undefined {
    const open = this.#open.get(requestId);
    if (open === undefined) return undefined;
    this.#open.delete(requestId);
    open.row.durationMs = Math.round((timestamp - open.sentAt) * 1e5) / 100;
    return open.row;
  }
}
