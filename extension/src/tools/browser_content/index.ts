/** `browser_content`: reading pages: pictures, text, elements, snapshots. */
import type { Tool } from "../command.js";
import { notSupported } from "../not_supported.js";
import { attribute } from "./attribute.js";
import { get } from "./get.js";
import { query } from "./query.js";
import { screenshot } from "./screenshot.js";
import { snapshot } from "./snapshot.js";

export const browserContent: Tool = {
  screenshot,
  get,
  query,
  attribute,
  snapshot,
  ...notSupported("browser_content", "pdf", "get_viewport_dom"),
};
