/** A picture of the viewport, of an element, of a part, or of the full page. */
import type { Captured, Clip, ContentScreenshot } from "../../generated/protocol.js";
import * as picture from "../../page/picture.js";
import { common, number, oneOf, parse, record, where, yesNo } from "../arguments.js";
import { value, type Action } from "../command.js";

const clip = record<Clip>({ x: number, y: number, width: number, height: number }, "x", "y", "width", "height");

export const screenshot: Action = async (command) => {
  const args = parse<ContentScreenshot>(command.args, {
    ...common, ...where, format: oneOf("png", "jpeg", "webp"), quality: number, fullPage: yesNo, clip,
  });
  const { deadline } = command;
  const tab = await command.tab();
  const options = { format: args.format ?? "png", quality: args.quality };
  const taken = await takeOf();
  const facts: Captured = { format: taken.format, width: taken.width, height: taken.height };
  return { ...value(facts), image: { data: taken.data, mimeType: `image/${taken.format}` } };

  function takeOf(): Promise<picture.Picture> {
    if (args.selector !== undefined || args.ref !== undefined) return picture.element(tab, args, options, deadline);
    if (args.clip !== undefined) return picture.part(tab, options, args.clip, deadline);
    return args.fullPage === true ? picture.fullPage(tab, options, deadline) : picture.viewport(tab, options, deadline);
  }
};
