/** What tells an element from all others of its document, and is the same for one rendered in its place. */
import { adopted } from "./refs.js";
import { readTree, type Tree, type TreeNode } from "./tree.js";
import { whole } from "./whole.js";

const TEXT_CHARS = 80;
const CLIMBS = 4;
/** Between the parts of a mark; no name has it. */
const BAR = "\u0001";

/**
 * The marks of everything that may get a ref: role, name, the words around it, and which of how many such it is.
 *
 * The number of twins belongs to it: when one of three equal buttons goes, nobody can tell which two are left.
 */
export function marksOf(tree: Tree): Map<Element, string> {
  const kinds = new Map<string, Element[]>();
  const words = new Words();
  const visit = (node: TreeNode): void => {
    if (mayHaveRef(tree, node)) {
      const kind = [node.role, node.name, words.around(node.element)].join(BAR);
      const twins = kinds.get(kind);
      if (twins === undefined) kinds.set(kind, [node.element]);
      else twins.push(node.element);
    }
    for (const child of node.children) if (typeof child !== "string") visit(child);
  };
  visit(tree.root);
  const marks = new Map<Element, string>();
  for (const [kind, twins] of kinds) {
    for (const [index, element] of twins.entries()) marks.set(element, [kind, index, twins.length].join(BAR));
  }
  return marks;
}

const INTERACTIVE = new Set(
  "button link textbox searchbox combobox listbox option checkbox radio switch slider spinbutton menuitem menuitemcheckbox menuitemradio tab treeitem iframe".split(" "),
);

/** What one can act on, or what has a hand for a cursor; of nested ones of the latter only the outermost gets one. */
export function mayHaveRef(tree: Tree, node: TreeNode): boolean {
  return (node.hand || INTERACTIVE.has(node.role) || isFocusable(node.element)) && tree.isReachable(node);
}

/** Whether it needs no hand for a cursor. */
export function isForActing({ role, element }: TreeNode): boolean {
  return INTERACTIVE.has(role) || isFocusable(element);
}

function isFocusable(element: Element): boolean {
  return (element as HTMLElement).tabIndex >= 0 || (element as HTMLElement).isContentEditable;
}

/** Lets elements that were rendered anew take over the refs of those that were in their place. */
export function findAgain(): void {
  for (const [element, mark] of marksOf(readTree(whole()))) adopted(element, mark);
}

/** Role and name of a mark, as a person would say them. */
export function spoken(mark: string): { role: string; name: string } {
  const [role = "", name = ""] = mark.split(BAR);
  return { role, name };
}

/** The first words of elements; a list with many rows is asked for by each of them. */
class Words {
  readonly #known = new Map<Element, string>();

  /** Those of the nearest ancestor that says more than the element itself: the row, the card, the form. */
  around(element: Element): string {
    const own = this.#of(element);
    let at = element.parentElement;
    for (let climb = 0; climb < CLIMBS && at !== null && at !== document.body; climb++) {
      const words = this.#of(at);
      if (words !== own) return words;
      at = at.parentElement;
    }
    return "";
  }

  #of(element: Element): string {
    let words = this.#known.get(element);
    if (words === undefined) {
      words = wordsOf(element);
      this.#known.set(element, words);
    }
    return words;
  }
}

/** No more than the first text nodes are looked at, since an ancestor may hold the whole page. */
function wordsOf(element: Element): string {
  const { firstChild } = element;
  if (firstChild === null) return "";
  if (firstChild.nodeType === Node.TEXT_NODE && firstChild === element.lastChild) return (firstChild.nodeValue ?? "").trim().slice(0, TEXT_CHARS);
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let words = "";
  for (let node = texts.nextNode(); node !== null && words.length < TEXT_CHARS; node = texts.nextNode()) {
    words += (node.nodeValue ?? "").trim();
  }
  return words.slice(0, TEXT_CHARS);
}
