/** Fields: giving them the focus, a value, an option, a tick. */
import { injected } from "./injected.js";
import type { Look, Trouble } from "./waiting.js";

/** What is left to do with the keyboard after the page's part; into "plain" text may be pasted. */
export type Focused = "keys" | "plain" | "click_first" | "set";

/** What is meant by an element: of a label its field. */
export function fieldOf(element: Element): Element {
  return injected().retarget(element, "follow-label") ?? element;
}

/** Puts the caret into the element. "click_first": it does not take the focus from a script. */
export function focus(element: Element, clear: boolean): Focused {
  if (clear && isTextual(element)) injected().selectText(element);
  else injected().focusNode(element);
  if (!clear) caretToEnd(element);
  if (!hasFocus(element)) return "click_first";
  return element instanceof HTMLTextAreaElement ? "plain" : "keys";
}

const CLICK = "click it with browser_interact click";
const TICK = `${CLICK}, or give it a value with fill_form`;
/** What is done with fields that take no text. */
const UNTYPED: Readonly<Record<string, string>> = {
  button: CLICK, checkbox: TICK, file: "give it files with browser_interact upload", image: CLICK, radio: TICK, reset: CLICK, submit: CLICK,
};

/** Keys that come to such a field would change nothing, or something else. */
export function takesNoText(element: Element | undefined): Trouble | undefined {
  const field = element === undefined ? undefined : fieldOf(element);
  const instead = field instanceof HTMLInputElement ? UNTYPED[field.type] : undefined;
  if (instead === undefined) return undefined;
  return { code: "INVALID_ARGUMENTS", message: `an input of type ${(field as HTMLInputElement).type} takes no text; ${instead}` };
}

/** Puts `text` in the place of the selection. The browser's own way takes the square of the lines: 15 s for 2,000. */
export function paste(area: HTMLTextAreaElement, text: string): true {
  const room = area.maxLength < 0 ? Infinity : area.maxLength - area.textLength + area.selectionEnd - area.selectionStart;
  const data = text.slice(0, Math.max(0, room));
  area.setRangeText(data, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true, inputType: "insertFromPaste", data }));
  return true;
}

function isTextual(element: Element): boolean {
  return element.matches("input, textarea") || (element as HTMLElement).isContentEditable;
}

function hasFocus(element: Element): boolean {
  const root = element.getRootNode() as Document | ShadowRoot;
  const active = root.activeElement;
  return active !== null && (active === element || element.contains(active) || active.contains(element) && (active as HTMLElement).isContentEditable);
}

function caretToEnd(element: Element): void {
  if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) {
    const end = element.value.length;
    try {
      element.setSelectionRange(end, end);
    } catch {
      // Fields for numbers, dates and mail have no selection; their caret is where the browser put it.
    }
  } else if ((element as HTMLElement).isContentEditable) {
    const selection = getSelection();
    selection?.selectAllChildren(element);
    selection?.collapseToEnd();
  }
}

const SET_ONLY = new Set(["color", "date", "time", "datetime-local", "month", "range", "week"]);

/** Fields whose value typing can't give: pickers and sliders. */
export function isSetOnly(element: Element): element is HTMLInputElement {
  return element instanceof HTMLInputElement && SET_ONLY.has(element.type);
}

/** Fills in one go. "keys": the old text is selected now and the new one has yet to be inserted. */
export function fill(element: Element, value: FieldValue): Filled | Trouble {
  const field = fieldOf(element);
  if (field instanceof HTMLSelectElement) {
    const chosen = choose(field, { valueOrLabel: [String(value)] });
    return "values" in chosen ? "done" : chosen;
  }
  if (field instanceof HTMLInputElement && field.type === "checkbox") return ticks(field, value);
  if (field instanceof HTMLInputElement && field.type === "radio") return choosesRadio(field, value);
  if (field.matches("[role=checkbox], [role=switch], [role=radio]")) {
    return (field.getAttribute("aria-checked") === "true") === isYes(value) ? "done" : "click";
  }
  return malformed(field, String(value)) ?? fillText(element, value);
}

export type FieldValue = string | number | boolean;
export type Filled = "done" | "keys" | "click";

function fillText(element: Element, value: FieldValue): Filled | Trouble {
  try {
    const filled = injected().fill(element, String(value));
    if (filled === "error:notconnected") return { code: "STALE_REF", message: "the field has left the page" };
    return filled === "done" ? "done" : "keys";
  } catch (error) {
    return { code: "INVALID_ARGUMENTS", message: error instanceof Error ? error.message : String(error) };
  }
}

/** How the values are written that Chromium throws away, or changes, when they are written otherwise. */
const WRITTEN: Readonly<Record<string, string>> = {
  color: "#ff8800", date: "2031-12-24", "datetime-local": "2031-12-24T18:30", month: "2031-12", time: "18:30", week: "2031-W52",
};

