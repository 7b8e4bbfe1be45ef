/** Requests of a tab that are blocked or answered here instead of on the network. */
import type { Protocol } from "devtools-protocol";
import { base64 } from "../chrome/bytes.js";
import type { CdpSession } from "../chrome/cdp.js";
import type { Answer } from "./settings.js";
import { cdpPattern, urlTest } from "./url_test.js";

type Paused = Protocol.Fetch.RequestPausedEvent;

export class Interception {
  #rules: readonly { readonly answer: Answer; readonly matches: (url: string) => boolean }[] = [];

  /** Answers the session's requests from now on. */
  watch(session: CdpSession): void {
    session.on("Fetch.requestPaused", (paused) => {
      this.#handle(session, paused);
    });
  }

  /** Which requests are stopped, from now on; the first pattern that matches decides. */
  rule(answers: readonly Answer[]): void {
    this.#rules = answers.map((answer) => ({ answer, matches: urlTest(answer.urlPattern) }));
  }

  /** Switches it on or off in one session, as the rules are. */
  async apply(session: CdpSession): Promise<void> {
    const bypass = this.#rules.length > 0;
    // A service worker would fetch in a process of its own, unseen.
    session.post("Network.setBypassServiceWorker", { bypass });
    if (!bypass) {
      await session.send("Fetch.disable");
      return;
    }
    await session.send("Fetch.enable", { patterns: this.#rules.flatMap(({ answer }) => patternsOf(answer)) });
  }

  #handle(session: CdpSession, paused: Paused): void {
    const { requestId, request, resourceType } = paused;
    const rule = this.#rules.find(({ answer, matches }) => matches(request.url) && isOfType(answer, resourceType));
    if (rule === undefined) {
      session.post("Fetch.continueRequest", { requestId });
      return;
    }
    const { answer } = rule;
    switch (answer.action) {
      case "continue":
        session.post("Fetch.continueRequest", { requestId, ...added(answer, request) });
        return;
      case "block":
        session.post("Fetch.failRequest", { requestId, errorReason: "BlockedByClient" });
        return;
      case "fulfil":
        session.post("Fetch.fulfillRequest", { requestId, ...answered(answer, paused) });
        return;
      default:
        answer.action satisfies never;
    }
  }
}

/** The browser takes `fetch()` for an XHR at one place and not at the other. */
const SCRIPTED: readonly Protocol.Network.ResourceType[] = ["Fetch", "XHR"];

function isOfType({ resourceType: wanted }: Answer, type: Protocol.Network.ResourceType): boolean {
  return wanted === undefined || wanted === type || (SCRIPTED.includes(wanted) && SCRIPTED.includes(type));
}

function patternsOf({ urlPattern, resourceType }: Answer): Protocol.Fetch.RequestPattern[] {
  const pattern = { urlPattern: cdpPattern(urlPattern) };
  if (resourceType === undefined) return [pattern];
  const types = SCRIPTED.includes(resourceType) ? SCRIPTED : [resourceType];
  return types.map((type) => ({ ...pattern, resourceType: type }));
}

/** All headers of a request that goes on with some more, or with others. */
export function added({ headers }: Answer, request: Paused["request"]): { headers?: Protocol.Fetch.HeaderEntry[] } {
  if (headers === undefined) return {};
  const given = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const kept = Object.entries(request.headers).filter(([name]) => !given.has(name.toLowerCase()));
  return { headers: [...kept, ...Object.entries(headers)].map(([name, value]) => ({ name, value })) };
}

type Fulfilled = Omit<Protocol.Fetch.FulfillRequestRequest, "requestId">;

/** The whole answer; what a page of another origin needs to read it is added where it is not given. */
export function answered(answer: Answer, { request, resourceType }: Pick<Paused, "request" | "resourceType">): Fulfilled {
  const given = Object.entries(answer.headers ?? {});
  const has = (name: string): boolean => given.some(([known]) => known.toLowerCase() === name);
  const headers = given.map(([name, value]) => ({ name, value }));
  const add = (name: string, value: string): void => {
    if (!has(name)) headers.push({ name, value });
  };
  const origin = header(request.headers, "origin");
  if (origin !== undefined) {
    add("access-control-allow-origin", origin);
    add("access-control-allow-credentials", "true");
  }
  const asked = header(request.headers, "access-control-request-method");
  if (request.method === "OPTIONS" && asked !== undefined) {
    add("access-control-allow-methods", asked);
    add("access-control-allow-headers", header(request.headers, "access-control-request-headers") ?? "*");
    return { responseCode: 204, responseHeaders: headers };
  }
  add("content-type", resourceType === "Document" ? "text/html; charset=utf-8" : "text/plain; charset=utf-8");
  const body = base64(new TextEncoder().encode(answer.body ?? ""));
  return { responseCode: answer.status ?? 200, responseHeaders: headers, body };
}

function header(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(headers).find(([known]) => known.toLowerCase() === name)?.[1];
}
