/** Which refs of a tab were given by which frame, and what its last snapshots said; outlives the debugger's attachment, so that refs never repeat. */

interface Range {
  readonly from: number;
  readonly to: number;
  readonly frameId: string;
}

const RANGES = 500;
/** Earlier snapshots that one may ask the changes since; older ones are forgotten. */
const SNAPSHOTS = 8;

/** The lines of a snapshot, and what they show: the document, the part of it, and in which way. */
export interface KeptSnapshot {
  readonly view: string;
  readonly lines: readonly string[];
}

export class RefBook {
  #next: number;
  #ranges: Range[] = [];
  #snapshots = new Map<string, KeptSnapshot>();
  #taken = 0;

  /** `first` is the number to begin with, and `noted` hears of each that comes after. */
  constructor(
    first = 1,
    private readonly noted: (next: number) => void = () => undefined,
  ) {
    this.#next = first;
  }

  /** The first number that no document of this tab has used. */
  get next(): number {
    return this.#next;
  }

  /** Notes that `frameId` has given the refs up to, not including, `next`. */
  given(frameId: string, next: number): void {
    if (next <= this.#next) return;
    this.#ranges.push({ from: this.#next, to: next, frameId });
    if (this.#ranges.length > RANGES) this.#ranges.shift();
    this.#next = next;
    this.noted(next);
  }

  frameOf(ref: string): string | undefined {
    const number = Number(/^e(\d+)$/.exec(ref)?.[1]);
    return this.#ranges.find(({ from, to }) => number >= from && number < to)?.frameId;
  }

  /** Keeps a snapshot under an id of this tab. */
  keepSnapshot(snapshot: KeptSnapshot): string {
    const id = `s${String(++this.#taken)}`;
    this.#snapshots.set(id, snapshot);
    const [oldest] = this.#snapshots.keys();
    if (this.#snapshots.size > SNAPSHOTS && oldest !== undefined) this.#snapshots.delete(oldest);
    return id;
  }

  snapshot(id: string): KeptSnapshot | undefined {
    return this.#snapshots.get(id);
  }
}
