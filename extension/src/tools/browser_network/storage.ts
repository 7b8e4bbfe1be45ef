/** What the page keeps in `localStorage` and `sessionStorage`. */
import type { ClearStorage, GetStorage, NetworkDone, SetStorage, StorageRead } from "../../generated/protocol.js";
import { inDocument } from "../../page/in_document.js";
import type { StorageName } from "../../page/script/storage.js";
import { common, oneOf, parse, text } from "../arguments.js";
import { value, type Action } from "../command.js";

const area = oneOf<StorageName>("localStorage", "sessionStorage");

export const getStorage: Action = async (command) => {
  const args = parse<GetStorage>(command.args, { ...common, key: text, storageType: area });
  const tab = await command.tab();
  const { items } = await inDocument(tab, "storage", { type: args.storageType ?? "localStorage", key: args.key }, command.deadline);
  if (args.key === undefined) return value({ items: Object.fromEntries(items) } satisfies StorageRead);
  const [found] = items;
  // Null says that there is none; an empty text is a value.
  return value({ value: found?.[1] ?? null });
};

export const setStorage: Action = async (command) => {
  const args = parse<SetStorage>(command.args, { ...common, key: text, value: text, storageType: area }, "key", "value");
  const type = args.storageType ?? "localStorage";
  const tab = await command.tab();
  await inDocument(tab, "storage", { type, key: args.key, value: args.value }, command.deadline);
  return value({ success: true, details: { key: args.key, storageType: type } } satisfies NetworkDone);
};

export const clearStorage: Action = async (command) => {
  const args = parse<ClearStorage>(command.args, { ...common, storageType: oneOf("localStorage", "sessionStorage", "all") });
  const storageType = args.storageType ?? "all";
  const types: readonly StorageName[] = storageType === "all" ? ["localStorage", "sessionStorage"] : [storageType];
  const tab = await command.tab();
  const { removed } = await inDocument(tab, "clear_storage", types, command.deadline);
  return value({ success: true, details: { storageType, removed } } satisfies NetworkDone);
};
