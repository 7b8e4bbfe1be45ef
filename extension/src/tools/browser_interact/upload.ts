/** Hands files to a page: paths on the browser's machine, or artifacts of the hub. */
import type { InteractUpload, Uploaded } from "../../generated/protocol.js";
import { download, kindOf, type FileBytes } from "../../chrome/files.js";
import { ToolFailure } from "../../failure.js";
import { ask } from "../../page/asking.js";
import type { Frame } from "../../page/frame.js";
import type { Taking } from "../../page/script/files.js";
import { common, invalid, listOf, mustName, parse, text, where } from "../arguments.js";
import { value, type Action, type Command } from "../command.js";
import { offer } from "./offering.js";

const ABSOLUTE = /^(\/|[A-Za-z]:[\\/]|\\\\)/;
const ARTIFACT = /^art_[\w-]+$/;
/** For an empty folder there is nothing to wait for, and in a tab that is not in front Chromium never lists one. */
const LISTED_MS = 2_000;
const LIST_POLL_MS = 20;
/** How the hub sends an artifact along: `data:<type>;name=<name>;base64,<bytes>`. */
const INLINE = "data:";

export const upload: Action = async (command) => {
  const args = parse<InteractUpload>(command.args, { ...common, ...where, files: listOf(text) }, "files");
  mustName(args);
  const { deadline } = command;
  const artifacts = args.files.every((file) => ARTIFACT.test(file) || file.startsWith(INLINE));
  const bytes = artifacts ? await deadline.race(artifactsOf(command, args.files)) : undefined;
  const tab = await command.tab();
  const { frame, value: taking } = await ask(tab, args, "file_input", {}, deadline);
  if (bytes === undefined) await mustExist(command, args.files, taking);
  command.begun({ uploaded: [] } satisfies Uploaded);
  const given = bytes === undefined ? args.files.map(baseName) : bytes.map(({ name }) => name);
  if (taking === "other") {
    await offer(command, tab, args, frame, bytes === undefined ? { paths: args.files } : { bytes });
    return value({ uploaded: given } satisfies Uploaded);
  }
  const target = { selector: args.selector, ref: args.ref };
  if (bytes === undefined) await deadline.race(setPaths(frame, target, args.files));
  else await deadline.race(frame.call("set_files", { target, files: bytes }));
  const names = await namesIn(command, frame, target, taking);
  return value({ uploaded: names.length > 0 ? names : given } satisfies Uploaded);
};

type Target = { readonly selector?: string | undefined; readonly ref?: string | undefined };

/** What the input holds now. The browser lists a folder only after the input has got it. */
async function namesIn({ deadline }: Command, frame: Frame, target: Target, taking: Taking): Promise<readonly string[]> {
  const until = performance.now() + LISTED_MS;
  for (;;) {
    // The page may take the field away as soon as it has got its files.
    const names = await deadline.race(frame.call("file_names", target).catch(() => []));
    if (taking !== "folder" || names.length > 0) return names;
    if (performance.now() > until) throw unlisted();
    await deadline.sleep(LIST_POLL_MS);
  }
}

function unlisted(): ToolFailure {
  const text = "the browser has not listed the folder: it may be empty, and the tab has to be in front (browser_tab activate)";
  return new ToolFailure("NOT_SUPPORTED", text);
}

async function setPaths(frame: Frame, target: Target, files: readonly string[]): Promise<void> {
  const objectId = await frame.handle("file_element", target);
  if (objectId === undefined) throw new ToolFailure("ELEMENT_NOT_FOUND", "the file input has left the page");
  await frame.guard(frame.session.send("DOM.setFileInputFiles", { objectId, files: [...files] }));
}

function artifactsOf({ rules: { hubOrigin }, deadline }: Command, ids: readonly string[]): Promise<readonly FileBytes[]> {
  const one = async (id: string): Promise<FileBytes> => {
    if (id.startsWith(INLINE)) return inlined(id);
    const file = hubOrigin === undefined ? undefined : await download(`${hubOrigin}/artifacts/${id}`, deadline.signal);
    if (file === undefined) throw new ToolFailure("FILE_NOT_FOUND", `the hub does not hand out artifact ${id}`, { artifact: id });
    return file;
  };
  return Promise.all(ids.map(one));
}

/** The bytes that a file of the call carries in itself. */
export function inlined(file: string): FileBytes {
  const comma = file.indexOf(",");
  const [mimeType = "", ...parameters] = file.slice(INLINE.length, comma).split(";");
  const name = parameters.find((one) => one.startsWith("name="))?.slice("name=".length) ?? "";
  return { name: decodeURIComponent(name), mimeType, bytes: file.slice(comma + 1) };
}

function baseName(path: string): string {
  return path.split(/[\\/]/).pop() ?? path;
}

/** The browser takes a path of what does not exist, or does not fit, without a word, so it is looked up first. */
async function mustExist({ deadline }: Command, files: readonly string[], taking: Taking): Promise<void> {
  for (const path of files) {
    if (!ABSOLUTE.test(path)) throw invalid("files", `must be absolute paths on the browser's machine, or all artifact ids: ${path}`);
    const kind = await deadline.race(kindOf(path));
    if (kind === "missing") throw new ToolFailure("FILE_NOT_FOUND", `no such file: ${path}`, { path });
    if (kind === "folder" && taking !== "folder") throw invalid("files", `must not be folders, but for an input with webkitdirectory; ${path} is a folder`);
    if (kind === "file" && taking === "folder") throw invalid("files", `must be a folder, since the input has webkitdirectory; ${path} is a file`);
  }
}
