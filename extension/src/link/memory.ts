/** The ledger's copy outside the worker: a worker may die at any moment, the browser remembers. */
import type { ToolFault } from "../generated/protocol.js";
import { coalesced } from "./coalesced.js";
import { isFields, present, text } from "./fields.js";
import type { Answered, CallRef } from "./frames.js";
import { dropped, refOf } from "./ledger.js";
import type { Clock, SessionStore } from "./ports.js";

/** One answer is kept whole up to this size; writing 2 MB would occupy the browser for 30-70 ms. */
const ANSWER_CHARS = 1024 * 1024;
/** All answers together; the browser grants 10 MB. */
const TOTAL_CHARS = 8 * 1024 * 1024;

/** How long the hub may take to acknowledge an answer before it is written down; mostly it takes a few milliseconds. */
export const ACK_WITHIN_MS = 50;
/** When the list is written without the calls that were acknowledged, if no start has done so. */
export const TIDY_MS = 1_000;

/**
 * What has started and has no record of its own: one list of calls, so that each start also strikes out what is over, and
 * the task any of whose calls may have started as well.
 */
const STARTED = "started";
/** Answers, one record each. */
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
  /** Names this lifetime of the browser's memory: another one when a worker died whose task was noted as a whole. */
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

function readRef(value: unknown): CallRef | undefined {
  if (!isFields(value)) return undefined;
  const id = text(value["id"]);
  return id === undefined ? undefined : refOf({ id, ...present({ taskId: text(value["taskId"]), commandId: text(value["commandId"]) }) });
}

function readAnswer(record: unknown): Answered | undefined {
  const ref = readRef(record);
  if (ref === undefined || !isFields(record)) return undefined;
  if (record["dropped"] === true) return dropped(ref);
  if (isFields(record["result"])) return { ...ref, result: record["result"] };
  const error = readFault(record["error"]);
  return error === undefined ? interrupted(ref) : { ...ref, error };
}

interface Started {
  readonly task?: string;
  readonly calls: readonly CallRef[];
}

function readStarted(value: unknown): Started {
  if (!isFields(value)) return { calls: [] };
  const list: unknown = value["calls"];
  const calls = Array.isArray(list) ? list.map(readRef).filter((ref) => ref !== undefined) : [];
  return { calls, ...present({ task: text(value["task"]) }) };
}

/** An answer that is on its way to the hub. */
interface UnderWay {
  readonly answered: Answered;
  readonly chars: number;
  readonly stop: () => void;
}

/** Write-behind: nothing here is awaited by a call or its answer. Mostly there are two writes per task. */
export class CallMemory {
  /** Calls without a record of their own, in the order of their starts. */
  readonly #started = new Map<string, CallRef>();
  /** The task that is noted as a whole, instead of its calls. */
  #noted: string | undefined;
  readonly #underWay = new Map<string, UnderWay>();
  /** Answers that are written down, with their sizes. */
  readonly #written = new Map<string, number>();
  readonly #tidySoon: () => void;
  /** Whether the list that was written names calls which are over. */
  #stale = false;
  #total = 0;
  #owner: string | undefined;

