/** JavaScript of the caller, in the page's own world. */
import type { Protocol } from "devtools-protocol";
import { CdpError } from "../chrome/cdp.js";
import { ToolFailure } from "../failure.js";
import { jsonOf, NoJson } from "./deep_value.js";
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
type Remote = Protocol.Runtime.RemoteObject;

/**
 * The JSON value of an expression, of a function called with `args`, or of a body with `return`.
 *
 * Rejects with `SCRIPT_ERROR` or `NOT_SERIALIZABLE`. A script that runs on without a pause is ended with its time.
 */
export async function evaluate(tab: Tab, frame: Frame, script: Script, deadline: Deadline): Promise<unknown> {
  const progress: Progress = { unbounded: false };
  try {
    const found = await deadline.race(run(frame, script, deadline, progress));
    progress.unbounded = true;
    return await deadline.race(json(frame, found));
  } catch (error) {
    if (error instanceof CdpError && /terminated/i.test(error.message)) throw new Expired("the script was ended");
    const mayLoop = deadline.signal.aborted || (progress.unbounded && error instanceof Expired);
    if (mayLoop && tab.dialogs.open === undefined) tab.recovered = stopLoop(tab, frame);
    throw error;
  }
}

/** Functions, and the getters of what comes back, are called without a limit that the browser would keep. */
interface Progress {
  unbounded: boolean;
}

async function run(frame: Frame, script: Script, deadline: Deadline, progress: Progress): Promise<Remote> {
  const { expression, awaitPromise } = script;
  const reply = await read(expression, (source) => plain(frame, source, awaitPromise, deadline.leftMs));
  const found = resultOf(reply);
  if (found.type !== "function" || found.objectId === undefined) return found;
  // Statements that end by setting a handler give a function too, and that one is not for calling.
  if (script.args === undefined && !LOOKS_LIKE_FUNCTION.test(expression)) return found;
  const args = (script.args ?? []).map((value) => ({ value }));
  progress.unbounded = true;
  return resultOf(await apply(frame, found.objectId, calling(args.length), args, awaitPromise));
}

/** What the first reading that makes a script gives. Rejects with `BadScript` when none does. */
async function read(expression: string, attempt: (source: string) => Promise<Reply>): Promise<Reply> {
  let reply = await attempt(parenthesised(expression));
  let wrong = syntaxError(reply);
  if (wrong === undefined) return reply;
  // A syntax error has run nothing, so another reading may be tried.
  for (const reading of readings(expression)) {
    reply = await attempt(reading);
    const stillWrong = syntaxError(reply);
    if (stillWrong === undefined) return reply;
    // What is wrong with it as it stands says most, but there these two words would be.
    if (/\b(await|return)\b/.test(expression)) wrong = stillWrong;
  }
  throw new BadScript(failureOf(wrong));
}

/** Names for the arguments: to spread a list, the page's own iterators would be asked. */
function calling(count: number): string {
  const names = Array.from({ length: count }, (_, index) => `a${String(index)}`).join(", ");
  return `function(${names}) { return this(${names}) }`;
}

