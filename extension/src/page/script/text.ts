/** The text of a page as it is shown, that of shadow trees included. */
import { composed, isShown } from "./markdown.js";

export function shownText(element: Element): string {
  if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) return element.value;
  if (!(element instanceof HTMLElement)) return element.textContent;
  const ways = waysToShadows(element);
  if (ways.size === 0 && !isInShadow(element)) return element.innerText;
  return within(element, ways).replace(/[ \t]+\n/g, "\n").replace(/\n{3,}/g, "\n\n").trim();
}

/** The elements on the way down to shadow trees, which `innerText` does not enter. */
function waysToShadows(top: Element): ReadonlySet<Element> {
  const ways = new Set<Element>();
  for (const host of [top, ...top.querySelectorAll("*")]) {
    if (host.shadowRoot === null) continue;
    for (let at: Element | null = host; at !== null && !ways.has(at); at = at === top ? null : at.parentElement) ways.add(at);
  }
  return ways;
}

function isInShadow(element: Element): boolean {
  return element.getRootNode() instanceof ShadowRoot;
}

function within(element: Element, ways: ReadonlySet<Element>): string {
  let text = "";
  for (const node of composed(element)) {
    const said = saidBy(node, ways);
    text += text === "" || text.endsWith("\n") ? said.replace(/^ +/, "") : said;
  }
  return text;
}

function saidBy(node: Node, ways: ReadonlySet<Element>): string {
  if (node.nodeType === Node.TEXT_NODE) return (node.nodeValue ?? "").replace(/\s+/g, " ");
  if (node instanceof HTMLBRElement) return "\n";
  if (!(node instanceof HTMLElement) || !isShown(node)) return "";
  return apart(node, ways.has(node) || isInShadow(node) ? within(node, ways) : node.innerText);
}

/** What does not flow with the text around it stands on lines of its own. */
function apart(element: Element, text: string): string {
  return /^(inline|contents)/.test(getComputedStyle(element).display) ? text : `\n${text}\n`;
}
