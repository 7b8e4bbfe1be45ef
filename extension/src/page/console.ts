/** A tab's console: its newest lines, kept from the first attachment of the debugger on. */
import type { Protocol } from "devtools-protocol";
import type { CdpSession } from "../chrome/cdp.js";
import { describeException } from "./frame.js";

export type ConsoleLevel = "debug" | "log" | "info" | "warning" | "error";

export interface ConsoleLine {
  readonly level: ConsoleLevel;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  /** `console`, `exception`, or what in the browser says it: `network`, `security` … */
  readonly source: string;
}

/** The oldest are forgotten first. */
const MOST = 1_000;
const TEXT_CHARS = 10_000;

export class ConsoleLog {
  #lines: ConsoleLine[] = [];
  #newest = 0;
  #known = 0;

  /** A new attachment begins: what its sessions tell of the time before is known already. */
  attached(): void {
    this.#known = this.#newest;
  }

  watch(session: CdpSession): void {
    // The browser repeats what it remembers to everybody who begins to listen.
    const fresh = (timestamp: number): boolean => timestamp > this.#known;
    session.on("Runtime.consoleAPICalled", ({ type, args, timestamp }) => {
      if (fresh(timestamp) && type !== "clear") this.#add(levelOf(type), textOf(args), timestamp, "console");
    });
    session.on("Runtime.exceptionThrown", ({ exceptionDetails, timestamp }) => {
      if (fresh(timestamp)) this.#add("error", thrown(exceptionDetails), timestamp, "exception");
    });
    session.on("Log.entryAdded", ({ entry: { level, text, url, timestamp, source } }) => {
      if (!fresh(timestamp)) return;
      this.#add(level === "verbose" ? "debug" : level, url === undefined ? text : `${text} (${url})`, timestamp, source);
    });
    session.post("Log.enable");
  }

  /** Oldest first. */
  get lines(): readonly ConsoleLine[] {
    return this.#lines;
  }

  clear(): void {
    this.#lines = [];
  }

  #add(level: ConsoleLevel, text: string, timestamp: number, source: string): void {
    const shown = text.length > TEXT_CHARS ? `${text.slice(0, TEXT_CHARS)}…` : text;
    this.#lines.push({ level, text: shown, timestamp: Math.round(timestamp), source });
    if (this.#lines.length > MOST) this.#lines.shift();
    if (timestamp > this.#newest) this.#newest = timestamp;
  }
}

function levelOf(type: Protocol.Runtime.ConsoleAPICalledEvent["type"]): ConsoleLevel {
  switch (type) {
    case "debug":
    case "info":
    case "warning":
    case "error":
      return type;
    case "assert":
      return "error";
    default:
      return "log";
  }
}

function thrown(details: Protocol.Runtime.ExceptionDetails): string {
  const described = describeException(details);
  return described.startsWith(details.text) ? described : `${details.text} ${described}`;
}

/** As the browser's own console shows it in one line. */
export function textOf(args: readonly Protocol.Runtime.RemoteObject[]): string {
  const [first, ...rest] = args;
  if (first?.type !== "string" || typeof first.value !== "string" || !/%[sdifoOc]/.test(first.value)) return args.map(shown).join(" ");
  const left = [...rest];
  const filled = first.value.replace(/%([sdifoOc%])/g, (whole, kind: string) => {
    if (kind === "%") return "%";
    const next = left.shift();
    if (next === undefined) return whole;
    return kind === "c" ? "" : shown(next);
  });
  return [filled, ...left.map(shown)].join(" ");
}

function shown(value: Protocol.Runtime.RemoteObject): string {
  if (value.preview !== undefined && value.subtype !== "error") return preview(value.preview);
  if (typeof value.value === "string") return value.value;
  if ("value" in value && (value.value === null || typeof value.value !== "object")) return String(value.value);
  return value.unserializableValue ?? value.description ?? value.type;
}

function preview({ subtype, description, properties, overflow }: Protocol.Runtime.ObjectPreview): string {
  const list = subtype === "array";
  const parts = properties.map(({ name, value, type }) => {
    const text = type === "string" ? JSON.stringify(value ?? "") : (value ?? type);
    return list ? text : `${name}: ${text}`;
  });
  if (overflow) parts.push("…");
  if (list) return `[${parts.join(", ")}]`;
  const name = description === undefined || description === "Object" ? "" : `${description} `;
  return parts.length === 0 && name !== "" ? name.trim() : `${name}{${parts.join(", ")}}`;
}
