/** JavaScript of the caller, in the page's own world. */
import type { Protocol } from "devtools-protocol";
import { CdpError } from "../chrome/cdp.js";
import { ToolFailure } from "../failure.js";
import { Expired, type Deadline } from "./deadline.js";
import { describeException, type Frame } from "./frame.js";
import type { Tab } from "./tab.js";

export interface Script {
  readonly expression: string;
  readonly awaitPromise: boolean;
  /** For an expression that gives a function: it is called with these. */
  readonly args?: readonly unknown[] | undefined;
}

type Reply = Protocol.Runtime.EvaluateResponse;

/**
 * The JSON value of an expression, of a function called with `args`, or of a body with `return`.
 *
 * Rejects with `SCRIPT_ERROR` or `NOT_SERIALIZABLE`. A script that still runs at the end of the time is terminated.
 */
export async function evaluate(tab: Tab, frame: Frame, script: Script, deadline: Deadline): Promise<unknown> {
  try {
    const reply = await deadline.race(run(frame, script));
    if (reply.exceptionDetails !== undefined) throw scriptError(reply.exceptionDetails);
    return jsonOf(reply.result);
  } catch (error) {
    if ((error instanceof Expired || deadline.signal.aborted) && tab.dialogs.open === undefined) terminate(frame);
    if (error instanceof CdpError && /by value|reference chain|serializ|too (long|deep)/i.test(error.message)) {
      throw new ToolFailure("NOT_SERIALIZABLE", `the value can't be sent as JSON: ${error.message}`);
    }
    throw error;
  }
}

async function run(frame: Frame, { expression, awaitPromise, args }: Script): Promise<Reply> {
  if (args !== undefined && args.length > 0) return called(frame, expression, args, awaitPromise);
  let reply = await plain(frame, parenthesised(expression), awaitPromise);
  // A syntax error has run nothing, so another reading may be tried.
  for (const reading of readings(expression)) {
    if (!isSyntaxError(reply)) break;
    reply = await plain(frame, reading, awaitPromise);
  }
  if (reply.exceptionDetails === undefined && reply.result.type === "function") return called(frame, expression, [], awaitPromise);
  return reply;
}

/** Braces at both ends mean an object here, as they do in a console. */
function parenthesised(expression: string): string {
  return /^\s*\{[^]*\}\s*;?\s*$/.test(expression) ? `(${expression.replace(/;?\s*$/, "")})` : expression;
}

function readings(expression: string): readonly string[] {
  return [expression, `(async () => (${expression.replace(/;?\s*$/, "")}\n))()`, `(async () => { ${expression}\n})()`];
}

function isSyntaxError({ exceptionDetails }: Reply): boolean {
  const thrown = exceptionDetails?.exception;
  // The text tells one that was thrown by running code from one of this source.
  return thrown?.className === "SyntaxError" && (exceptionDetails?.stackTrace?.callFrames.length ?? 0) === 0;
}

function plain(frame: Frame, expression: string, awaitPromise: boolean): Promise<Reply> {
  const context = frame.parent === undefined || frame.mainContext === undefined ? {} : { contextId: frame.mainContext };
  return frame.guard(
    frame.session.send("Runtime.evaluate", { expression, awaitPromise, returnByValue: true, userGesture: true, ...context }),
  );
}

async function called(frame: Frame, expression: string, args: readonly unknown[], awaitPromise: boolean): Promise<Reply> {
  const body = expression.trim().replace(/;$/, "");
  const functionDeclaration = `function(...args) { const it = (${body}\n); return typeof it === "function" ? it(...args) : it; }`;
  const context = frame.mainContext;
  if (context === undefined) throw new ToolFailure("INTERNAL", "the page's own world is not known");
  return frame.guard(
    frame.session.send("Runtime.callFunctionOn", {
      functionDeclaration,
      executionContextId: context,
      arguments: args.map((value) => ({ value })),
      awaitPromise,
      returnByValue: true,
      userGesture: true,
    }),
  );
}

function scriptError(details: Protocol.Runtime.ExceptionDetails): ToolFailure {
  const described = describeException(details);
  const [message = described] = described.split("\n");
  return new ToolFailure("SCRIPT_ERROR", message, { stack: described, line: details.lineNumber + 1, column: details.columnNumber + 1 });
}

function jsonOf(result: Protocol.Runtime.RemoteObject): unknown {
  if (result.unserializableValue !== undefined) return special(result.unserializableValue);
  if (result.type === "function" || result.type === "symbol" || result.subtype === "node") {
    const what = result.subtype === "node" ? "a DOM node" : `a ${result.type}`;
    throw new ToolFailure("NOT_SERIALIZABLE", `the value is ${what}: ${result.description ?? ""}`.trim());
  }
  return result.value ?? null;
}

/** Numbers that JSON does not have: big ones as text, the others as their names. */
function special(value: string): string | number {
  return value === "-0" ? 0 : value.replace(/n$/, "");
}

/** The command after it must not be hit instead, so an empty script takes what may still be pending. */
function terminate(frame: Frame): void {
  frame.session.post("Runtime.terminateExecution");
  frame.session.post("Runtime.evaluate", { expression: "0" });
}
