/** The accessibility tree as compact text: one line a node, refs where there is something to do. */
import { injected, type AriaNode, type AriaTree } from "./injected.js";
import { numberFrom, nextNumber, refOf } from "./refs.js";

export interface SnapshotRequest {
  readonly firstRef: number;
  readonly interactiveOnly: boolean;
}

export interface Snapshot {
  readonly lines: readonly string[];
  /** Where the content of child frames belongs: after this line, one level deeper than `depth`. */
  readonly frames: readonly { line: number; depth: number; ref: string }[];
  readonly nextRef: number;
}

const INTERACTIVE = new Set(
  "button link textbox searchbox combobox listbox option checkbox radio switch slider spinbutton menuitem menuitemcheckbox menuitemradio tab treeitem iframe".split(" "),
);
const NAME_CHARS = 200;

/** Takes the snapshot of `root`, or of the whole document. */
export function snapshot(request: SnapshotRequest, root: Element | undefined): Snapshot {
  numberFrom(request.firstRef);
  const tree = injected().utils.generateAriaTree(root ?? document.body, { mode: "ai" });
  const writer = new Writer(tree, request.interactiveOnly);
  for (const child of tree.root.children) writer.write(child, 0);
  return { lines: writer.lines, frames: writer.frames, nextRef: nextNumber() };
}

class Writer {
  readonly lines: string[] = [];
  readonly frames: { line: number; depth: number; ref: string }[] = [];

  constructor(
    private readonly tree: AriaTree,
    private readonly interactiveOnly: boolean,
  ) {}

  write(node: AriaNode | string, depth: number, clickable = false): void {
    if (typeof node === "string") this.#writeText(node, depth);
    else this.#writeNode(node, depth, clickable);
  }

  #writeText(text: string, depth: number): void {
    if (!this.interactiveOnly && text.trim() !== "") this.#line(depth, `text: ${clip(text)}`);
  }

  #writeNode(node: AriaNode, depth: number, clickable: boolean): void {
    const pointer = node.box.cursor === "pointer";
    const ref = this.#refFor(node, pointer && !clickable);
    const hidden = this.#isNoise(node, ref);
    const text = onlyText(node);
    if (!hidden) {
      this.#line(depth, describe(node, ref, text));
      if (node.role === "iframe" && ref !== undefined) this.frames.push({ line: this.lines.length, depth, ref });
      if (text !== undefined) return;
    }
    const below = hidden || this.interactiveOnly ? depth : depth + 1;
    for (const child of node.children) this.write(child, below, clickable || pointer);
  }

  /** Elements that one can act on; of nested ones with a hand for a cursor only the outermost. */
  #refFor(node: AriaNode, handBegins: boolean): string | undefined {
    if (node.ref === undefined) return undefined;
    const element = this.tree.info.get(node.ref)?.element;
    if (element === undefined) return undefined;
    return INTERACTIVE.has(node.role) || handBegins || isFocusable(element) ? refOf(element) : undefined;
  }

  #isNoise(node: AriaNode, ref: string | undefined): boolean {
    if (this.interactiveOnly) return ref === undefined;
    return ref === undefined && node.name === "" && (node.role === "generic" || node.role === "fragment");
  }

  #line(depth: number, text: string): void {
    this.lines.push("  ".repeat(depth) + text);
  }
}

function onlyText({ children }: AriaNode): string | undefined {
  const [only] = children;
  return children.length === 1 && typeof only === "string" ? only : undefined;
}

function describe(node: AriaNode, ref: string | undefined, text: string | undefined): string {
  const facts = [node.role, quoted(node.name), ...states(node), ref === undefined ? "" : `[ref=${ref}]`];
  const line = facts.filter((fact) => fact !== "").join(" ");
  return text === undefined || text.trim() === "" ? line : `${line}: ${clip(text)}`;
}

function isFocusable(element: Element): boolean {
  return element.hasAttribute("tabindex") || (element as HTMLElement).isContentEditable;
}

function states(node: AriaNode): string[] {
  const { placeholder } = node.props;
  return [
    ...STATES.map((name) => state(name, node[name])),
    placeholder === undefined ? "" : `[placeholder=${quoted(placeholder)}]`,
  ];
}

const STATES = ["checked", "disabled", "expanded", "invalid", "level", "pressed", "selected", "active"] as const;

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
