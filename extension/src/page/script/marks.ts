/** What tells an element from all others of its document, and is the same for one rendered in its place. */
import { injected, type AriaNode, type AriaTree } from "./injected.js";
import { adopted } from "./refs.js";

const TEXT_CHARS = 80;
const CLIMBS = 4;
/** Between the parts of a mark; no name has it. */
const BAR = "\u0001";

/**
 * The marks of everything that may get a ref: role, name, the words around it, and which of how many such it is.
 *
 * The number of twins belongs to it: when one of three equal buttons goes, nobody can tell which two are left.
 */
export function marksOf(tree: AriaTree): Map<Element, string> {
  const kinds = new Map<string, Element[]>();
  const visit = (node: AriaNode | string): void => {
    if (typeof node === "string") return;
    const element = node.ref === undefined ? undefined : tree.info.get(node.ref)?.element;
    if (element !== undefined) {
      const kind = [node.role, node.name, around(element)].join(BAR);
      const twins = kinds.get(kind);
      if (twins === undefined) kinds.set(kind, [element]);
      else twins.push(element);
    }
    for (const child of node.children) visit(child);
  };
  visit(tree.root);
  const marks = new Map<Element, string>();
  for (const [kind, twins] of kinds) {
    for (const [index, element] of twins.entries()) marks.set(element, [kind, index, twins.length].join(BAR));
  }
  return marks;
}

/** Lets elements that were rendered anew take over the refs of those that were in their place. */
export function findAgain(): void {
  const tree = injected().utils.generateAriaTree(document.body, { mode: "ai" });
  for (const [element, mark] of marksOf(tree)) adopted(element, mark);
}

/** Role and name of a mark, as a person would say them. */
export function spoken(mark: string): { role: string; name: string } {
  const [role = "", name = ""] = mark.split(BAR);
  return { role, name };
}

/** The first words of the nearest ancestor that says more than the element itself: the row, the card, the form. */
function around(element: Element): string {
  const own = wordsOf(element);
  let at = element.parentElement;
  for (let climb = 0; climb < CLIMBS && at !== null && at !== document.body; climb++) {
    const words = wordsOf(at);
    if (words !== own) return words;
    at = at.parentElement;
  }
  return "";
}

/** No more than the first text nodes are looked at, since an ancestor may hold the whole page. */
function wordsOf(element: Element): string {
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let words = "";
  for (let node = texts.nextNode(); node !== null && words.length < TEXT_CHARS; node = texts.nextNode()) {
    words += (node.nodeValue ?? "").trim();
  }
  return words.slice(0, TEXT_CHARS);
}
