/** All elements that match. */
import type { ContentQuery, Queried } from "../../generated/protocol.js";
import { ToolFailure } from "../../failure.js";
import { frameOf } from "../../page/asking.js";
import { openClosedRoots } from "../../page/closed_roots.js";
import type { PageFunctions } from "../../page/script/main.js";
import { common, mustName, number, parse, where } from "../arguments.js";
import { value, type Action } from "../command.js";

type Found = PageFunctions["query"]["value"];

const DEFAULT_LIMIT = 100;

export const query: Action = async (command) => {
  const args = parse<ContentQuery>(command.args, { ...common, ...where, limit: number });
  mustName(args);
  const tab = await command.tab();
  const frame = await frameOf(tab, args, command.deadline);
  const target = { selector: args.selector, ref: args.ref };
  const look = (): Promise<Found> => command.deadline.race(frame.call("query", { target, limit: args.limit ?? DEFAULT_LIMIT }));
  const first = await look();
  const shut = "ok" in first && first.ok.count === 0 && (await command.deadline.race(openClosedRoots(frame, "all")));
  const outcome = shut ? await look() : first;
  if ("trouble" in outcome) throw new ToolFailure(outcome.trouble.code === "STALE_REF" ? "STALE_REF" : "INVALID_ARGUMENTS", outcome.trouble.message);
  const elements = outcome.ok.elements.map(({ boundingBox, ...row }) => (boundingBox === null ? row : { ...row, boundingBox }));
  return value({ elements, count: outcome.ok.count } satisfies Queried);
};
