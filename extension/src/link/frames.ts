/** What the wire leaves open: an answer is a result or a fault, never both and never neither. */
import type { JsonObject, RunningCall, ToolFault } from "../generated/protocol.js";

/** A call by its ids. */
export type CallRef = RunningCall;

export type Answer = { readonly result: JsonObject } | { readonly error: ToolFault };

/** An answer with the call it belongs to. */
export type Answered = CallRef & Answer;
