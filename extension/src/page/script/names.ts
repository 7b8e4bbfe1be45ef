/** The accessible names of elements, computed as the W3C describes it. */
import { contentOf } from "./css_content.js";
import { named, roleOf } from "./roles.js";
import type { Look, Sight } from "./sight.js";
import { valueOf } from "./values.js";

/** A text, and the elements that it was taken from. */
export interface Said {
  readonly text: string;
  readonly sources: readonly Element[];
}

/** How one came to an element: for itself, as a part of what is named, or because something refers to it. */
interface Way {
  readonly part: "self" | "inside" | undefined;
  /** What refers to it, and whether the reference is to something hidden, of which then all is told. */
  readonly labelledBy?: "shown" | "hidden" | undefined;
  readonly label?: "shown" | "hidden" | undefined;
  readonly caption?: "shown" | "hidden" | undefined;
  readonly seen: Set<Element>;
}

/** An element that is to be named. */
interface Case {
  readonly element: Element;
  readonly look: Look;
  readonly role: string;
  readonly way: Way;
  /** The way to its parts. */
  readonly inside: Way;
  /** What its attribute refers to. */
  readonly labels: readonly Element[];
}

const NOTHING: Said = { text: "", sources: [] };

const set = (words: string): ReadonlySet<string> => new Set(words.split(" "));

const NAMELESS = set("caption code definition deletion emphasis generic insertion mark paragraph presentation strong subscript suggestion superscript term time");
const BY_CONTENT = set("button cell checkbox columnheader gridcell heading link menuitem menuitemcheckbox menuitemradio option radio row rowheader switch tab tooltip treeitem");
const INSIDE_BY_CONTENT = new Set([
  "",
  ...set("caption code contentinfo definition deletion emphasis insertion list listitem mark none paragraph presentation region row rowgroup section strong subscript superscript table term time"),
]);
const VALUED = set("textbox searchbox combobox listbox progressbar scrollbar slider spinbutton meter menu");
const FIELDS = set("BUTTON OUTPUT TEXTAREA SELECT METER PROGRESS");
const HINTED = set("text password number search tel email url");
const CAPTIONS: Readonly<Record<string, string>> = { FIELDSET: "LEGEND", FIGURE: "FIGCAPTION", TABLE: "CAPTION" };

export class Names {
  constructor(private readonly sight: Sight) {}

  /** The name of `element`, not tidied. */
  of(element: Element, look: Look): Said {
    const role = roleOf(this.sight, element, look);
    return role !== null && NAMELESS.has(role) ? NOTHING : this.#say(element, { part: "self", seen: new Set() });
  }

