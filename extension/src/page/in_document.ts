/** Functions of the page script that need no element and do not wait. */
import { ToolFailure } from "../failure.js";
import { ToolErrorCode } from "../generated/protocol.js";
import type { Deadline } from "./deadline.js";
import { DocumentGone } from "./frame.js";
import type { PageFunctions } from "./script/main.js";
import type { Outcome, Wait } from "./script/waiting.js";
import type { Tab } from "./tab.js";

const RETRY_MS = 20;

type Plain = { [N in keyof PageFunctions]: PageFunctions[N]["value"] extends Outcome<unknown> ? (PageFunctions[N] extends { arg: { wait: Wait } } ? never : N) : never }[keyof PageFunctions];
type Gives<N extends Plain> = PageFunctions[N]["value"] extends Outcome<infer T> ? T : never;

/** Runs one in the page's main document, asking a new document anew. Rejects with the page's reason. */
export async function inDocument<N extends Plain>(tab: Tab, name: N, arg: PageFunctions[N]["arg"], deadline: Deadline): Promise<Gives<N>> {
  for (;;) {
    deadline.check();
    try {
      const outcome: Outcome<unknown> = await deadline.race(tab.frames.main.call(name, arg));
      if ("ok" in outcome) return outcome.ok as Gives<N>;
      const { code, message, details } = outcome.trouble;
      throw new ToolFailure(Object.values(ToolErrorCode).find((known) => known === code) ?? "INTERNAL", message, details);
    } catch (error) {
      if (!(error instanceof DocumentGone)) throw error;
      await deadline.sleep(RETRY_MS);
    }
  }
}
