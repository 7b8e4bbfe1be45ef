/** The page as PDF, which the hub keeps. */
import { base64 } from "../../chrome/bytes.js";
import { CdpError } from "../../chrome/cdp.js";
import { ToolFailure } from "../../failure.js";
import type { ContentPdf, Printed } from "../../generated/protocol.js";
import { pagesOf, print } from "../../page/print.js";
import { common, number, parse, yesNo } from "../arguments.js";
import { value, type Action } from "../command.js";

export const pdf: Action = async (command) => {
  const args = parse<ContentPdf>(command.args, {
    ...common, landscape: yesNo, printBackground: yesNo, scale: number, paperWidth: number, paperHeight: number,
  });
  const { landscape, printBackground, scale, paperWidth, paperHeight } = args;
  const given = Object.entries({ landscape, printBackground, scale, paperWidth, paperHeight }).filter(([, one]) => one !== undefined);
  const tab = await command.tab();
  try {
    const bytes = await print(tab, Object.fromEntries(given), command.deadline);
    // The hub puts the address here as soon as it has the bytes.
    const facts: Printed = { pdf: "", pageCount: pagesOf(bytes) };
    return { ...value(facts), file: { name: fileName(tab.url), mimeType: "application/pdf", bytes: base64(bytes) } };
  } catch (error) {
    if (error instanceof CdpError) throw new ToolFailure("INVALID_ARGUMENTS", `the page can't be printed so: ${error.message}`);
    throw error;
  }
};

function fileName(url: string): string {
  const host = /^https?:/.test(url) ? new URL(url).hostname : "page";
  return `${host}.pdf`;
}