  #say(element: Element, way: Way): Said {
    if (way.seen.has(element)) return NOTHING;
    const look = this.sight.at(element);
    const isUntold = UNTOLD.has(look.tag) || (!isIntoHidden(way) && this.sight.isHidden(element, look));
    const said = isUntold ? NOTHING : this.#sayOf(this.#caseOf(element, look, way));
    way.seen.add(element);
    return said;
  }

  #caseOf(element: Element, look: Look, way: Way): Case {
    const role = roleOf(this.sight, element, look) ?? "";
    const inside: Way = way.part === "self" ? { ...way, part: "inside" } : way;
    return { element, look, role, way, inside, labels: labellers(element) };
  }

  #sayOf(one: Case): Said {
    return this.#byReference(one) ?? this.#byValue(one) ?? byAttribute(one) ?? this.#byTag(one) ?? this.#byContent(one) ?? byTitle(one);
  }

  #byReference({ labels, way }: Case): Said | undefined {
    if (way.labelledBy !== undefined || labels.length === 0) return undefined;
    const said = joined(labels.map((label) => this.#say(label, { part: undefined, seen: way.seen, labelledBy: this.#ifHidden(label) })));
    return said.text === "" ? undefined : said;
  }

  #byLabels(labels: readonly Element[], way: Way): Said | undefined {
    if (labels.length === 0) return undefined;
    const told = labels.map((label) => this.#say(label, { part: undefined, seen: way.seen, label: this.#ifHidden(label) }));
    return joined(told.filter(({ text }) => text !== ""));
  }

  #ifHidden(element: Element): "shown" | "hidden" {
    return this.sight.isHidden(element) ? "hidden" : "shown";
  }

  /** What a field holds is its part in the name of what is around it. */
  #byValue(one: Case): Said | undefined {
    const { element, role, way, labels } = one;
    if (!VALUED.has(role) || labels.includes(element)) return undefined;
    if (way.label === undefined && way.labelledBy === undefined && way.part !== "inside") return undefined;
    way.seen.add(element);
    return this.#held(one);
  }

  #held({ element, look: { tag }, role, inside }: Case): Said {
    switch (role) {
      case "textbox":
      case "searchbox":
        return from(valueOf(element, tag, role) ?? element.textContent, element);
      case "combobox":
      case "listbox":
        return this.#chosen(element, tag, role, inside);
      case "menu":
        return NOTHING;
      default:
        return from(["aria-valuetext", "aria-valuenow", "value"].map((name) => element.getAttribute(name)).find((value) => value !== null) ?? "", element);
    }
  }

  #chosen(element: Element, tag: string, role: string, inside: Way): Said {
    const options = tag === "SELECT" ? chosenIn(element as HTMLSelectElement) : this.#selected(element, role);
    if (options.length === 0 && tag === "INPUT") return from((element as HTMLInputElement).value, element);
    return joined(options.map((option) => this.#say(option, inside)));
  }

  #selected(element: Element, role: string): readonly Element[] {
    const list = role === "combobox" ? withOwned(element, "*").find((one) => roleOf(this.sight, one) === "listbox") : element;
    if (list === undefined) return [];
    return withOwned(list, '[aria-selected="true" i]').filter((one) => roleOf(this.sight, one) === "option");
  }

  /** What HTML itself has for a name. */
  #byTag(one: Case): Said | undefined {
    const { element, look, way } = one;
    if (isForEyes(one)) return undefined;
    way.seen.add(element);
    if (look.tag === "INPUT") return this.#byType(element as HTMLInputElement, one);
    if (FIELDS.has(look.tag)) return this.#byField(one);
    if (look.tag === "OPTGROUP") return from(attribute(element, "label"), element);
    if (look.tag in CAPTIONS) return this.#byCaption(one);
    if (look.tag === "IMG" || look.tag === "AREA") return from(either(attribute(element, "alt"), element.getAttribute("title")), element);
    return look.tag === "SVG" || isDrawn(element) ? this.#byDrawing(one) : undefined;
  }

  #byField({ element, look: { tag }, way, labels }: Case): Said | undefined {
    if (labels.length > 0) return undefined;
    const said = this.#byLabels(this.sight.labelsOf(element), way);
    if (said !== undefined || tag === "BUTTON") return said;
    const title = element.getAttribute("title") ?? "";
    const isHinted = tag === "TEXTAREA" || (tag === "INPUT" && HINTED.has((element as HTMLInputElement).type));
    return from(title === "" && isHinted ? (element.getAttribute("placeholder") ?? "") : title, element);
  }

  #byType(input: HTMLInputElement, one: Case): Said | undefined {
    switch (input.type) {
      case "button":
        return from(either(worded(input.value), input.getAttribute("title")), input);
      case "submit":
        return from(either(worded(input.value), "Submit"), input);
      case "reset":
        return from(either(worded(input.value), "Reset"), input);
      case "file":
        return this.#byOwnLabels(input, one) ?? from("Choose File", input);
      case "image":
        return this.#byOwnLabels(input, one) ?? from(either(attribute(input, "alt"), either(attribute(input, "title"), "Submit")), input);
      default:
        return this.#byField(one);
    }
  }

  #byOwnLabels(input: HTMLInputElement, { way }: Case): Said | undefined {
    return way.labelledBy === undefined ? this.#byLabels(this.sight.labelsOf(input), way) : undefined;
  }

  #byCaption({ element, look: { tag }, inside, labels }: Case): Said | undefined {
    if (labels.length > 0 && tag !== "TABLE") return undefined;
    for (const child of element.children) {
      if (this.sight.at(child).tag === CAPTIONS[tag]) return this.#say(child, { ...inside, caption: this.#ifHidden(child) });
    }
    if (tag !== "TABLE") return from(element.getAttribute("title") ?? "", element);
    const summary = element.getAttribute("summary") ?? "";
    return summary === "" ? undefined : from(summary, element);
  }

  #byDrawing({ element, look: { tag }, inside }: Case): Said | undefined {
    for (const child of element.children) {
      if (this.sight.at(child).tag === "TITLE" && isDrawn(child)) return this.#say(child, { ...inside, labelledBy: this.#ifHidden(child) });
    }
    const title = tag === "A" && isDrawn(element) ? attribute(element, "xlink:title") : "";
    return title === "" ? undefined : from(title, element);
  }

  #byContent(one: Case): Said | undefined {
    const { element, way } = one;
    if (!takesContent(one)) return undefined;
    way.seen.add(element);
    const content = this.#content(one);
    if (content.text.trim() !== "") return { text: content.text, sources: [...content.sources, element] };
    return way.part !== "self" && content.text !== "" ? content : undefined;
  }

  /** The words of everything inside, in the order in which it is read. */
  #content({ element, look, inside }: Case): Said {
    const { sight } = this;
    const speaks = sight.speaks(element, look);
    if (!speaks && isPlain(element, look)) return { text: this.#textOf(element.firstChild as Text, inside), sources: [] };
    const words = new Words(sight.before(element, look));
    const instead = speaks ? contentOf(element) : undefined;
    if (instead !== undefined) words.text += instead;
    else for (const node of partsOf(element, look)) this.#add(node, inside, words);
    return { text: words.text + sight.after(element, look), sources: words.sources };
  }

  #textOf(text: Text, way: Way): string {
    return isIntoHidden(way) || isRendered(text) ? (text.nodeValue ?? "") : "";
  }

  #add(node: Node, way: Way, words: Words): void {
    if (node.nodeType === Node.TEXT_NODE) {
      words.text += this.#textOf(node as Text, way);
    } else if (node.nodeType === Node.ELEMENT_NODE) {
      const said = this.#say(node as Element, way);
      const look = this.sight.at(node as Element);
      if (said.sources.length > 0) words.sources.push(...said.sources);
      words.text += look.flows && look.tag !== "BR" ? said.text : ` ${said.text} `;
    }
  }
}

