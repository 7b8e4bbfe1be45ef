/** What the popup and the worker say to each other. */
import { isFields, present, text } from "./fields.js";
import { readSettings, type Sites } from "./limits.js";
import type { LinkState } from "./state.js";

/** All that the popup shows; plain data, so it can cross the port. */
export interface Report {
  readonly state: LinkState;
  readonly hub?: { readonly address: string; readonly name?: string };
  readonly browser?: { readonly instanceId: string; readonly label: string; readonly launched: boolean };
  readonly running: readonly {
    readonly id: string;
    readonly name: string;
    readonly taskId?: string;
    readonly commandId?: string;
    readonly taskName?: string;
    readonly sinceMs: number;
  }[];
  readonly drivenTabs: number;
  /** The person has paused all tasks. */
  readonly paused: boolean;
  /** Where tasks of this hub may go, as the person has said. */
  readonly sites?: Sites;
  /** What answers at the address in the form; a hub without a name here does not answer. */
  readonly seen?: { readonly address: string; readonly name?: string; readonly keyRequired?: boolean };
  /** How the last click on *Connect* went. */
  readonly pairing:
    | { readonly step: "idle" | "asking" | "pairing" }
    | { readonly step: "failed"; readonly said: string; readonly keyRequired?: boolean };
}

export type Wish =
  /** `key` for a hub that asks for one. */
  | { readonly type: "connect"; readonly hub: string; readonly key?: string }
  /** Who answers at this address? */
  | { readonly type: "look"; readonly hub: string }
  | { readonly type: "disconnect" }
  | { readonly type: "reconnect" }
  | { readonly type: "forget" }
  | { readonly type: "stop" }
  /** No tasks at all until `resume`. */
  | { readonly type: "pause" }
  | { readonly type: "resume" }
  | { readonly type: "sites"; readonly sites: Sites };

const PLAIN = ["disconnect", "reconnect", "forget", "stop", "pause", "resume"] as const;

/** The popup is ours, but it may be of another version than the worker after an update. */
export function readWish(message: unknown): Wish | undefined {
  if (!isFields(message)) return undefined;
  const type = text(message["type"]);
  const plain = PLAIN.find((wish) => wish === type);
  if (plain !== undefined) return { type: plain };
  switch (type) {
    case "sites":
      return isFields(message["sites"]) ? { type, sites: readSettings(message["sites"]) } : undefined;
    case "connect": {
      const hub = text(message["hub"]);
      return hub === undefined ? undefined : { type, hub, ...present({ key: text(message["key"]) }) };
    }
    case "look": {
      const hub = text(message["hub"]);
      return hub === undefined ? undefined : { type, hub };
    }
    default:
      return undefined;
  }
}
