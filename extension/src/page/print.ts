/** A page on paper: its PDF. */
import type { Protocol } from "devtools-protocol";
import type { Deadline } from "./deadline.js";
import { readStream } from "./stream.js";
import type { Tab } from "./tab.js";

export async function print(tab: Tab, options: Protocol.Page.PrintToPDFRequest, deadline: Deadline): Promise<Uint8Array<ArrayBuffer>> {
  const { stream } = await deadline.race(tab.session.send("Page.printToPDF", { ...options, transferMode: "ReturnAsStream" }));
  if (stream === undefined) throw new Error("the browser gave no stream of the PDF");
  return readStream(tab.session, stream, "the PDF", deadline);
}

/** Page objects are never packed in what Chromium writes, so they can be counted. */
export function pagesOf(pdf: Uint8Array): number {
  const text = new TextDecoder("latin1").decode(pdf);
  return text.match(/\/Type\s*\/Page(?![A-Za-z])/g)?.length ?? 0;
}
