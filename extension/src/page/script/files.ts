/** Files in the page: put into inputs, dropped on zones. */
import { injected } from "./injected.js";

export interface FilePayload {
  readonly name: string;
  readonly mimeType: string;
  /** Base64. */
  readonly bytes: string;
}

/** The file input that is meant: itself, or that of a label. */
export function inputOf(element: Element | null | undefined): HTMLInputElement | undefined {
  const input = element === null || element === undefined ? null : injected().retarget(element, "follow-label");
  return input instanceof HTMLInputElement && input.type === "file" ? input : undefined;
}

/** "other": no file input. */
export type Taking = "files" | "folder" | "other";

export function takenBy(element: Element | undefined): Taking {
  const input = inputOf(element);
  if (input === undefined) return "other";
  return input.webkitdirectory ? "folder" : "files";
}

export function put(input: HTMLInputElement, files: readonly FilePayload[]): void {
  input.files = carrying(files).files;
  input.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

export function namesOf(input: HTMLInputElement): readonly string[] {
  return [...(input.files ?? [])].map((file) => file.name);
}

const BUTTONS = "button, a, [role=button], [role=link], input, summary";

/** Whether files may be dropped there. A button is there to be clicked, though the page around it may take them too. */
export function takesDrop(element: Element): boolean {
  if (element.closest(BUTTONS) !== null) return false;
  const data = carrying([{ name: "file", mimeType: "application/octet-stream", bytes: "" }]);
  const taken = dragged(element, "dragenter", data) || dragged(element, "dragover", data);
  dragged(element, "dragleave", data);
  return taken;
}

export function drop(element: Element | undefined, files: readonly FilePayload[]): void {
  const data = carrying(files);
  for (const type of ["dragenter", "dragover", "drop"]) if (element !== undefined) dragged(element, type, data);
}

/** Whether the page had something to do with it. */
function dragged(element: Element, type: string, dataTransfer: DataTransfer): boolean {
  const { x, y, width, height } = element.getBoundingClientRect();
  const at = { clientX: x + width / 2, clientY: y + height / 2 };
  return !element.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, composed: true, dataTransfer, ...at }));
}

function carrying(files: readonly FilePayload[]): DataTransfer {
  const carrier = new DataTransfer();
  for (const { name, mimeType, bytes } of files) {
    const content = Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0));
    carrier.items.add(new File([content], name, { type: mimeType }));
  }
  return carrier;
}
