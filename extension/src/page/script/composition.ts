/**
 * Compositions that the page ends by putting something else into the field while they go on, as one does that renders
 * anew for each input event. The text of the composition stays, and an input method that is told so hands nothing over;
 * ours can't be told, and what it hands over would be there twice.
 */

let composed: string | null = null;
let watching = false;

/** Whether what has the focus here takes compositions; text that is there already is kept out of it from now on. */
export function watchCompositions(): boolean {
  if (!document.hasFocus()) return false;
  let focused = document.activeElement;
  for (let inner = focused; inner !== null; inner = inner.shadowRoot?.activeElement ?? null) focused = inner;
  const takes = focused instanceof HTMLInputElement || focused instanceof HTMLTextAreaElement;
  if (takes && !watching) listen();
  return takes;
}

function listen(): void {
  watching = true;
  addEventListener("beforeinput", heard, { capture: true });
  addEventListener("beforeinput", keepOut);
  for (const kind of ["compositionend", "keyup"]) addEventListener(kind, over, { capture: true });
}

function heard({ isTrusted, inputType, data }: InputEvent): void {
  if (isTrusted && inputType === "insertCompositionText") composed = data;
}

/** After the page has had its say: an editor that takes such text into its own hands did not take the composition. */
function keepOut(event: InputEvent): void {
  if (composed === null || !event.isTrusted || event.inputType !== "insertText" || event.data !== composed) return;
  composed = null;
  event.preventDefault();
}

function over({ isTrusted }: Event): void {
  if (isTrusted) composed = null;
}
