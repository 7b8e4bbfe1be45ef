/** The accessibility tree as compact text: one line a node, refs where there is something to do. */
import { isForActing, marksOf } from "./marks.js";
import { numberFrom, nextNumber, refOf } from "./refs.js";
import { readTree, type Tree, type TreeNode } from "./tree.js";
import { whole } from "./whole.js";

export interface SnapshotRequest {
  readonly firstRef: number;
  readonly interactiveOnly: boolean;
}

export interface Snapshot {
  readonly lines: readonly string[];
  /** Where the content of child frames belongs: after this line, one level deeper than `depth`. */
  readonly frames: readonly { line: number; depth: number; ref: string }[];
  readonly nextRef: number;
  /** Of this document, so that nobody has to ask for them apart. */
  readonly url: string;
  readonly title: string;
}

const NAME_CHARS = 200;

/** Takes the snapshot of `root`, or of the whole document. */
export function snapshot(request: SnapshotRequest, root: Element | undefined): Snapshot {
  numberFrom(request.firstRef);
  const tree = readTree(root ?? whole());
  const marks = root === undefined ? marksOf(tree) : new Map<Element, string>();
  const reader = new Reader(tree, marks, request.interactiveOnly);
  const writer = new Writer();
  for (const item of reader.below(tree.root, false)) writer.write(item, 0);
  return { lines: writer.lines, frames: writer.frames, nextRef: nextNumber(), url: location.href, title: document.title };
}

/** One node as it will be written: its own words, and what stands below it. */
interface Item {
  readonly role: string;
  readonly name: string;
  readonly head: string;
  readonly below: Item[];
  readonly ref: string | undefined;
  /** A text that must not run into its neighbours. */
  readonly apart?: boolean;
}

class Reader {
  constructor(
    private readonly tree: Tree,
    private readonly marks: ReadonlyMap<Element, string>,
    private readonly interactiveOnly: boolean,
  ) {}

  /** What there is to say about the children of `node`. */
  below(node: TreeNode, clickable: boolean): Item[] {
    const items = node.children.flatMap((child) => (typeof child === "string" ? this.#text(child) : this.#node(child, clickable)));
    return this.interactiveOnly ? items : told(items);
  }

  #text(text: string): Item[] {
    const said = clip(text);
    return this.interactiveOnly || said === "" ? [] : [{ role: "text", name: said, head: `text: ${said}`, below: [], ref: undefined }];
  }

  #node(node: TreeNode, clickable: boolean): Item[] {
    const ref = this.#refFor(node, node.hand && !clickable);
    const within = this.below(node, clickable || node.hand);
    const below = this.#isDecoration(node) ? acting(within) : within;
    if (this.#isNoise(node, ref, below)) return node.role === "listitem" ? below.map(apart) : below;
    const head = describe(node, ref);
    const item = { role: node.role, name: node.name, head, below: below.filter(({ role, name }) => role !== "text" || name !== clip(node.name)), ref };
    return this.interactiveOnly ? [{ ...item, head: head + held(node), below: [] }, ...below] : [item];
  }

  /** Elements that one can act on; of nested ones with a hand for a cursor only the outermost. */
  #refFor(node: TreeNode, handBegins: boolean): string | undefined {
    if (!(handBegins || isForActing(node)) || !this.tree.isReachable(node)) return undefined;
    return refOf(node.element, this.marks.get(node.element));
  }

  /** Seen, but not meant to be told. */
  #isDecoration(node: TreeNode): boolean {
    return node.ariaHidden && node.element.getAttribute("aria-hidden") === "true" && this.tree.isReachable(node);
  }

  /** What says nothing itself: wrappers, parts of text, list items that hold one thing, pictures without a name. */
  #isNoise(node: TreeNode, ref: string | undefined, below: readonly Item[]): boolean {
    if (ref !== undefined) return false;
    if (this.interactiveOnly) return true;
    if (node.name !== "") return false;
    return WRAPPERS.has(node.role) || (node.role === "listitem" && below.length === 1) || (below.length === 0 && !CONTROLS.test(node.role));
  }
}

/** Of these, only what one can act on. */
function acting(items: readonly Item[]): Item[] {
  return items.flatMap((item) => (item.ref === undefined ? acting(item.below) : [item]));
}

const WRAPPERS = new Set("generic fragment rowgroup code strong emphasis superscript subscript mark deletion insertion none presentation".split(" "));
const CONTROLS = /^(separator|progressbar|meter|iframe|alert|status|dialog)$/;

