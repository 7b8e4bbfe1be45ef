/** Lets the page script into closed shadow roots, which only the debugger can see. */
import { DocumentGone, type Frame } from "./frame.js";

/** Nested roots come to light one level after the other. */
const DEEPEST = 5;

/** Opens what is shut in this frame's document; true when anything was. */
export async function openClosedRoots(frame: Frame, which: "custom" | "all"): Promise<boolean> {
  let any = false;
  for (let level = 0; level < DEEPEST; level++) {
    const hosts = await frame.handles("suspects", which === "all");
    const opened = await Promise.all(hosts.map((host) => openOne(frame, host)));
    if (!opened.includes(true)) return any;
    any = true;
  }
  return any;
}

async function openOne(frame: Frame, host: string): Promise<boolean> {
  try {
    const { node } = await frame.session.send("DOM.describeNode", { objectId: host });
    const root = node.shadowRoots?.find(({ shadowRootType }) => shadowRootType === "closed");
    if (root === undefined) return false;
    const objectId = await frame.resolve(root.backendNodeId);
    await frame.call("reveal", null, objectId);
    frame.session.post("Runtime.releaseObject", { objectId });
    return true;
  } catch (error) {
    // The element may leave the page meanwhile, and then nothing is shut.
    if (error instanceof DocumentGone) throw error;
    return false;
  } finally {
    frame.session.post("Runtime.releaseObject", { objectId: host });
  }
}