const LOOKS_LIKE_FUNCTION = /^\s*\(?\s*(async\b\s*)?(function\b|\([^()]*\)\s*=>|[\w$]+\s*=>|\((?:[^()]|\([^()]*\))*\)\s*=>)/;

/** Braces at both ends mean an object here, as they do in a console. */
function parenthesised(expression: string): string {
  return /^\s*\{[^]*\}\s*;?\s*$/.test(expression) ? `(${expression.replace(/;?\s*$/, "")})` : expression;
}

function readings(expression: string): readonly string[] {
  return [expression, `(async () => (${expression.replace(/;?\s*$/, "")}\n))()`, `(async () => { ${expression}\n})()`];
}

function syntaxError({ exceptionDetails }: Reply): Protocol.Runtime.ExceptionDetails | undefined {
  // One that running code has thrown has a stack; one of this source has none.
  const isOfSource = exceptionDetails?.exception?.className === "SyntaxError" && (exceptionDetails.stackTrace?.callFrames.length ?? 0) === 0;
  return isOfSource ? exceptionDetails : undefined;
}

/** No reading makes a script of it: nothing has run, and nothing ever will. */
export class BadScript extends ToolFailure {
  constructor({ code, message, details }: ToolFailure) {
    super(code, message, details);
  }
}

/** Objects stay in the page at first: only there can one tell what they are. */
function plain(frame: Frame, expression: string, awaitPromise: boolean, timeout: number): Promise<Reply> {
  const context = frame.parent === undefined || frame.mainContext === undefined ? {} : { contextId: frame.mainContext };
  return frame.guard(frame.session.send("Runtime.evaluate", { expression, awaitPromise, timeout, userGesture: true, ...context }));
}

function apply(frame: Frame, objectId: string, functionDeclaration: string, args: readonly Protocol.Runtime.CallArgument[], awaitPromise: boolean): Promise<Reply> {
  return frame.guard(
    frame.session.send("Runtime.callFunctionOn", {
      objectId,
      functionDeclaration,
      arguments: [...args],
      awaitPromise,
      userGesture: true,
    }),
  );
}

function resultOf({ result, exceptionDetails }: Reply): Remote {
  if (exceptionDetails === undefined) return result;
  throw failureOf(exceptionDetails);
}

function failureOf(exception: Protocol.Runtime.ExceptionDetails): ToolFailure {
  const described = describeException(exception);
  const [message = described] = described.split("\n");
  return new ToolFailure("SCRIPT_ERROR", message, { stack: described, line: exception.lineNumber + 1, column: exception.columnNumber + 1 });
}

/** What `JSON.stringify` makes of it; functions and undefined are null. */
async function json(frame: Frame, found: Remote): Promise<unknown> {
  if (found.unserializableValue !== undefined) return special(found.unserializableValue);
  if (found.subtype === "node") throw notSerializable(`a DOM node (${found.description ?? ""})`);
  if (found.type === "symbol") throw notSerializable("a symbol");
  if (found.type === "function" || found.objectId === undefined) return found.value ?? null;
  return stringified(frame, found.objectId);
}

async function stringified(frame: Frame, objectId: string): Promise<unknown> {
  const asked = apply(frame, objectId, "function() { return JSON.stringify(this) }", [], false);
  const [reply, { result: stringify }] = await Promise.all([asked, apply(frame, objectId, STRINGIFY, [], false)]);
  if (stringify.description !== NATIVE) return nativeJson(frame, objectId);
  frame.session.post("Runtime.releaseObject", { objectId });
  if (reply.exceptionDetails !== undefined) throw notSerializable(describeException(reply.exceptionDetails).split("\n")[0] ?? "");
  const text: unknown = reply.result.value;
  return typeof text === "string" ? (JSON.parse(text) as unknown) : null;
}

/** The page's own function, unless it has given all objects a say in what they are as JSON. */
const STRINGIFY = "function() { return Object.prototype.toJSON === undefined && Array.prototype.toJSON === undefined ? JSON.stringify : null }";
/** How the debugger describes it; bound, wrapped and copied ones look otherwise. */
const NATIVE = "function stringify() { [native code] }";
const DEEPEST = 100;

/** Past what the page has made of `JSON`: the browser itself tells what is in the object. */
async function nativeJson(frame: Frame, objectId: string): Promise<unknown> {
  const reply = await frame.guard(
    frame.session.send("Runtime.callFunctionOn", {
      objectId,
      functionDeclaration: "function() { return this }",
      serializationOptions: { serialization: "deep", maxDepth: DEEPEST },
    }),
  );
  frame.session.post("Runtime.releaseObject", { objectId });
  const { deepSerializedValue: deep } = reply.result;
  try {
    return deep === undefined ? null : jsonOf(deep);
  } catch (error) {
    if (error instanceof NoJson) throw notSerializable(error.message);
    throw error;
  }
}

function notSerializable(what: string): ToolFailure {
  return new ToolFailure("NOT_SERIALIZABLE", `the value can't be sent as JSON: ${what}`);
}

/** Numbers that JSON does not have: big ones as text, the others by their names. */
function special(value: string): string | number {
  return value === "-0" ? 0 : value.replace(/n$/, "");
}

const LOOP_MS = 500;

/**
 * A cancelled script that never pauses holds the whole page, and extensions may not end it (`Runtime.terminateExecution`
 * is "not allowed for untrusted clients"). So its renderer is ended, and with it a page that did not answer anyway.
 */
async function stopLoop(tab: Tab, frame: Frame): Promise<void> {
  const answered = (): boolean => true;
  const answer = frame.session.send("Runtime.evaluate", { expression: "0" }).then(answered, answered);
  const silence = new Promise<boolean>((resolve) => setTimeout(resolve, LOOP_MS, false));
  if (await Promise.race([answer, silence])) return;
  const crash = new Promise<void>((resolve) => {
    tab.onCrash(resolve);
    setTimeout(resolve, LOOP_MS);
  });
  frame.session.post("Page.crash");
  await crash;
}
