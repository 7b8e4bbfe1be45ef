/** The page or an element as HTML, text or Markdown. */
import type { ContentGet, ContentRead } from "../../generated/protocol.js";
import { ask } from "../../page/asking.js";
import { common, number, oneOf, parse, where } from "../arguments.js";
import { value, type Action } from "../command.js";

/** An answer has to fit into one frame of the link, pictures and all. */
const MOST_CHARS = 5_000_000;

export const get: Action = async (command) => {
  const args = parse<ContentGet>(command.args, { ...common, ...where, format: oneOf("html", "text", "markdown"), maxChars: number });
  const format = args.format ?? "html";
  const tab = await command.tab();
  const maxChars = Math.min(args.maxChars ?? MOST_CHARS, MOST_CHARS);
  const { frame, value: read } = await ask(tab, args, "read", { format, maxChars }, command.deadline);
  return value({ content: read.content, format, url: frame.url, truncated: read.truncated } satisfies ContentRead);
};
