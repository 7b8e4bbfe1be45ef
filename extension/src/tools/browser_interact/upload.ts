/** Puts files into a file input. */
import type { InteractUpload, Uploaded } from "../../generated/protocol.js";
import { ToolFailure } from "../../failure.js";
import { fileIsMissing } from "../../chrome/files.js";
import { ask } from "../../page/asking.js";
import { common, invalid, listOf, mustName, parse, text, where } from "../arguments.js";
import { value, type Action, type Command } from "../command.js";

const ABSOLUTE = /^(\/|[A-Za-z]:[\\/]|\\\\)/;

export const upload: Action = async (command) => {
  const args = parse<InteractUpload>(command.args, { ...common, ...where, files: listOf(text) }, "files");
  mustName(args);
  const { deadline } = command;
  await mustExist(command, args.files);
  const tab = await command.tab();
  const { frame } = await ask(tab, args, "file_input", {}, deadline);
  const target = { selector: args.selector, ref: args.ref };
  const objectId = await deadline.race(frame.handle("file_element", target));
  if (objectId === undefined) throw new ToolFailure("ELEMENT_NOT_FOUND", "the file input has left the page");
  const facts = (uploaded: readonly string[]): Uploaded => ({ uploaded });
  command.begun(facts([]));
  await deadline.race(tab.frames.main.guard(frame.session.send("DOM.setFileInputFiles", { objectId, files: [...args.files] })));
  const names = await deadline.race(frame.call("file_names", target)).catch(() => args.files.map(baseName));
  return value(facts(names));
};

function baseName(path: string): string {
  return path.split(/[\\/]/).pop() ?? path;
}

/** The browser takes a path that does not exist without a word, so it is looked up first. */
async function mustExist({ deadline }: Command, files: readonly string[]): Promise<void> {
  for (const path of files) {
    if (!ABSOLUTE.test(path)) throw invalid("files", `must be absolute paths on the browser's machine: ${path}`);
    if (await deadline.race(fileIsMissing(path))) throw new ToolFailure("FILE_NOT_FOUND", `no such file: ${path}`, { path });
  }
}
