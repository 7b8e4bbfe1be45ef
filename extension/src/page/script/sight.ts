/** What the browser shows of elements: each fact is found out once while one tree is read. */
import { contentOf } from "./css_content.js";
import { pictureOf } from "./image_maps.js";

/** What is known of one element so far; undefined where nobody has asked. */
export class Look {
  readonly tag: string;
  readonly display: string;
  /** Whether its style lets it be seen. */
  shown: boolean | undefined;
  /** Whether it is told to nobody: not displayed, hidden by its attribute, or in no slot, here or further up. */
  away: boolean | undefined;
  hidden: boolean | undefined;
  visible: boolean | undefined;
  disabled: boolean | undefined;
  role: string | undefined;
  speaking: boolean | undefined;
  before: string | undefined;
  after: string | undefined;
  /** Whether the tree has it already. */
  told = false;

  constructor(
    element: Element,
    readonly style: CSSStyleDeclaration,
  ) {
    this.tag = tagOf(element);
    this.display = style.display;
  }

  /** Whether it flows with the text around it, as far as its style says. */
  get flows(): boolean {
    return this.display === "inline" || this.display === "";
  }
}

const UNTOLD = new Set(["STYLE", "SCRIPT", "NOSCRIPT", "TEMPLATE"]);

/** More rules than this are not searched for generated text: each element is asked instead. */
const RULES = 5_000;

type Root = Document | ShadowRoot;

/** Valid until the page's next turn. */
export class Sight {
  readonly focused: Element | null = document.hasFocus() ? document.activeElement : null;
  readonly #looks = new Map<Element, Look>();
  readonly #speaking = new Map<Root, boolean>();
  readonly #labels = new Map<Root, Map<Element, Element[]>>();
  readonly #range = document.createRange();

  at(element: Element): Look {
    let look = this.#looks.get(element);
    if (look === undefined) {
      look = new Look(element, getComputedStyle(element));
      this.#looks.set(element, look);
    }
    return look;
  }

  /** Whether a screen reader would pass over it. */
  isHidden(element: Element, look = this.at(element)): boolean {
    look.hidden ??= this.#hidden(element, look);
    return look.hidden;
  }

  #hidden(element: Element, look: Look): boolean {
    if (UNTOLD.has(look.tag)) return true;
    // Never displayed itself, and there wherever its picture is.
    if (look.tag === "AREA") return !this.#picture(element, (picture) => !this.isHidden(picture));
    const isSlot = look.tag === "SLOT";
    if (look.display === "contents" && !isSlot) return !this.#holdsAnything(element);
    const isOption = (look.tag === "OPTION" || look.tag === "OPTGROUP") && element.closest("select") !== null;
    if (!isOption && !isSlot && !this.#isShown(element, look)) return true;
    return this.#isAway(element, look);
  }

  #holdsAnything(element: Element): boolean {
    for (let child = element.firstChild; child !== null; child = child.nextSibling) {
      if (child.nodeType === Node.ELEMENT_NODE && !this.isHidden(child as Element)) return true;
      if (child.nodeType === Node.TEXT_NODE && this.#takesPlace(child)) return true;
    }
    return false;
  }