  constructor(
    private readonly store: SessionStore,
    private readonly clock: Clock,
  ) {
    this.#tidySoon = coalesced(clock, TIDY_MS, () => {
      if (this.#stale) this.#writeStarted();
    });
  }

  /**
   * Note that a call starts, before its first effect: as long as the link stands, the first of a task for all of them. What
   * ran is known to the hub then, but for what this worker takes with it when it dies. Calls into the browser arrive in the order they are made, so
   * the note need not be awaited: 20 of 20 notes survived a SIGKILL right after the effect. Awaiting would cost 0.5 ms.
   */
  starts(ref: CallRef): void {
    this.#started.set(ref.id, refOf(ref));
    if (ref.taskId !== undefined && ref.taskId === this.#noted) return;
    this.#noted = ref.taskId ?? this.#noted;
    this.#writeStarted();
  }

  /** Keep the answer of a call that was noted at its start; one that was `sent` has a moment to be acknowledged first. */
  settles(answered: Answered, chars: number, sent: boolean): void {
    const { id } = answered;
    if (!this.#started.has(id)) return;
    if (!sent) {
      this.#write(answered, chars);
      return;
    }
    const stop = this.clock.after(ACK_WITHIN_MS, () => {
      this.#underWay.delete(id);
      this.#write(answered, chars);
    });
    this.#underWay.set(id, { answered, chars, stop });
  }

  /** No call of that task starts any more. Said at once: until then, a worker that dies takes the next task's first call along. */
  taskEnded(taskId: string): void {
    if (this.#noted !== taskId) return;
    this.#noted = undefined;
    this.#writeStarted();
  }

  /** The link is gone: no acknowledgement will come over it, and nothing starts until there is another. */
  linkLost(): void {
    for (const { answered, chars, stop } of this.#underWay.values()) {
      stop();
      this.#write(answered, chars);
    }
    this.#underWay.clear();
    if (this.#noted === undefined) return;
    this.#noted = undefined;
    this.#writeStarted();
  }

  /** All that is remembered was said by `owner`; when it was another, everything is forgotten. Whether it was. */
  belongTo(owner: string): boolean {
    const changed = this.#owner !== undefined && this.#owner !== owner;
    if (this.#owner !== owner) this.store.put(OWNER, owner);
    this.#owner = owner;
    if (!changed) return false;
    this.forget([...this.#started.keys(), ...this.#written.keys()]);
    if (this.#noted !== undefined) this.taskEnded(this.#noted);
    if (this.#stale) this.#writeStarted();
    return true;
  }

  /** The hub has stored these, or wants to hear of them no more. Large answers go at once, mere starts with the next. */
  forget(ids: readonly string[]): void {
    for (const id of ids) {
      this.#underWay.get(id)?.stop();
      this.#underWay.delete(id);
      this.#strike(id);
    }
    if (this.#stale) this.#tidySoon();
    const written = ids.filter((id) => this.#written.has(id));
    if (written.length === 0) return;
    for (const id of written) this.#size(id, undefined);
    this.store.drop(written.map((id) => PREFIX + id));
  }

  /** What an earlier worker of this browser left; `fresh` names a new lifetime when there was none. */
  async recall(fresh: string): Promise<Remembered> {
    const all = await this.store.all();
    const { task, calls } = readStarted(all[STARTED]);
    const memory = (task === undefined ? text(all[LIFETIME]) : undefined) ?? fresh;
    if (memory === fresh) this.store.put(LIFETIME, fresh);
    this.#owner = text(all[OWNER]);
    const answers = Object.entries(all)
      .filter(([key]) => key.startsWith(PREFIX))
      .map(([, record]) => readAnswer(record))
      .filter((answered) => answered !== undefined);
    for (const answered of answers) this.#size(answered.id, JSON.stringify(answered).length);
    // The list may be older than the answers.
    const open = calls.filter(({ id }) => !this.#written.has(id));
    this.#stale = open.length < calls.length;
    for (const ref of open) this.#started.set(ref.id, ref);
    if (task !== undefined) this.#writeStarted();
    return { memory, outbox: [...answers, ...open.map(interrupted)], off: readOff(all[OFF]) };
  }

  /** The hub sent this browser away; kept so that a new worker does not come back uninvited. */
  noteOff(off: SentAway): void {
    this.store.put(OFF, off);
  }

  clearOff(): void {
    this.store.drop([OFF]);
  }

  #writeStarted(): void {
    this.#stale = false;
    const task = this.#noted;
    const calls = [...this.#started.values()].filter((ref) => task === undefined || ref.taskId !== task);
    if (task === undefined && calls.length === 0) this.store.drop([STARTED]);
    else this.store.put(STARTED, { ...present({ task }), calls } satisfies Started);
  }

  /** The call is over, or has a record: the list need not name it any more, if it does. */
  #strike(id: string): void {
    const ref = this.#started.get(id);
    if (ref === undefined) return;
    this.#started.delete(id);
    if (ref.taskId === undefined || ref.taskId !== this.#noted) this.#stale = true;
  }

  /** From now on the call has a record of its own, and the list need not name it. */
  #write(answered: Answered, chars: number): void {
    const { id } = answered;
    const fits = chars <= ANSWER_CHARS && this.#total + chars <= TOTAL_CHARS;
    this.store.put(PREFIX + id, fits ? answered : { ...refOf(answered), dropped: true });
    this.#size(id, fits ? chars : 0);
    this.#strike(id);
  }

  #size(id: string, chars: number | undefined): void {
    this.#total += (chars ?? 0) - (this.#written.get(id) ?? 0);
    if (chars === undefined) this.#written.delete(id);
    else this.#written.set(id, chars);
  }
}
