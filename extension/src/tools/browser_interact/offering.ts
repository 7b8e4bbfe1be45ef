/** Files for what is no file input itself: a button that opens a file chooser, or a zone where files are dropped. */
import type { Protocol } from "devtools-protocol";
import type { FileBytes } from "../../chrome/files.js";
import { ToolFailure } from "../../failure.js";
import { ask, type Spot } from "../../page/asking.js";
import type { Frame } from "../../page/frame.js";
import { pointAt } from "../../page/pointing.js";
import type { Tab } from "../../page/tab.js";
import type { Command } from "../command.js";

/** What is to be handed over: paths on the browser's machine, or the bytes themselves. */
export type Files = { readonly paths: readonly string[] } | { readonly bytes: readonly FileBytes[] };

/** A chooser that a click opens is there at once, or after what the page does first. */
const CHOOSER_MS = 1_000;

type Chooser = Protocol.Page.FileChooserOpenedEvent;

export async function offer(command: Command, tab: Tab, spot: Spot, frame: Frame, files: Files): Promise<void> {
  const { value: takes } = await ask(tab, spot, "takes_drop", {}, command.deadline);
  if (takes) await drop(command, tab, spot, frame, files);
  else await choose(command, tab, spot, frame, files);
}

async function drop({ deadline }: Command, tab: Tab, spot: Spot, frame: Frame, files: Files): Promise<void> {
  const at = await pointAt(tab, spot, ["visible", "stable", "hit"], deadline);
  if ("bytes" in files) {
    await deadline.race(frame.call("drop_files", { target: spot, files: files.bytes }));
    return;
  }
  const data = { items: [], files: [...files.paths], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await deadline.race(tab.session.send("Input.dispatchDragEvent", { type, ...at, data }));
  }
}

async function choose({ deadline }: Command, tab: Tab, spot: Spot, frame: Frame, files: Files): Promise<void> {
  const { session } = frame;
  let opened: (chooser: Chooser) => void = () => undefined;
  const chooser = new Promise<Chooser>((resolve) => {
    opened = resolve;
  });
  const stop = session.on("Page.fileChooserOpened", opened);
  try {
    await deadline.race(session.send("Page.setInterceptFileChooserDialog", { enabled: true }));
    const at = await pointAt(tab, spot, ["visible", "enabled", "stable", "hit"], deadline);
    await deadline.race(tab.mouse.click(at, "left", 1, 0));
    const { backendNodeId, frameId } = await deadline.within(CHOOSER_MS).race(chooser).catch(() => {
      deadline.check();
      throw noWay(spot);
    });
    if (backendNodeId === undefined) throw new ToolFailure("NOT_SUPPORTED", "this file chooser belongs to no file input; drop the files onto the page instead");
    await deadline.race(fill(tab.frames.find(frameId) ?? frame, backendNodeId, files));
  } finally {
    stop();
    session.post("Page.setInterceptFileChooserDialog", { enabled: false });
  }
}

async function fill(frame: Frame, backendNodeId: number, files: Files): Promise<void> {
  if ("paths" in files) {
    await frame.guard(frame.session.send("DOM.setFileInputFiles", { backendNodeId, files: [...files.paths] }));
    return;
  }
  const input = await frame.resolve(backendNodeId);
  await frame.call("set_files", { target: undefined, files: files.bytes }, input);
  frame.session.post("Runtime.releaseObject", { objectId: input });
}

function noWay({ selector, ref }: Spot): ToolFailure {
  const name = selector ?? `ref ${ref ?? ""}`;
  const text = `${name} is not a file input, takes no dropped files, and a click on it opens no file chooser; name the file input, the button or the drop zone`;
  return new ToolFailure("INVALID_ARGUMENTS", text);
}
