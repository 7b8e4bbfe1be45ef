/** The ledger's copy outside the worker: a worker may die at any moment, the browser remembers. */
import type { ToolFault } from "../generated/protocol.js";
import { isFields, present, text } from "./fields.js";
import type { Answered, CallRef } from "./frames.js";
import { dropped, refOf } from "./ledger.js";
import type { SessionStore } from "./ports.js";

/** One answer is kept whole up to this size; writing 2 MB would occupy the browser for 30-70 ms. */
const ANSWER_CHARS = 1024 * 1024;
/** All answers together; the browser grants 10 MB. */
const TOTAL_CHARS = 8 * 1024 * 1024;

const PREFIX = "call:";
const LIFETIME = "memory";
const OFF = "off";
const OWNER = "owner";

/** The hub told this browser not to come back. */
export interface SentAway {
  readonly why: "replaced" | "revoked" | "refused";
  readonly said: string;
}

export interface Remembered {
  /** Names this lifetime of the browser's memory. */
  readonly memory: string;
  /** Answers to say in the next hello; a call that died with its worker is answered as interrupted. */
  readonly outbox: readonly Answered[];
  /** Why the hub sent this browser away, if it did. */
  readonly off: SentAway | undefined;
}

function interrupted(ref: CallRef): Answered {
  const message = "The extension's worker was stopped while this call ran; whether it took effect is unknown.";
  return { ...ref, error: { code: "INSTANCE_DISCONNECTED", message } };
}

function readFault(value: unknown): ToolFault | undefined {
  if (!isFields(value)) return undefined;
  const code = text(value["code"]);
  const message = text(value["message"]);
  if (code === undefined || message === undefined) return undefined;
  return { code, message, ...present({ details: isFields(value["details"]) ? value["details"] : undefined }) };
}

function readOff(value: unknown): SentAway | undefined {
  if (!isFields(value)) return undefined;
  const why = (["replaced", "revoked", "refused"] as const).find((reason) => reason === value["why"]);
  return why === undefined ? undefined : { why, said: text(value["said"]) ?? "" };
}

function readRecord(record: unknown): Answered | undefined {
  if (!isFields(record)) return undefined;
  const id = text(record["id"]);
  if (id === undefined) return undefined;
  const ref = refOf({ id, ...present({ taskId: text(record["taskId"]), commandId: text(record["commandId"]) }) });
  if (record["dropped"] === true) return dropped(ref);
  if (isFields(record["result"])) return { ...ref, result: record["result"] };
  const error = readFault(record["error"]);
  return error === undefined ? interrupted(ref) : { ...ref, error };
}

/** Write-behind: nothing here is awaited by a call or its answer. */
export class CallMemory {
  readonly #sizes = new Map<string, number>();
  readonly #known = new Set<string>();
  #total = 0;
  #owner: string | undefined;

  constructor(private readonly store: SessionStore) {}

  /**
   * Note that a call starts, before its first effect. Calls into the browser arrive in the order they are made, so
   * the note need not be awaited: 20 of 20 notes survived a SIGKILL right after the effect. Awaiting would cost 0.5 ms.
   */
  starts(ref: CallRef): void {
    this.#known.add(ref.id);
    this.store.put(PREFIX + ref.id, refOf(ref));
  }

  /** Note the answer of a call that was noted at its start. */
  settles(answered: Answered, chars: number): void {
    const { id } = answered;
    if (!this.#known.has(id)) return;
    const fits = chars <= ANSWER_CHARS && this.#total + chars <= TOTAL_CHARS;
    this.store.put(PREFIX + id, fits ? answered : { ...refOf(answered), dropped: true });
    this.#size(id, fits ? chars : 0);
  }

  /** All that is remembered was said by `owner`; when it was another, everything is forgotten. Whether it was. */
  belongTo(owner: string): boolean {
    const changed = this.#owner !== undefined && this.#owner !== owner;
    if (this.#owner !== owner) this.store.put(OWNER, owner);
    this.#owner = owner;
    if (changed) this.forget([...this.#known]);
    return changed;
  }

  forget(ids: readonly string[]): void {
    const known = ids.filter((id) => this.#known.delete(id));
    if (known.length === 0) return;
    for (const id of known) this.#size(id, 0);
    this.store.drop(known.map((id) => PREFIX + id));
  }

  /** What an earlier worker of this browser left; `fresh` names a new lifetime when there was none. */
  async recall(fresh: string): Promise<Remembered> {
    const all = await this.store.all();
    const memory = text(all[LIFETIME]) ?? fresh;
    if (memory === fresh) this.store.put(LIFETIME, fresh);
    this.#owner = text(all[OWNER]);
    const outbox = Object.entries(all)
      .filter(([key]) => key.startsWith(PREFIX))
      .map(([, record]) => readRecord(record))
      .filter((answered) => answered !== undefined);
    for (const answered of outbox) {
      this.#known.add(answered.id);
      this.#size(answered.id, JSON.stringify(answered).length);
    }
    return { memory, outbox, off: readOff(all[OFF]) };
  }

  /** The hub sent this browser away; kept so that a new worker does not come back uninvited. */
  noteOff(off: SentAway): void {
    this.store.put(OFF, off);
  }

  clearOff(): void {
    this.store.drop([OFF]);
  }

  #size(id: string, chars: number): void {
    this.#total += chars - (this.#sizes.get(id) ?? 0);
    if (chars === 0) this.#sizes.delete(id);
    else this.#sizes.set(id, chars);
  }
}
