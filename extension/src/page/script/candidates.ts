/** What a caller may have meant: the elements of the page nearest to a selector that found nothing. */
import { injected } from "./injected.js";
import { ofInput } from "./values.js";

export interface Candidate {
  readonly selector: string;
  readonly text: string;
}

const SCANNED = 3000;
const NAMED = 3;
const INTERESTING = "a,button,input,select,textarea,summary,label,[id],[name],[role],[data-testid],[aria-label],[onclick],h1,h2,h3";
const NOISE = new Set(["div", "span", "text", "role", "name", "type", "class", "input", "has", "nth", "child", "xpath", "css", "the", "li", "ul"]);

/** At most three, best first. */
export function nearest(selector: string): readonly Candidate[] {
  const words = wordsOf(selector).filter((word) => !NOISE.has(word));
  if (words.length === 0) return [];
  const scored: { element: Element; score: number }[] = [];
  let seen = 0;
  for (const element of everyElement(document)) {
    if (++seen > SCANNED) break;
    const score = likeness(words, element);
    if (score >= 0.5) scored.push({ element, score });
  }
  scored.sort((a, b) => b.score - a.score);
  return scored.slice(0, NAMED).map(({ element }) => ({ selector: selectorOf(element), text: textOf(element) }));
}

export function listed(candidates: readonly Candidate[]): string {
  if (candidates.length === 0) return "";
  const items = candidates.map(({ selector, text }) => (text === "" ? selector : `${selector} (${JSON.stringify(text)})`));
  return `; nearest: ${items.join(", ")}`;
}

function* everyElement(root: Document | ShadowRoot): Generator<Element> {
  for (const element of root.querySelectorAll("*")) {
    if (element.matches(INTERESTING)) yield element;
    if (element.shadowRoot !== null) yield* everyElement(element.shadowRoot);
  }
}

function wordsOf(text: string): string[] {
  return text
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 1);
}

/** From 0 to 1: how well the words of the selector are found among those of the element. */
function likeness(words: readonly string[], element: Element): number {
  const attributes = ["id", "name", "class", "aria-label", "placeholder", "data-testid", "title", "type", "value"];
  const own = new Set(wordsOf([...attributes.map((name) => element.getAttribute(name) ?? ""), textOf(element), element.tagName].join(" ")));
  if (own.size === 0) return 0;
  let sum = 0;
  for (const word of words) {
    let best = 0;
    for (const other of own) best = Math.max(best, resemblance(word, other));
    sum += best;
  }
  return sum / words.length;
}

function resemblance(a: string, b: string): number {
  if (a === b) return 1;
  if (a.length > 2 && b.length > 2 && (a.includes(b) || b.includes(a))) return 0.8;
  const longest = Math.max(a.length, b.length);
  if (longest > 24 || Math.abs(a.length - b.length) > 3) return 0;
  const score = 1 - distance(a, b) / longest;
  return score >= 0.6 ? score : 0;
}

/** Levenshtein's, one row at a time. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(change, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
  }
  return row[b.length] ?? 0;
}

function textOf(element: Element): string {
  const shown = element instanceof HTMLInputElement ? (ofInput(element) ?? element.value) : element.textContent;
  const text = shown.replace(/\s+/g, " ").trim();
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** A selector that finds it again. */
export function selectorOf(element: Element): string {
  if (element.id !== "" && document.querySelectorAll(`#${CSS.escape(element.id)}`).length === 1) return `#${CSS.escape(element.id)}`;
  const name = element.getAttribute("name");
  if (name !== null && name !== "") {
    const selector = `${element.tagName.toLowerCase()}[name=${JSON.stringify(name)}]`;
    if (document.querySelectorAll(selector).length === 1) return selector;
  }
  try {
    return injected().generateSelectorSimple(element).replace(/internal:role=/g, "role=").replace(/"[is]\]/g, '"]');
  } catch {
    return element.tagName.toLowerCase();
  }
}
