/** Why a tool call failed, in the words of the wire. */
import type { ToolErrorCode } from "./generated/protocol.js";

/** The only error that leaves a tool. */
export class ToolFailure extends Error {
  override readonly name = "ToolFailure";
  readonly code: ToolErrorCode;
  readonly details?: Record<string, unknown>;

  constructor(code: ToolErrorCode, message: string, details?: Record<string, unknown>) {
    super(message);
    this.code = code;
    if (details !== undefined) this.details = details;
  }
}
