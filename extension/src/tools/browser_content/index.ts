/** `browser_content`: reading pages: pictures, text, elements, snapshots. */
import type { Tool } from "../command.js";
import { attribute } from "./attribute.js";
import { get } from "./get.js";
import { getViewportDom } from "./get_viewport_dom.js";
import { pdf } from "./pdf.js";
import { query } from "./query.js";
import { screenshot } from "./screenshot.js";
import { snapshot } from "./snapshot.js";

export const browserContent: Tool = {
  screenshot,
  get,
  query,
  attribute,
  snapshot,
  pdf,
  get_viewport_dom: getViewportDom,
};
