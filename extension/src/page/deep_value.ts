/** The browser's own account of an object, read as JSON: for pages whose `JSON` is not to be trusted. */
import type { Protocol } from "devtools-protocol";

type Deep = Protocol.Runtime.DeepSerializedValue;

/** The object holds itself, or what JSON has no word for. */
export class NoJson extends Error {
  override readonly name = "NoJson";
}

/** What `JSON.stringify` would have said, leaving out what it leaves out. Throws `NoJson`. */
export function jsonOf(deep: Deep): unknown {
  switch (deep.type) {
    case "undefined":
    case "function":
    case "symbol":
      return undefined;
    case "null":
      return null;
    case "number":
      return typeof deep.value === "number" ? deep.value : null;
    case "string":
    case "boolean":
    case "date":
      return deep.value;
    case "bigint":
      throw new NoJson("a BigInt");
    case "array":
      return listOf(deep).map((item) => jsonOf(item as Deep) ?? null);
    case "object":
      return recordOf(deep);
    default:
      return {};
  }
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
