/** What is known about a tab beyond one attachment of the debugger. */
import { ConsoleLog } from "./console.js";
import type { RefBook } from "./ref_book.js";
import { RequestLog } from "./requests.js";
import type { Settings } from "./settings.js";

export class TabMemory {
  readonly console = new ConsoleLog();
  readonly requests = new RequestLog();

  constructor(
    readonly settings: Settings,
    readonly refs: RefBook,
  ) {}
}