/** Neighbouring texts become one, and a label's text is left out beside the field that has it for a name. */
function told(items: readonly Item[]): Item[] {
  const joined: Item[] = [];
  for (const item of items) {
    const last = joined.at(-1);
    const both = item.role === "text" && last?.role === "text" ? together(last, item) : undefined;
    if (both === undefined) joined.push(item);
    else joined[joined.length - 1] = both;
  }
  return joined.filter((item, at) => item.role !== "text" || !isLabel(item.name, joined[at - 1]) && !isLabel(item.name, joined[at + 1]));
}

/** Undefined where that would cut short what stands apart. */
function together(one: Item, other: Item): Item | undefined {
  const isApart = one.apart === true || other.apart === true;
  const name = `${one.name}${isApart ? " | " : " "}${other.name}`;
  if (isApart && name.length > NAME_CHARS) return undefined;
  return { ...one, name: clip(name), head: `text: ${clip(name)}`, apart: isApart };
}

function apart(item: Item): Item {
  return { ...item, apart: true };
}

/** Where the content is left out, a field still says what it holds, and what has no name what stands in it. */
function held({ name, value, children, element }: TreeNode): string {
  const isText = name === "" || (element as HTMLElement).isContentEditable;
  const said = clip(value ?? (isText ? children.filter((child) => typeof child === "string").join(" ") : ""));
  return said === "" || said === clip(name) ? "" : `: ${said}`;
}

function isLabel(text: string, field: Item | undefined): boolean {
  return field?.ref !== undefined && field.name === text;
}

class Writer {
  readonly lines: string[] = [];
  readonly frames: { line: number; depth: number; ref: string }[] = [];

  /** A node with one thing below it stands on one line with that, and a row of plain cells on one with them. */
  write(item: Item, depth: number): void {
    const { line, last } = chain(item);
    const cells = last.role === "row" ? plainCells(last) : undefined;
    this.lines.push("  ".repeat(depth) + (cells === undefined ? line : `${line}: ${cells}`));
    if (last.role === "iframe" && last.ref !== undefined) this.frames.push({ line: this.lines.length, depth, ref: last.ref });
    if (cells === undefined) for (const child of last.below) this.write(child, depth + 1);
  }
}

/** The words of `item` and of what stands below it alone, down to where there is more than one thing. */
function chain(item: Item): { line: string; last: Item } {
  const [only] = item.below;
  if (only === undefined || item.below.length > 1 || item.role === "iframe") return { line: item.head, last: item };
  if (only.role === "text") return { line: `${item.head}: ${only.name}`, last: only };
  const { line, last } = chain(only);
  return { line: `${item.head} > ${line}`, last };
}

const CELL = /^(cell|columnheader|rowheader|gridcell)$/;

/** The cells of a row one after the other; undefined when one of them holds more than text. */
function plainCells(row: Item): string | undefined {
  const texts: string[] = [];
  for (const { role, name, below, ref } of row.below) {
    const [only] = below;
    const isPlain = below.length === 0 || (below.length === 1 && only?.role === "text");
    if (!CELL.test(role) || ref !== undefined || !isPlain) return undefined;
    texts.push(only === undefined || name !== "" ? name : only.name);
  }
  return texts.join(" | ");
}

function describe(node: TreeNode, ref: string | undefined): string {
  const facts = [node.role, quoted(node.name), ...states(node), ref === undefined ? "" : `[ref=${ref}]`];
  return facts.filter((fact) => fact !== "").join(" ");
}

function states(node: TreeNode): string[] {
  const { placeholder } = node;
  return [
    ...STATES.map((name) => state(name, node[name])),
    placeholder === undefined ? "" : `[placeholder=${quoted(placeholder)}]`,
  ];
}

const STATES = ["checked", "disabled", "expanded", "invalid", "level", "modal", "pressed", "selected", "active"] as const;

/** `[checked]`, `[checked=mixed]`, `[level=2]`; nothing for what is absent or false. */
function state(name: string, value: boolean | string | number | undefined): string {
  if (value === undefined || value === false || value === 0) return "";
  return value === true ? `[${name}]` : `[${name}=${String(value)}]`;
}

function quoted(name: string): string {
  return name === "" ? "" : JSON.stringify(clip(name));
}

function clip(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > NAME_CHARS ? `${line.slice(0, NAME_CHARS - 1)}…` : line;
}
