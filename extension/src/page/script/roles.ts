/** The ARIA roles of elements, as they are given and as HTML implies them. */
import { parentOf, tagOf, type Sight } from "./sight.js";

const KNOWN = new Set(
  ("alert alertdialog application article banner blockquote button caption cell checkbox code columnheader combobox complementary contentinfo definition deletion dialog " +
    "directory document emphasis feed figure form generic grid gridcell group heading img insertion link list listbox listitem log main mark marquee math meter menu menubar " +
    "menuitem menuitemcheckbox menuitemradio navigation none note option paragraph presentation progressbar radio radiogroup region row rowgroup rowheader scrollbar search " +
    "searchbox separator slider spinbutton status strong subscript superscript switch tab table tablist tabpanel term textbox time timer toolbar tooltip tree treegrid treeitem").split(" "),
);

const PLAIN: Readonly<Record<string, string>> = {
  ARTICLE: "article", ASIDE: "complementary", BLOCKQUOTE: "blockquote", BUTTON: "button", CAPTION: "caption", CODE: "code", DATALIST: "listbox", DD: "definition",
  DEL: "deletion", DETAILS: "group", DFN: "term", DIALOG: "dialog", DT: "term", EM: "emphasis", FIELDSET: "group", FIGURE: "figure", H1: "heading", H2: "heading",
  H3: "heading", H4: "heading", H5: "heading", H6: "heading", HR: "separator", HTML: "document", INS: "insertion", LI: "listitem", MAIN: "main", MARK: "mark", MATH: "math",
  MENU: "list", METER: "meter", NAV: "navigation", OL: "list", OPTGROUP: "group", OPTION: "option", OUTPUT: "status", P: "paragraph", PROGRESS: "progressbar",
  SEARCH: "search", STRONG: "strong", SUB: "subscript", SUP: "superscript", SVG: "img", TABLE: "table", TBODY: "rowgroup", TEXTAREA: "textbox", TFOOT: "rowgroup",
  THEAD: "rowgroup", TIME: "time", TR: "row", UL: "list",
};

const INPUTS: Readonly<Record<string, string | null>> = {
  button: "button", checkbox: "checkbox", image: "button", number: "spinbutton", radio: "radio", range: "slider", reset: "button", submit: "button", hidden: null, file: "button",
};

const DEPENDING: Readonly<Record<string, (element: Element) => string | null>> = {
  A: linked,
  AREA: linked,
  FOOTER: (element) => (closest(element, SECTIONING) === undefined ? "contentinfo" : null),
  FORM: (element) => (isNamed(element) ? "form" : null),
  HEADER: (element) => (closest(element, SECTIONING) === undefined ? "banner" : null),
  IMG: (element) => (element.getAttribute("alt") === "" && !has(element, "title") && !hasGlobal(element, "") && !hasTabIndex(element) ? "presentation" : "img"),
  INPUT: (element) => inputRole(element as HTMLInputElement),
  SECTION: (element) => (isNamed(element) ? "region" : null),
  SELECT: (element) => ((element as HTMLSelectElement).multiple || (element as HTMLSelectElement).size > 1 ? "listbox" : "combobox"),
  TD: (element) => (/^(grid|treegrid)$/.test(given(closest(element, "table")) ?? "") ? "gridcell" : "cell"),
  TH: (element) => headerRole(element),
};

const SECTIONING =
  "article:not([role]), aside:not([role]), main:not([role]), nav:not([role]), section:not([role]), [role=article], [role=complementary], [role=main], [role=navigation], [role=region]";

/** Whose parts lose their role with these when they are declared to be for the eyes only. */
const WHOLES: Readonly<Record<string, readonly string[]>> = {
  DD: ["DL", "DIV"], DIV: ["DL"], DT: ["DL", "DIV"], LI: ["OL", "UL"], TBODY: ["TABLE"], TD: ["TR"], TFOOT: ["TABLE"], TH: ["TR"], THEAD: ["TABLE"],
  TR: ["THEAD", "TBODY", "TFOOT", "TABLE"],
};

const GLOBAL = "atomic busy controls current describedby details dropeffect flowto grabbed hidden keyshortcuts live owns relevant".split(" ").map((name) => `aria-${name}`);
const NAMELESS = new Set("caption code deletion emphasis generic insertion paragraph presentation strong subscript superscript".split(" "));

/** Null: none. */
export function roleOf(sight: Sight, element: Element, look = sight.at(element)): string | null {
  look.role ??= found(element, look.tag) ?? "";
  return look.role === "" ? null : look.role;
}

function found(element: Element, tag: string): string | null {
  const role = given(element);
  if (role === null) return implied(element, tag);
  if (!isForEyes(role)) return role;
  const own = implied(element, tag);
  return insists(element, own) ? own : role;
}

/** The first known role of the attribute. */
function given(element: Element | undefined): string | null {
  const attribute = element?.getAttribute("role") ?? "";
  if (attribute === "") return null;
  return attribute.toLowerCase().split(" ").map((word) => word.trim()).find((word) => KNOWN.has(word)) ?? null;
}

