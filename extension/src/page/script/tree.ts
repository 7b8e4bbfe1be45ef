/** The accessibility tree of a document, read in one go from its elements and their styles. */
import { folded, tidied } from "./folding.js";
import { isOneText, isRendered, isSlotted, Names } from "./names.js";
import { roleOf } from "./roles.js";
import { isTrue, Sight, tagOf, type Look } from "./sight.js";
import { noteStates, type States } from "./states.js";
import { chosenIn, isBar, valueOf } from "./values.js";

export class TreeNode implements States {
  name = "";
  children: (TreeNode | string)[] = [];
  placeholder: string | undefined;
  /** What it holds, where that is not told by its children anyway. */
  value: string | undefined;
  active = false;
  ariaHidden = false;
  /** Whether the cursor over it is a hand. */
  hand = false;
  /** The nodes inside that have given it their words for a name. */
  sources: readonly TreeNode[] | undefined;
  /** Found out on the first question. */
  reachable: boolean | undefined;
  checked: boolean | "mixed" | undefined;
  disabled: boolean | undefined;
  expanded: boolean | undefined;
  invalid: boolean | "grammar" | "spelling" | undefined;
  level: number | undefined;
  modal: boolean | undefined;
  pressed: boolean | "mixed" | undefined;
  selected: boolean | undefined;

  constructor(
    readonly role: string,
    readonly element: Element,
  ) {}
}

export interface Tree {
  readonly root: TreeNode;
  /** Whether it can be seen and reached by the mouse. */
  isReachable(node: TreeNode): boolean;
}

export function readTree(root: Element): Tree {
  const reader = new TreeReader(root);
  const tree = { root: reader.read(root), isReachable: (node: TreeNode): boolean => reader.isReachable(node) };
  folded(tree);
  return tree;
}

class TreeReader {
  readonly #sight = new Sight();
  readonly #names = new Names(this.#sight);
  readonly #nodes = new Map<Element, TreeNode>();

  constructor(private readonly top: Element) {}

  read(element: Element): TreeNode {
    const root = new TreeNode("fragment", element);
    root.reachable = false;
    this.#visit(root, element, true);
    return root;
  }

  isReachable(node: TreeNode): boolean {
    if (node.reachable === undefined) {
      const look = this.#sight.at(node.element);
      node.reachable = (node.role === "iframe" || look.style.pointerEvents !== "none") && this.#sight.isVisible(node.element, look);
    }
    return node.reachable;
  }

