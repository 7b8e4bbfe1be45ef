/** What the tab has loaded since it is watched. */
import type { RequestRow, Requests, RequestsRead } from "../../generated/protocol.js";
import type { LoggedRequest } from "../../page/requests.js";
import { urlTest } from "../../page/url_test.js";
import { common, number, parse, text, yesNo } from "../arguments.js";
import { value, type Action } from "../command.js";

const LIMIT = 100;

export const requests: Action = async (command) => {
  const args = parse<Requests>(command.args, { ...common, urlPattern: text, resourceType: text, limit: number, clear: yesNo });
  const { requests: log } = (await command.tab()).memory;
  const matches = args.urlPattern === undefined ? (): boolean => true : urlTest(args.urlPattern);
  const type = args.resourceType?.toLowerCase();
  const found = log.rows.filter((row) => matches(row.url) && (type === undefined || row.resourceType.toLowerCase() === type));
  const rows = found.slice(-(args.limit ?? LIMIT)).map(rowOf);
  if (args.clear === true) log.clear();
  return value({ requests: rows, count: found.length } satisfies RequestsRead);
};

function rowOf(row: LoggedRequest): RequestRow {
  return { ...row };
}
