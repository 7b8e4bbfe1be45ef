/** Downloads: which there are, and waiting for one to end. */
import type { DownloadFacts } from "../../chrome/downloads.js";
import { readFile } from "../../chrome/files.js";
import type { DebugDownloads, DebugDownloadWait, DownloadEnded, DownloadRow, DownloadsRead } from "../../generated/protocol.js";
import { MOST_BYTES } from "../../page/stream.js";
import { common, invalid, oneOf, parse, text } from "../arguments.js";
import { value, type Action, type Command, type ToolFile } from "../command.js";
import { nameOf, stateOf } from "../downloads.js";

/** Kept back of the deadline, so that the answer says what was waited for. */
const HEAD_START_MS = 250;

export const downloads: Action = async (command) => {
  const args = parse<DebugDownloads>(command.args, { ...common, state: oneOf("in_progress", "complete", "error", "all") });
  const all = (await command.downloads.list()).map(rowOf);
  const rows = args.state === undefined || args.state === "all" ? all : all.filter(({ state }) => state === args.state);
  return value({ downloads: rows, count: rows.length } satisfies DownloadsRead);
};

export const downloadWait: Action = async (command) => {
  const args = parse<DebugDownloadWait>(command.args, { ...common, downloadId: text });
  const id = args.downloadId === undefined ? undefined : Number(args.downloadId);
  if (id !== undefined && !Number.isInteger(id)) throw invalid("downloadId", "must be an id that `downloads` has told");
  const { deadline } = command;
  const ended = await command.downloads.ended(id, deadline.within(deadline.leftMs - Math.min(HEAD_START_MS, deadline.leftMs / 6)));
  const file = await fileOf(command, ended);
  return { ...value(rowOf(ended) satisfies DownloadEnded), ...(file === undefined ? {} : { file }) };
};

/** The hub reads what a browser of its own has saved; any other browser's bytes go over the link, where they may be read. */
async function fileOf({ workspace, deadline }: Command, item: DownloadFacts): Promise<ToolFile | undefined> {
  const named = { name: nameOf(item), mimeType: item.mimeType === "" ? "application/octet-stream" : item.mimeType };
  if (workspace.launched) return { ...named, path: item.path };
  const bytes = await deadline.race(readFile(item.path, MOST_BYTES, deadline.signal));
  return bytes === undefined ? undefined : { ...named, bytes };
}

function rowOf(item: DownloadFacts): DownloadRow {
  const { id, path, bytesReceived, startTimeMs, endTimeMs } = item;
  const state = stateOf(item);
  // The server may not have said how many there will be; at the end it is known.
  const totalBytes = item.totalBytes < 0 && state === "complete" ? bytesReceived : item.totalBytes;
  const part = totalBytes > 0 ? Math.round((bytesReceived / totalBytes) * 100) : 0;
  return {
    id: String(id),
    filename: nameOf(item),
    filepath: path,
    state,
    bytesReceived,
    totalBytes,
    progress: state === "complete" ? 100 : part,
    startTime: startTimeMs,
    ...(endTimeMs === undefined ? {} : { endTime: endTimeMs }),
  };
}