  #visit(parent: TreeNode, node: Node, isSeen: boolean): void {
    if (node.nodeType === Node.TEXT_NODE) {
      const text = node.nodeValue ?? "";
      if (isSeen && text !== "" && tagOf(parent.element) !== "TEXTAREA" && isRendered(node as Text)) say(parent, text);
    } else if (node.nodeType === Node.ELEMENT_NODE) this.#element(parent, node as Element);
  }

  #element(parent: TreeNode, element: Element): void {
    // What is owned from elsewhere is told there, or here when that comes first.
    const look = this.#sight.at(element);
    if (look.told) return;
    look.told = true;
    if ((look.display === "none" && look.tag !== "AREA") || isOut(element)) {
      say(parent, " ");
      return;
    }
    const isSeen = !this.#sight.isHidden(element, look) || this.#sight.isVisible(element, look);
    const node = isSeen ? this.#nodeOf(element, look) : undefined;
    if (node === undefined) this.#inside(parent, element, look, isSeen);
    else {
      parent.children.push(node);
      this.#nodes.set(element, node);
      const sources = this.#named(node, look);
      this.#inside(node, element, look, isSeen);
      // Its parts are known only now.
      if (sources.length > 0) node.sources = this.#nodesOf(sources, node);
    }
  }

  #nodesOf(elements: readonly Element[], but: TreeNode): readonly TreeNode[] | undefined {
    const nodes = elements.map((element) => this.#nodes.get(element)).filter((node) => node !== undefined);
    const others = nodes.filter((node) => node !== but && this.isReachable(node));
    return others.length > 0 && this.isReachable(but) ? others : undefined;
  }

  /** Undefined for what is only a part of the text around it. */
  #nodeOf(element: Element, look: Look): TreeNode | undefined {
    const isFrame = look.tag === "IFRAME" || look.tag === "FRAME";
    const role = isFrame ? "iframe" : (roleOf(this.#sight, element, look) ?? "generic");
    if (role === "presentation" || role === "none") return undefined;
    if (role === "generic" && isOneText(element) && this.#sight.isInline(element, look)) return undefined;
    const node = new TreeNode(role, element);
    node.ariaHidden = isTrue(element.getAttribute("aria-hidden"));
    node.active = this.#sight.focused === element;
    node.hand = look.style.cursor === "pointer";
    return node;
  }

  /** Gives the node its name and what its element says of itself; returns the other elements that the name came from. */
  #named(node: TreeNode, look: Look): readonly Element[] {
    const { element } = node;
    if (node.role === "iframe") return [];
    const { text, sources } = this.#names.of(element, look);
    node.name = text === "" ? "" : tidied(text);
    const held = valueOf(element, look.tag, node.role);
    if (held !== undefined) node.children.push(held);
    node.value = held ?? (look.tag === "SELECT" ? chosenIn(element as HTMLSelectElement) : undefined);
    noteStates(this.#sight, node, look.tag);
    return sources.length === 1 && sources[0] === element ? [] : sources;
  }

  /** What is in `element`, told as a part of `node`. */
  #inside(node: TreeNode, element: Element, look: Look, isSeen: boolean): void {
    const space = look.flows && look.tag !== "BR" ? "" : " ";
    say(node, space + this.#sight.before(element, look));
    this.#content(node, element, look, isSeen);
    if (element.hasAttribute("aria-owns")) for (const owned of this.#ownedBy(element)) this.#visit(node, owned, isSeen);
    say(node, this.#sight.after(element, look) + space);
    const placeholder = node.role === "textbox" ? element.getAttribute("placeholder") : null;
    if (placeholder !== null && placeholder !== node.name) node.placeholder = placeholder;
  }

  #content(node: TreeNode, element: Element, look: Look, isSeen: boolean): void {
    if (isBar(look.tag)) return;
    const assigned = look.tag === "SLOT" ? (element as HTMLSlotElement).assignedNodes() : [];
    for (const child of assigned) this.#visit(node, child, isSeen);
    if (assigned.length > 0) return;
    for (let child = element.firstChild; child !== null; child = child.nextSibling) {
      if (!isSlotted(child)) this.#visit(node, child, isSeen);
    }
    const { shadowRoot } = element;
    if (shadowRoot === null) return;
    for (let child = shadowRoot.firstChild; child !== null; child = child.nextSibling) this.#visit(node, child, isSeen);
  }

  #ownedBy(element: Element): readonly Element[] {
    const ids = element.getAttribute("aria-owns");
    if (ids === null) return [];
    return ids.split(/\s+/).map((id) => this.top.ownerDocument.getElementById(id)).filter((owned) => owned !== null);
  }
}

/** Adds words to what has been said last. */
function say(node: TreeNode, text: string): void {
  if (text === "") return;
  const { children } = node;
  const last = children.length - 1;
  const before = children[last];
  if (typeof before === "string") children[last] = before + text;
  else children.push(text);
}

/** Shown, perhaps, but nobody can do anything with it: inert, unless a modal dialog stands out of that, or folded until it is searched for. */
function isOut(element: Element): boolean {
  if (element.hasAttribute("inert")) return !element.matches(":modal") && element.querySelector(":modal") === null;
  return element.getAttribute("hidden") === "until-found" && getComputedStyle(element).contentVisibility === "hidden";
}
