/** Addresses as callers write them, and as they are refused. */
import { ToolFailure } from "../failure.js";
import { refusal, type Rules } from "../policy/rules.js";

/** What was asked last: command after command asks for the same page. */
let last: { readonly url: string; readonly rules: Rules; readonly reason: string | undefined } | undefined;

/** Throws `FORBIDDEN_URL` when `url` must not be opened or driven. */
export function mustBeAllowed(url: string, rules: Rules): void {
  if (last?.url !== url || last.rules !== rules) last = { url, rules, reason: refusal(url, rules) };
  const { reason } = last;
  if (reason !== undefined) throw new ToolFailure("FORBIDDEN_URL", `${shorten(url)}: ${reason}`, { url: shorten(url), reason });
}

/** What a person may leave out of an address: the scheme. */
export function completed(url: string): string {
  const trimmed = url.trim();
  if (/^[a-z][a-z0-9+.-]*:(?!\d)/i.test(trimmed)) return trimmed;
  const local = /^(localhost|\[[\da-f:.]+\]|\d+\.\d+\.\d+\.\d+)(:\d+)?([/?#]|$)/i.test(trimmed);
  return `${local ? "http" : "https"}://${trimmed}`;
}

function shorten(url: string): string {
  return url.length > 200 ? `${url.slice(0, 199)}…` : url;
}
