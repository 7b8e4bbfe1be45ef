/** Requests that are blocked, answered here, or let through; until it is switched off. */
import type { Protocol } from "devtools-protocol";
import type { Intercept, Intercepting, InterceptPattern } from "../../generated/protocol.js";
import type { Answer } from "../../page/settings.js";
import { common, invalid, listOf, number, oneOf, parse, record, text, texts, yesNo } from "../arguments.js";
import { value, type Action } from "../command.js";

const TYPES: readonly Protocol.Network.ResourceType[] = [
  "Document", "Stylesheet", "Image", "Media", "Font", "Script", "TextTrack", "XHR", "Fetch", "Prefetch", "EventSource", "WebSocket",
  "Manifest", "SignedExchange", "Ping", "CSPViolationReport", "Preflight", "Other",
];

const pattern = record<InterceptPattern>({
  urlPattern: text, resourceType: text, action: oneOf("block", "fulfil", "continue"), status: number, headers: texts, body: text,
});

export const intercept: Action = async (command) => {
  const args = parse<Intercept>(command.args, { ...common, enabled: yesNo, patterns: listOf(pattern) });
  const enabled = args.enabled ?? true;
  const patterns = enabled ? (args.patterns ?? []).map(answerOf) : [];
  if (enabled && patterns.length === 0) throw invalid("patterns", "are required, unless enabled is false");
  const tab = await command.tab();
  await tab.change({ intercept: enabled ? patterns : undefined }, command.deadline);
  return value({ success: true, enabled, patterns: patterns.length } satisfies Intercepting);
};

function answerOf({ urlPattern = "*", resourceType, action = "continue", status, headers, body }: InterceptPattern): Answer {
  return { urlPattern, resourceType: resourceType === undefined ? undefined : typeOf(resourceType), action, status, headers, body };
}

function typeOf(given: string): Protocol.Network.ResourceType {
  const found = TYPES.find((known) => known.toLowerCase() === given.toLowerCase());
  if (found === undefined) throw invalid("resourceType", `must be one of ${TYPES.join(", ")}`);
  return found;
}