function implied(element: Element, tag: string): string | null {
  const role = PLAIN[tag] ?? DEPENDING[tag]?.(element) ?? null;
  if (role === null) return null;
  for (let whole = wholeOf(element, tag); whole !== undefined; whole = wholeOf(whole, tagOf(whole))) {
    const declared = given(whole);
    if (isForEyes(declared) && !insists(whole, declared)) return declared;
  }
  return role;
}

function wholeOf(element: Element, tag: string): Element | undefined {
  const wholes = WHOLES[tag];
  const parent = wholes === undefined ? undefined : parentOf(element);
  return parent !== undefined && wholes?.includes(tagOf(parent)) === true ? parent : undefined;
}

function isForEyes(role: string | null): boolean {
  return role === "none" || role === "presentation";
}

/** What says something to everybody, or can have the focus, is not for the eyes only, whatever it declares. */
function insists(element: Element, role: string | null): boolean {
  return hasGlobal(element, role ?? "") || (!isSwitchedOff(element) && (takesFocus(element) || hasTabIndex(element)));
}

function hasGlobal(element: Element, role: string): boolean {
  if (!element.hasAttributes()) return false;
  if (GLOBAL.some((name) => element.hasAttribute(name))) return true;
  if (!NAMELESS.has(role) && isNamed(element)) return true;
  return role !== "generic" && element.hasAttribute("aria-roledescription");
}

function isNamed(element: Element): boolean {
  return element.hasAttribute("aria-label") || element.hasAttribute("aria-labelledby");
}

function has(element: Element, name: string): boolean {
  return (element.getAttribute(name) ?? "") !== "";
}

function hasTabIndex(element: Element): boolean {
  const given = element.getAttribute("tabindex");
  return given !== null && !Number.isNaN(Number(given));
}

function takesFocus(element: Element): boolean {
  switch (tagOf(element)) {
    case "BUTTON":
    case "DETAILS":
    case "SELECT":
    case "TEXTAREA":
      return true;
    case "A":
    case "AREA":
      return element.hasAttribute("href");
    case "INPUT":
      return !(element as HTMLInputElement).hidden;
    default:
      return false;
  }
}

const SWITCHED = new Set(["BUTTON", "INPUT", "SELECT", "TEXTAREA", "OPTION", "OPTGROUP"]);

/** Whether HTML has it disabled, itself or with the group that it belongs to. */
export function isSwitchedOff(element: Element): boolean {
  const tag = tagOf(element);
  if (!SWITCHED.has(tag)) return false;
  if (element.hasAttribute("disabled") || (tag === "OPTION" && element.closest("OPTGROUP[DISABLED]") !== null)) return true;
  const group = element.closest("FIELDSET[DISABLED]");
  // Its legend goes on working.
  return group !== null && group.querySelector(":scope > LEGEND")?.contains(element) !== true;
}

/** The nearest ancestor, itself included, also outside its shadow tree. */
function closest(element: Element, selector: string): Element | undefined {
  let from: Element | undefined = element;
  while (from !== undefined) {
    const near: Element | null = from.closest(selector);
    if (near !== null) return near;
    const root: Node = from.getRootNode();
    from = root instanceof ShadowRoot ? root.host : undefined;
  }
  return undefined;
}

function linked(element: Element): string | null {
  return element.hasAttribute("href") ? "link" : null;
}

function inputRole(input: HTMLInputElement): string | null {
  const type = input.type.toLowerCase();
  if (!/^(email|search|tel|text|url|)$/.test(type)) {
    const role = INPUTS[type];
    return role === undefined ? "textbox" : role;
  }
  const [list] = named(input, input.getAttribute("list"));
  if (list !== undefined && tagOf(list) === "DATALIST") return "combobox";
  return type === "search" ? "searchbox" : "textbox";
}

const SCOPES: Readonly<Record<string, string>> = { col: "columnheader", colgroup: "columnheader", row: "rowheader", rowgroup: "rowheader" };

function headerRole(cell: Element): string | null {
  const { nextElementSibling: next, previousElementSibling: previous } = cell;
  const scoped = SCOPES[cell.getAttribute("scope") ?? ""];
  if (scoped !== undefined) return scoped;
  if (next === null && previous === null) return isWholeTable(cell) ? null : "columnheader";
  if (isHeader(next) && isHeader(previous)) return "columnheader";
  return holdsData(next) || holdsData(previous) ? "rowheader" : "columnheader";
}

function isHeader(cell: Element | null): boolean {
  return cell !== null && tagOf(cell) === "TH";
}

function isWholeTable({ parentElement: row }: Element): boolean {
  const table = row !== null && tagOf(row) === "TR" ? closest(row, "table") : undefined;
  return table !== undefined && (table as HTMLTableElement).rows.length <= 1;
}

function holdsData(cell: Element | null): boolean {
  return cell !== null && tagOf(cell) === "TD" && (cell.textContent.trim() !== "" || cell.children.length > 0);
}

/** The elements that a list of ids names, in its order. */
export function named(element: Element, ids: string | null): Element[] {
  if (ids === null || ids === "") return [];
  const root = element.getRootNode();
  if (!(root instanceof Document || root instanceof ShadowRoot)) return [];
  const found = ids.split(/[ \t\n\f\r]+/).map((id) => (id === "" ? null : root.getElementById(id)));
  return [...new Set(found.filter((one) => one !== null))];
}
