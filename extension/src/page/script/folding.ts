/** Makes a tree as small as it can be without saying less: wrappers, words said twice and nameless pictures go. */
import type { Tree, TreeNode } from "./tree.js";

/** Whose names tell them from others like them, so that they stay though the words stand below. */
const TELLING = new Set(
  ("alertdialog dialog banner complementary contentinfo form main navigation region search application document figure group grid listbox menu menubar radiogroup " +
    "tablist tabpanel toolbar tree treegrid table columnheader rowheader").split(" "),
);

export function folded(tree: Tree): void {
  new Folder(tree).fold(tree.root, undefined, false);
}

const NONE: readonly TreeNode[] = [];

type Fate = "stay" | "go" | "open";

class Folder {
  /** Nodes that stood for words of a name, and have not been seen standing for more. */
  readonly #mere = new Set<TreeNode>();

  constructor(private readonly tree: Tree) {}

  /** `inHand`: something around it has a hand for a cursor already. */
  fold(node: TreeNode, parent: TreeNode | undefined, inHand: boolean): Fate {
    this.#weigh(node);
    const handBegins = node.hand && !inHand && this.tree.isReachable(node);
    this.#foldBelow(node, inHand || handBegins);
    if (node.role === "img" && isEmpty(node) && !handBegins) return "go";
    if (node.sources !== undefined) this.#untwice(node, node.sources);
    return node.role === "generic" ? this.#unwrap(node, parent, handBegins) : "stay";
  }

  #weigh(node: TreeNode): void {
    for (const source of node.sources ?? NONE) this.#mere.add(source);
    if (this.#mere.size > 0 && !isPlainText(node)) this.#mere.delete(node);
  }

  #foldBelow(node: TreeNode, inHand: boolean): void {
    const told = new Told();
    for (const child of node.children) {
      if (typeof child === "string") told.text += child;
      else {
        const fate = this.fold(child, node, inHand);
        if (fate === "stay") told.push(child);
        else if (fate === "open") told.open(child.children);
      }
    }
    const children = told.all();
    node.children = children.length === 1 && children[0] === node.name ? [] : children;
  }

  #unwrap(node: TreeNode, parent: TreeNode | undefined, handBegins: boolean): Fate {
    inline(node);
    if (parent !== undefined && repeats(node, parent)) {
      if (this.tree.isReachable(node)) this.#mere.add(node);
      return "go";
    }
    const [child] = node.children;
    if (node.name !== "" || node.children.length > 1 || typeof child === "string") return "stay";
    return (child === undefined ? !handBegins : this.tree.isReachable(child)) ? "open" : "stay";
  }

  /** A name whose words all stand below need not be said as well. */
  #untwice(node: TreeNode, sources: readonly TreeNode[]): void {
    if (!TELLING.has(node.role) && sources.every((source) => !this.#mere.has(source))) node.name = "";
    else for (const source of sources) this.#mere.delete(source);
  }
}

function isEmpty({ name, children }: TreeNode): boolean {
  return name === "" && children.length === 0;
}

function isPlainText({ role, children }: TreeNode): boolean {
  return role === "generic" && children.every((child) => typeof child === "string");
}

/** A wrapper around one text becomes that text. */
function inline(node: TreeNode): void {
  const [child] = node.children;
  if (node.ariaHidden || node.children.length !== 1 || child === undefined || typeof child === "string") return;
  if (child.role !== "generic" || child.name !== "" || child.active || child.ariaHidden) return;
  if (isText(child)) node.children = child.children;
}

function isText({ children }: TreeNode): boolean {
  return children.length === 1 && typeof children[0] === "string";
}

/** Whether it says nothing but the name of what it is in. */
function repeats(node: TreeNode, { name }: TreeNode): boolean {
  if (name === "" || node.active || node.ariaHidden) return false;
  return node.name === "" ? isText(node) && node.children[0] === name : node.children.length === 0 && node.name === name;
}

/** What stands below a node: texts that follow each other are one, and those that say nothing none. */
class Told {
  text = "";
  readonly #all: (TreeNode | string)[] = [];

  push(node: TreeNode): void {
    this.#flush();
    this.#all.push(node);
  }

  open(children: readonly (TreeNode | string)[]): void {
    for (const child of children) {
      if (typeof child === "string") this.text += child;
      else this.push(child);
    }
  }

  all(): (TreeNode | string)[] {
    this.#flush();
    return this.#all;
  }

  #flush(): void {
    const said = this.text === "" ? "" : tidied(this.text);
    if (said !== "") this.#all.push(said);
    this.text = "";
  }
}

/** On one line, without what nobody sees. */
export function tidied(text: string): string {
  return text === " " ? "" : text.replace(/[\u200b\u00ad]/g, "").trim().replace(/\s+/g, " ");
}