class Words {
  readonly sources: Element[] = [];

  constructor(public text: string) {}
}

/** What stands in `element` where it is shown: what its slot was given, or its own nodes, those of its shadow tree, and those that it owns. */
function* partsOf(element: Element, { tag }: Look): Generator<Node> {
  const assigned = tag === "SLOT" ? (element as HTMLSlotElement).assignedNodes() : [];
  yield* assigned;
  if (assigned.length > 0) return;
  for (let child = element.firstChild; child !== null; child = child.nextSibling) if (!isSlotted(child)) yield child;
  const { shadowRoot } = element;
  for (let child = shadowRoot?.firstChild ?? null; child !== null; child = child.nextSibling) yield child;
  for (const owned of named(element, element.getAttribute("aria-owns"))) if (!isSlotted(owned)) yield owned;
}

/** Whether there is one text in it, and nothing else. */
export function isOneText({ firstChild, lastChild }: Element): boolean {
  return firstChild !== null && firstChild === lastChild && firstChild.nodeType === Node.TEXT_NODE;
}

function isPlain(element: Element, { tag }: Look): boolean {
  return isOneText(element) && tag !== "SLOT" && element.shadowRoot === null && !element.hasAttribute("aria-owns");
}

/** Whether it is shown in a slot, and not where it stands. */
export function isSlotted(node: Node): boolean {
  return ((node as Partial<Slottable>).assignedSlot ?? null) !== null;
}

function takesContent({ look: { tag }, role, way }: Case): boolean {
  if (BY_CONTENT.has(role) || (way.part === "inside" && INSIDE_BY_CONTENT.has(role))) return true;
  if (tag === "SUMMARY" && !isForEyes({ role })) return true;
  return way.labelledBy !== undefined || way.label !== undefined || way.caption !== undefined;
}

function byAttribute({ element }: Case): Said | undefined {
  const label = attribute(element, "aria-label");
  return label === "" ? undefined : from(label, element);
}

function byTitle(one: Case): Said {
  const isFrame = one.look.tag === "IFRAME" || one.look.tag === "FRAME";
  return isForEyes(one) && !isFrame ? NOTHING : from(attribute(one.element, "title"), one.element);
}

function isForEyes({ role }: Pick<Case, "role">): boolean {
  return role === "presentation" || role === "none";
}

function either(text: string, other: string | null): string {
  return text === "" ? (other ?? "") : text;
}

/** The attribute when it says anything. */
function attribute(element: Element, name: string): string {
  return worded(element.getAttribute(name) ?? "");
}

function worded(text: string): string {
  return text.trim() === "" ? "" : text;
}

function isDrawn(element: Element): boolean {
  return element instanceof SVGElement && element.ownerSVGElement !== null;
}

const UNTOLD = set("STYLE SCRIPT NOSCRIPT TEMPLATE");

function isIntoHidden({ labelledBy, label, caption }: Way): boolean {
  return labelledBy === "hidden" || label === "hidden" || caption === "hidden";
}

/** What is in a closed `details`, or in no slot, is not. */
export function isRendered(text: Text): boolean {
  const parent = text.parentElement;
  if (parent === null) return true;
  if (parent.shadowRoot !== null && text.assignedSlot === null) return false;
  return !(parent instanceof HTMLDetailsElement && !parent.open);
}

function labellers(element: Element): readonly Element[] {
  if (!element.hasAttribute("aria-labelledby")) return [];
  return element.ariaLabelledByElements ?? named(element, element.getAttribute("aria-labelledby"));
}

function chosenIn({ selectedOptions, options }: HTMLSelectElement): readonly Element[] {
  return selectedOptions.length > 0 ? [...selectedOptions] : [...options].slice(0, 1);
}

function withOwned(element: Element, selector: string): readonly Element[] {
  const owned = named(element, element.getAttribute("aria-owns"));
  return [...element.querySelectorAll(selector), ...owned.flatMap((one) => [...(one.matches(selector) ? [one] : []), ...one.querySelectorAll(selector)])];
}

function from(text: string, element: Element): Said {
  return text === "" ? NOTHING : { text, sources: [element] };
}

function joined(parts: readonly Said[]): Said {
  if (parts.length === 1 && parts[0] !== undefined) return parts[0];
  return { text: parts.map(({ text }) => text).join(" "), sources: parts.flatMap(({ sources }) => sources) };
}