  #isShown(element: Element, look: Look): boolean {
    look.shown ??= element.checkVisibility({ visibilityProperty: true });
    return look.shown;
  }

  #isAway(element: Element, look: Look): boolean {
    look.away ??= this.#away(element, look);
    return look.away;
  }

  #away(element: Element, look: Look): boolean {
    if (look.display === "none" || isTrue(element.getAttribute("aria-hidden")) || isOutOfSlots(element)) return true;
    const parent = parentOf(element);
    return parent !== undefined && this.#isAway(parent, this.at(parent));
  }

  /** Whether it takes place on the page. */
  isVisible(element: Element, look = this.at(element)): boolean {
    look.visible ??= this.#visible(element, look);
    return look.visible;
  }

  #picture(area: Element, test: (picture: Element) => boolean): boolean {
    const picture = pictureOf(area);
    return picture !== undefined && test(picture);
  }

  #visible(element: Element, look: Look): boolean {
    if (look.tag === "AREA") return this.#picture(element, (picture) => this.isVisible(picture));
    if (look.display === "contents") return this.#firstShown(element) !== undefined;
    if (!this.#isShown(element, look)) return false;
    const { width, height } = element.getBoundingClientRect();
    return width > 0 && height > 0;
  }

  /** Whether it flows with the text around it. */
  isInline(element: Element, look: Look): boolean {
    if (look.display === "contents") return this.#firstShown(element)?.nodeType === Node.TEXT_NODE;
    return look.flows && this.#isShown(element, look);
  }

  #firstShown(element: Element): Node | undefined {
    for (let child = element.firstChild; child !== null; child = child.nextSibling) {
      if (child.nodeType === Node.ELEMENT_NODE && this.isVisible(child as Element)) return child;
      if (child.nodeType === Node.TEXT_NODE && this.#takesPlace(child)) return child;
    }
    return undefined;
  }

  #takesPlace(text: Node): boolean {
    this.#range.selectNode(text);
    const { width, height } = this.#range.getBoundingClientRect();
    this.#range.setStart(document, 0);
    this.#range.collapse(true);
    return width > 0 && height > 0;
  }

  /** The text that style sheets put before the content of `element`. */
  before(element: Element, look: Look): string {
    look.before ??= this.speaks(element, look) ? (contentOf(element, "::before") ?? "") : "";
    return look.before;
  }

  after(element: Element, look: Look): string {
    look.after ??= this.speaks(element, look) ? (contentOf(element, "::after") ?? "") : "";
    return look.after;
  }

  /** Whether any style sheet that reaches the element generates text: most pages have none that does. */
  speaks(element: Element, look: Look): boolean {
    look.speaking ??= this.#speaks(element);
    return look.speaking;
  }

  #speaks(element: Element): boolean {
    if (element.getAttribute("style")?.includes("content") === true) return true;
    if (this.#isSpeaking(element.getRootNode() as Root)) return true;
    if (element.shadowRoot !== null && this.#isSpeaking(element.shadowRoot)) return true;
    return element.assignedSlot !== null && this.#isSpeaking(element.assignedSlot.getRootNode() as Root);
  }

  #isSpeaking(root: Root): boolean {
    let speaking = this.#speaking.get(root);
    if (speaking === undefined) {
      const host = (root as Partial<ShadowRoot>).host;
      speaking = speaksIn(root) || (host !== undefined && this.#isSpeaking(host.getRootNode() as Root));
      this.#speaking.set(root, speaking);
    }
    return speaking;
  }

  /** The labels of a field, in the order of the document; each field by itself would search the whole of it. */
  labelsOf(element: Element): readonly Element[] {
    const root = element.getRootNode() as Root;
    let labels = this.#labels.get(root);
    if (labels === undefined) {
      labels = new Map();
      this.#labels.set(root, labels);
      for (const label of root.querySelectorAll("label")) {
        const { control } = label;
        if (control !== null) labels.set(control, [...(labels.get(control) ?? []), label]);
      }
    }
    return labels.get(element) ?? [];
  }
}

// eslint-disable-next-line @typescript-eslint/unbound-method -- a getter of its own is what does not fall for a field called tagName
const tagName = Object.getOwnPropertyDescriptor(Element.prototype, "tagName")?.get;

/** In capitals also in SVG; a form whose field is called tagName has one all the same. */
export function tagOf(element: Element): string {
  const tag = tagName?.call(element) as string;
  const first = tag.charCodeAt(0);
  return first >= 97 && first <= 122 ? tag.toUpperCase() : tag;
}

export function parentOf(element: Element): Element | undefined {
  return element.parentElement ?? hostOf(element);
}

/** Its host shows its own tree, and this is in no place of it. */
function isOutOfSlots(element: Element): boolean {
  const host = element.parentElement;
  return host !== null && host.shadowRoot !== null && element.assignedSlot === null;
}

function hostOf({ parentNode }: Element): Element | undefined {
  return parentNode instanceof ShadowRoot ? parentNode.host : undefined;
}

export function isTrue(attribute: string | null): boolean {
  return attribute !== null && attribute.toLowerCase() === "true";
}

function speaksIn(root: Root): boolean {
  // A connected element's root has style sheets; one that was cut off has not.
  if (!("styleSheets" in root)) return true;
  let left = RULES;
  const search = (rules: CSSRuleList): boolean => {
    for (const rule of rules) {
      if (--left < 0) return true;
      const { style, cssRules, styleSheet } = rule as Partial<CSSStyleRule & CSSImportRule>;
      if (style !== undefined && !SILENT.has(style.content)) return true;
      if (cssRules !== undefined && search(cssRules)) return true;
      if (styleSheet !== undefined && styleSheet !== null && search(styleSheet.cssRules)) return true;
    }
    return false;
  };
  try {
    return [...root.styleSheets, ...root.adoptedStyleSheets].some(({ cssRules }) => search(cssRules));
  } catch {
    // A sheet of another origin can't be read.
    return true;
  }
}

const SILENT = new Set<string | undefined>([undefined, "", "none", "normal", '""', "''"]);
