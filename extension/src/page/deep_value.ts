/** The browser's own account of an object, read as JSON: for pages whose `JSON` is not to be trusted. */
import type { Protocol } from "devtools-protocol";

type Deep = Protocol.Runtime.DeepSerializedValue;

/** The object holds itself, or what JSON has no word for. */
export class NoJson extends Error {
  override readonly name = "NoJson";
}

const READINGS: Readonly<Record<string, (deep: Deep) => unknown>> = {
  undefined: () => undefined,
  function: () => undefined,
  symbol: () => undefined,
  null: () => null,
  number: ({ value }) => (typeof value === "number" ? value : null),
  string: ({ value }) => value as unknown,
  boolean: ({ value }) => value as unknown,
  date: ({ value }) => value as unknown,
  bigint: () => {
    throw new NoJson("a BigInt");
  },
  array: (deep) => listOf(deep).map((item) => jsonOf(item as Deep) ?? null),
  object: recordOf,
};

/** What `JSON.stringify` would have said, leaving out what it leaves out. Throws `NoJson`. */
export function jsonOf(deep: Deep): unknown {
  return (READINGS[deep.type] ?? (() => ({})))(deep);
}

function recordOf(deep: Deep): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (const entry of listOf(deep)) {
    const [key, value] = entry as [unknown, Deep];
    const said = jsonOf(value);
    if (typeof key === "string" && said !== undefined) entries.push([key, said]);
  }
  return Object.fromEntries(entries);
}

/** An object that was told before is only referred to, and too deep ones are not told at all. */
function listOf({ value, weakLocalObjectReference }: Deep): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new NoJson(weakLocalObjectReference === undefined ? "an object that is too deep" : "an object that appears twice");
}
