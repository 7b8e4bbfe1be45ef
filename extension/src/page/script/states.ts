/** What an element says of its state: checked, expanded, disabled and so on. */
import { isSwitchedOff } from "./roles.js";
import { isTrue, parentOf, type Sight } from "./sight.js";

export interface States {
  checked: boolean | "mixed" | undefined;
  disabled: boolean | undefined;
  expanded: boolean | undefined;
  invalid: boolean | "grammar" | "spelling" | undefined;
  level: number | undefined;
  modal: boolean | undefined;
  pressed: boolean | "mixed" | undefined;
  selected: boolean | undefined;
}

const set = (words: string): ReadonlySet<string> => new Set(words.split(" "));

const CHECKED = set("checkbox menuitemcheckbox option radio switch menuitemradio treeitem");
const DISABLED = set(
  "application button composite gridcell group input link menuitem scrollbar separator tab checkbox columnheader combobox grid listbox menu menubar menuitemcheckbox menuitemradio " +
    "option radio radiogroup row rowheader searchbox select slider spinbutton switch tablist textbox toolbar tree treegrid treeitem",
);
const EXPANDED = set("application button checkbox combobox gridcell link listbox menuitem row rowheader tab treeitem columnheader menuitemcheckbox menuitemradio switch");
const INVALID = set("application checkbox columnheader combobox gridcell listbox radiogroup rowheader searchbox slider spinbutton switch textbox tree");
const SELECTED = set("gridcell option row tab rowheader columnheader treeitem");
const DIALOGS = set("dialog alertdialog");
const LEVELLED = set("heading listitem row treeitem");
const STATED = new Set([...CHECKED, ...DISABLED, ...EXPANDED, ...INVALID, ...SELECTED, ...LEVELLED]);

/** Notes those that its role can have. */
export function noteStates(sight: Sight, node: States & { readonly role: string; readonly element: Element }, tag: string): void {
  const { element, role } = node;
  noteOpenness(node, tag);
  if (!STATED.has(role)) return;
  if (CHECKED.has(role)) node.checked = checked(element, tag);
  if (DISABLED.has(role)) node.disabled = isSwitchedOff(element) || isDeclaredOff(sight, element);
  if (EXPANDED.has(role)) node.expanded = isTrue(element.getAttribute("aria-expanded"));
  if (LEVELLED.has(role)) node.level = level(element, tag);
  if (INVALID.has(role)) node.invalid = invalid(element.getAttribute("aria-invalid"));
  noteChoice(node, tag);
}

function noteOpenness(node: States & { readonly role: string; readonly element: Element }, tag: string): void {
  const { element, role } = node;
  if (tag === "SUMMARY") node.expanded = element.matches("details[open] > summary");
  if (DIALOGS.has(role)) node.modal = element.matches(":modal") || isTrue(element.getAttribute("aria-modal"));
}

function noteChoice(node: States & { readonly role: string; readonly element: Element }, tag: string): void {
  const { element, role } = node;
  if (role === "button") node.pressed = mixed(element.getAttribute("aria-pressed"));
  if (SELECTED.has(role)) node.selected = tag === "OPTION" ? (element as HTMLOptionElement).selected : isTrue(element.getAttribute("aria-selected"));
}

function checked(element: Element, tag: string): boolean | "mixed" {
  if (tag !== "INPUT") return mixed(element.getAttribute("aria-checked"));
  const input = element as HTMLInputElement;
  if (input.indeterminate) return "mixed";
  return input.type === "checkbox" || input.type === "radio" ? input.checked : mixed(element.getAttribute("aria-checked"));
}

function mixed(attribute: string | null): boolean | "mixed" {
  const word = attribute?.toLowerCase();
  return word === "mixed" ? "mixed" : word === "true";
}

function invalid(attribute: string | null): boolean | "grammar" | "spelling" {
  const word = attribute?.toLowerCase() ?? "";
  if (word.trim() === "" || word === "false") return false;
  return word === "grammar" || word === "spelling" ? word : true;
}

function level(element: Element, tag: string): number {
  if (/^H[1-6]$/.test(tag)) return Number(tag[1]);
  const attribute = element.getAttribute("aria-level");
  const value = attribute === null ? Number.NaN : Number(attribute);
  return Number.isInteger(value) && value >= 1 ? value : 0;
}

/** By the nearest word on it, its own or that of what it is in. */
function isDeclaredOff(sight: Sight, element: Element): boolean {
  const look = sight.at(element);
  if (look.disabled === undefined) {
    const word = element.getAttribute("aria-disabled")?.toLowerCase();
    const parent = word === "true" || word === "false" ? undefined : parentOf(element);
    look.disabled = word === "true" || (parent !== undefined && isDeclaredOff(sight, parent));
  }
  return look.disabled;
}
