/** The elements that are in the viewport now. */
import type { ContentViewportDom, ViewportDom } from "../../generated/protocol.js";
import { viewportDom } from "../../page/viewport.js";
import { common, number, parse, yesNo } from "../arguments.js";
import { value, type Action } from "../command.js";

const ELEMENTS = 500;
const DEPTH = 2;

export const getViewportDom: Action = async (command) => {
  const args = parse<ContentViewportDom>(command.args, { ...common, maxElements: number, domDepth: number, includeHidden: yesNo, minSize: number });
  const wish = {
    maxElements: args.maxElements ?? ELEMENTS,
    domDepth: args.domDepth ?? DEPTH,
    includeHidden: args.includeHidden === true,
    minSize: args.minSize ?? 1,
  };
  const { viewport, elements, truncated } = await viewportDom(await command.tab(), wish, command.deadline);
  return value({ viewport, elements, elementCount: elements.length, truncated } satisfies ViewportDom);
};
