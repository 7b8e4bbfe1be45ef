/**
 * The first page of a browser that the hub has launched with one.
 *
 * On the command line it would begin to load while the extension is still being set up, and on a busy machine such a tab
 * stays empty for ever: Chromium 156 holds its requests back, also those of a reload.
 */
import { parseFields, text } from "./fields.js";
import type { SessionStore } from "./ports.js";

const OPENED = "startPage";

/** Has `open` show it, once in the browser's life. `file` has the text of `pairing.json`, undefined where there is none. */
export async function openStartPage(file: () => Promise<string | undefined>, memory: SessionStore, open: (url: string) => Promise<void>): Promise<void> {
  const body = await file();
  const url = body === undefined ? undefined : text(parseFields(body)?.["startUrl"]);
  if (url === undefined || (await memory.all())[OPENED] === true) return;
  memory.put(OPENED, true);
  await open(url);
}
