/** What is in the viewport right now: elements with place, text, and a selector that finds them again. */
import { boxOf, type Box } from "./actionable.js";
import { ofInput } from "./values.js";

export interface ViewportDomRequest {
  readonly maxElements: number;
  /** How many ancestors are named with each element. */
  readonly domDepth: number;
  readonly includeHidden: boolean;
  /** In CSS pixels, for both sides. */
  readonly minSize: number;
  /** The part of this frame's viewport that is shown by the page around it; undefined: all. */
  readonly shown?: Box | undefined;
}

export interface ViewportElement {
  readonly tag: string;
  readonly id: string;
  readonly class: string;
  readonly text: string;
  readonly rect: Box;
  readonly visible: boolean;
  readonly interactive: boolean;
  readonly selector: string;
  /** Nearest first. */
  readonly ancestors: readonly string[];
  readonly [attribute: string]: unknown;
}

export interface ViewportDom {
  readonly viewport: Readonly<Record<string, number>>;
  readonly elements: readonly ViewportElement[];
  readonly truncated: boolean;
}

const TEXT_CHARS = 200;
const SKIPPED = "script, style, noscript, template, link, meta, head, title, base";
const INTERACTIVE =
  "a[href], button, input:not([type=hidden]), select, textarea, summary, option, label, area[href], video[controls], audio[controls], [onclick], [contenteditable]:not([contenteditable=false]), [tabindex]:not([tabindex='-1']), " +
  ["button", "link", "checkbox", "radio", "tab", "menuitem", "option", "switch", "textbox", "combobox", "slider", "spinbutton", "searchbox", "treeitem"].map((role) => `[role=${role}]`).join(", ");
const TOLD_ATTRIBUTES = ["href", "name", "type", "value", "placeholder", "alt", "title", "role", "aria-label"];

export function viewportDom(request: ViewportDomRequest): ViewportDom {
  const elements: ViewportElement[] = [];
  let truncated = false;
  for (const element of everyElement(document)) {
    if (!isWanted(element, request)) continue;
    if (elements.length >= request.maxElements) {
      truncated = true;
      break;
    }
    elements.push(factsOf(element, request.domDepth));
  }
  return { viewport: viewport(), elements, truncated };
}

function viewport(): Record<string, number> {
  const { innerWidth: width, innerHeight: height, scrollX, scrollY, devicePixelRatio: deviceScaleFactor } = window;
  const { scrollWidth, scrollHeight } = document.documentElement;
  return { width, height, scrollX, scrollY, deviceScaleFactor, pageWidth: scrollWidth, pageHeight: scrollHeight };
}

/** In document order, open shadow roots included. */
function* everyElement(root: Document | ShadowRoot): Generator<Element> {
  for (const element of root.querySelectorAll("*")) {
    yield element;
    if (element.shadowRoot !== null) yield* everyElement(element.shadowRoot);
  }
}

function isWanted(element: Element, { includeHidden, minSize, shown }: ViewportDomRequest): boolean {
  if (element === document.documentElement || element.matches(SKIPPED)) return false;
  if (!isVisible(element)) return includeHidden;
  const box = element.getBoundingClientRect();
  return isInside(box, shown ?? { x: 0, y: 0, width: innerWidth, height: innerHeight }) && box.width >= minSize && box.height >= minSize;
}

function isInside({ left, top, right, bottom }: DOMRect, { x, y, width, height }: Box): boolean {
  return right > x && bottom > y && left < x + width && top < y + height;
}

function isVisible(element: Element): boolean {
  const { width, height } = element.getBoundingClientRect();
  return width > 0 && height > 0 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
}

function factsOf(element: Element, depth: number): ViewportElement {
  const attributes = TOLD_ATTRIBUTES.filter((name) => element.hasAttribute(name)).map((name) => [name, told(element, name)] as const);
  return {
    ...(Object.fromEntries(attributes) as Record<string, string | null>),
    tag: element.tagName.toLowerCase(),
    id: element.id,
    class: element.getAttribute("class") ?? "",
    text: textOf(element),
    rect: boxOf(element),
    visible: isVisible(element),
    interactive: element.matches(INTERACTIVE),
    selector: selectorOf(element),
    ancestors: ancestorsOf(element, depth),
  };
}

/** Of a secret only that there is one. */
function told(element: Element, name: string): string | null {
  return (name === "value" && element instanceof HTMLInputElement && element.type === "password" ? ofInput(element) : undefined) ?? element.getAttribute(name);
}

/** Of containers only what stands in them directly: the rest is told by their children. */
function textOf(element: Element): string {
  const text = element.matches(INTERACTIVE)
    ? element.textContent
    : [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.textContent ?? "").join(" ");
  const plain = text.replace(/\s+/g, " ").trim();
  return plain.length > TEXT_CHARS ? `${plain.slice(0, TEXT_CHARS - 1)}…` : plain;
}

function parentOf(element: Element): Element | undefined {
  const root = element.getRootNode();
  return element.parentElement ?? (root instanceof ShadowRoot ? root.host : undefined);
}

function ancestorsOf(element: Element, depth: number): string[] {
  const found: string[] = [];
  for (let at = parentOf(element); at !== undefined && found.length < depth; at = parentOf(at)) {
    const classes = [...at.classList].slice(0, 3).map((name) => `.${name}`);
    found.push(`${at.tagName.toLowerCase()}${at.id === "" ? "" : `#${at.id}`}${classes.join("")}`);
  }
  return found;
}

/** The shortest of a few readings that finds this element and no other; through shadow roots, since ours pierce them. */
export function selectorOf(element: Element): string {
  const root = element.getRootNode();
  const within = root instanceof ShadowRoot ? root : document;
  const unique = (selector: string): boolean => within.querySelectorAll(selector).length === 1;
  const own = shortest(element, unique);
  return root instanceof ShadowRoot ? `${selectorOf(root.host)} ${own}` : own;
}

function shortest(element: Element, unique: (selector: string) => boolean): string {
  let path = "";
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    const tag = CSS.escape(at.tagName.toLowerCase());
    const tail = path === "" ? "" : ` > ${path}`;
    if (at.id !== "" && unique(`#${CSS.escape(at.id)}${tail}`)) return `#${CSS.escape(at.id)}${tail}`;
    const name = at.getAttribute("name");
    if (path === "" && name !== null && unique(`${tag}[name=${JSON.stringify(name)}]`)) return `${tag}[name=${JSON.stringify(name)}]`;
    path = `${tag}${nth(at)}${tail}`;
    if (unique(path)) return path;
  }
  return path;
}

function nth(element: Element): string {
  const alike = [...(element.parentNode?.children ?? [])].filter((other) => other.tagName === element.tagName);
  return alike.length > 1 ? `:nth-of-type(${String(alike.indexOf(element) + 1)})` : "";
}