/** What is wrong with a value that the field would not take as it is. */
function malformed(field: Element, value: string): Trouble | undefined {
  if (!isSetOnly(field) || value === "" || takes(field, value)) return undefined;
  const { type, min, max, step } = field;
  const said =
    type === "range"
      ? `the slider goes from ${min || "0"} to ${max || "100"} in steps of ${step || "1"}, not to ${value}`
      : `a ${type} is written like ${WRITTEN[type] ?? ""}, not ${JSON.stringify(value)}`;
  return { code: "INVALID_ARGUMENTS", message: said };
}

function takes(field: HTMLInputElement, value: string): boolean {
  if (field.type === "color") return CSS.supports("color", value);
  const probe = field.cloneNode() as HTMLInputElement;
  probe.value = value;
  return field.type === "range" ? Number(probe.value) === Number(value) : probe.value !== "";
}

/** A radio button may also be named by its group and chosen by its value. */
function choosesRadio(radio: HTMLInputElement, value: FieldValue): Filled | Trouble {
  if (typeof value !== "string" || YES_NO.test(value)) {
    return isYes(value) || !radio.checked ? tick(radio, isYes(value)) : { code: "INVALID_ARGUMENTS", message: "a radio button can't be unticked" };
  }
  const wanted = groupOf(radio).find((other) => other.value === value);
  return wanted === undefined
    ? { code: "INVALID_ARGUMENTS", message: `no radio button has the value ${JSON.stringify(value)}` }
    : pick(wanted);
}

/** Another element than the named one, so the click can't be left to the mouse. */
function pick(radio: HTMLInputElement): Filled {
  if (!radio.checked) radio.click();
  return "done";
}

function groupOf(radio: HTMLInputElement): readonly HTMLInputElement[] {
  if (radio.name === "") return [radio];
  const selector = `input[type=radio][name=${JSON.stringify(radio.name)}]`;
  return [...(radio.form ?? document).querySelectorAll<HTMLInputElement>(selector)];
}

/** A box may also be ticked by its own value. */
function ticks(box: HTMLInputElement, value: FieldValue): Filled | Trouble {
  if (typeof value !== "string" || YES_NO.test(value)) return tick(box, isYes(value));
  if (value === box.value) return tick(box, true);
  return { code: "INVALID_ARGUMENTS", message: `a checkbox takes true or false, not ${JSON.stringify(value)}` };
}

function tick(input: HTMLInputElement, wanted: boolean): Filled {
  if (input.checked === wanted) return "done";
  // Many a page hides the real box and draws its own.
  if (input.checkVisibility() && input.getBoundingClientRect().width > 1) return "click";
  input.click();
  return "done";
}

const YES_NO = /^(true|false|on|off|yes|no|checked|unchecked|1|0)$/i;

function isYes(value: FieldValue): boolean {
  return typeof value === "string" ? /^(true|on|yes|checked|1)$/i.test(value) : Boolean(value);
}

export interface Choice {
  readonly value?: readonly string[] | undefined;
  readonly label?: readonly string[] | undefined;
  readonly valueOrLabel?: readonly string[] | undefined;
  readonly index?: number | undefined;
}

export type Chosen = { readonly values: readonly string[] } | Trouble;

/** The values of the options that are selected now, or what is wrong. */
export function choose(element: Element, choice: Choice): Chosen {
  const select = injected().retarget(element, "follow-label");
  if (!(select instanceof HTMLSelectElement)) {
    return { code: "INVALID_ARGUMENTS", message: `not a select element: ${injected().previewNode(element)}` };
  }
  const wanted = [
    ...(choice.value ?? []).map((value) => ({ value })),
    ...(choice.label ?? []).map((label) => ({ label })),
    ...(choice.valueOrLabel ?? []).map((valueOrLabel) => ({ valueOrLabel })),
    ...(choice.index === undefined ? [] : [{ index: choice.index }]),
  ];
  select.focus();
  const chosen = injected().selectOptions(select, wanted);
  if (Array.isArray(chosen)) return { values: chosen };
  if (chosen === "error:optionnotenabled") return { code: "ELEMENT_DISABLED", message: "that option is disabled" };
  const options = [...select.options].slice(0, 20).map((option) => ({ value: option.value, label: option.label }));
  const names = options.map(({ value, label }) => (value === label ? JSON.stringify(value) : `${JSON.stringify(value)} (${label})`));
  return { code: "ELEMENT_NOT_FOUND", message: `no such option; there are: ${names.join(", ")}`, details: { options } };
}

/** One look of a wait for an option that may still be loading. */
export function lookForOption(element: Element, choice: Choice): Look<readonly string[]> {
  const chosen = choose(element, choice);
  // Something else than a select element will not become one.
  if ("code" in chosen && chosen.code === "INVALID_ARGUMENTS") return { stop: chosen };
  return "values" in chosen ? { done: chosen.values } : { missing: chosen };
}
