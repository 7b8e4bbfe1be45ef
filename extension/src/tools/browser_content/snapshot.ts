/** The accessibility tree as compact text with refs. */
import type { ContentSnapshot, SnapshotTaken } from "../../generated/protocol.js";
import { arrived } from "../../page/navigation.js";
import { cut, takeSnapshot } from "../../page/snapshots.js";
import { common, number, parse, text, where, yesNo } from "../arguments.js";
import { value, type Action } from "../command.js";

export const snapshot: Action = async (command) => {
  const args = parse<ContentSnapshot>(command.args, { ...common, ...where, maxChars: number, interactiveOnly: yesNo, since: text });
  const { deadline } = command;
  const tab = await command.tab();
  // The page around a frame has to be asked by itself.
  const around = args.frame === undefined && args.ref === undefined ? undefined : arrived(tab, deadline);
  const wish = { interactiveOnly: args.interactiveOnly === true, since: args.since };
  const [page, taken] = await Promise.all([around, takeSnapshot(tab, args, wish, deadline)]);
  const { url, title } = page ?? taken;
  const { text: shown, truncated } = cut(taken.lines, args.maxChars ?? Infinity);
  return value({ snapshot: shown, snapshotId: taken.id, url, title, truncated } satisfies SnapshotTaken);
};
