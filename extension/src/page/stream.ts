/** Long answers of the browser, read piece by piece. */
import { fromBase64 } from "../chrome/bytes.js";
import type { CdpSession } from "../chrome/cdp.js";
import { ToolFailure } from "../failure.js";
import type { Deadline } from "./deadline.js";

const PIECE_BYTES = 1024 * 1024;

/** A frame of the link takes 31 MiB, and base64 makes four bytes of three. */
export const MOST_BYTES = 22 * 1024 * 1024;

/** All bytes of a stream, which is closed then. Rejects with `NOT_SUPPORTED` when there are too many for one answer. */
export async function readStream(session: CdpSession, handle: string, what: string, deadline: Deadline): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    for (;;) {
      const { data, eof, base64Encoded } = await deadline.race(session.send("IO.read", { handle, size: PIECE_BYTES }));
      const piece = base64Encoded === true ? fromBase64(data) : new TextEncoder().encode(data);
      length += piece.length;
      if (length > MOST_BYTES) throw tooLarge(what);
      pieces.push(piece);
      if (eof) return joined(pieces, length);
    }
  } finally {
    session.post("IO.close", { handle });
  }
}

function tooLarge(what: string): ToolFailure {
  const mib = MOST_BYTES / 1024 / 1024;
  return new ToolFailure("NOT_SUPPORTED", `${what} has more than ${String(mib)} MiB; ask for less of it`);
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
