/** Reading: HTML, text, elements, attributes. */
import { findAll } from "./query.js";
import { injected } from "./injected.js";
import { markdown } from "./markdown.js";
import { boxOf, type Box } from "./actionable.js";
import { shownText } from "./text.js";
import { whole } from "./whole.js";

export interface ReadRequest {
  readonly format: "html" | "text" | "markdown";
  readonly maxChars: number;
}

export interface Read {
  readonly content: string;
  readonly truncated: boolean;
}

/** The content of `root`, or of the whole document. */
export function read(request: ReadRequest, root: Element | undefined): Read {
  const content = contentOf(request.format, root);
  const truncated = content.length > request.maxChars;
  return { content: truncated ? cutAt(content, request.maxChars) : content, truncated };
}

/** Never in the middle of a character. */
function cutAt(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

function contentOf(format: ReadRequest["format"], root: Element | undefined): string {
  switch (format) {
    case "html":
      return root === undefined ? documentHtml() : root.outerHTML;
    case "text":
      return shownText(root ?? whole());
    case "markdown":
      return markdown(root ?? whole());
    default:
      return format satisfies never;
  }
}

function documentHtml(): string {
  const doctype = document.doctype === null ? "" : `${new XMLSerializer().serializeToString(document.doctype)}\n`;
  return doctype + document.documentElement.outerHTML;
}

export interface ElementFacts {
  readonly tagName: string;
  readonly id: string;
  readonly className: string;
  readonly textContent: string;
  readonly attributes: Record<string, string>;
  readonly boundingBox: Box | null;
}

const TEXT_CHARS = 1000;

export function query(selector: string, limit: number): { elements: ElementFacts[]; count: number } {
  const found = findAll(selector);
  return { elements: found.slice(0, limit).map(factsOf), count: found.length };
}

export function factsOf(element: Element): ElementFacts {
  const text = element.textContent.replace(/\s+/g, " ").trim();
  return {
    tagName: element.tagName.toLowerCase(),
    id: element.id,
    className: element.getAttribute("class") ?? "",
    textContent: text.length > TEXT_CHARS ? text.slice(0, TEXT_CHARS) : text,
    attributes: Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value])),
    boundingBox: element.getClientRects().length === 0 ? null : boxOf(element),
  };
}

/** The attribute; for `value` and `checked` what the field holds now. */
export function attribute(element: Element, name: string): string | null {
  if (name === "value" && "value" in element && !element.matches("li, progress, meter, form")) return String(element.value);
  if (name === "checked" && element instanceof HTMLInputElement) return element.checked ? "true" : null;
  return element.getAttribute(name);
}

export interface Region {
  readonly box: Box;
  readonly scrollX: number;
  readonly scrollY: number;
}

/** Where the element is, for a picture of it. */
export function region(element: Element): Region {
  return { box: boxOf(element), scrollX: window.scrollX, scrollY: window.scrollY };
}

export type PresenceState = "visible" | "hidden" | "attached" | "detached";

/** Whether the first match is in `state` now; an element that is not there is hidden and detached. */
export function isPresent(element: Element | undefined, state: PresenceState): boolean {
  const visible = element !== undefined && injected().elementState(element, "visible", true).matches;
  switch (state) {
    case "visible":
      return visible;
    case "hidden":
      return !visible;
    case "attached":
      return element !== undefined;
    case "detached":
      return element === undefined;
    default:
      return state satisfies never;
  }
}
