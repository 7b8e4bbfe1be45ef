/**
 * Compositions that the page ends by putting something else into the field while they go on, as one does that renders
 * anew for each input event. The text of the composition stays, and an input method that is told so hands nothing over;
 * ours can't be told, and what it hands over would be there twice.
 */

let composed: string | null = null;
let watching = false;

/** Text that is there already is kept out from now on. */
export function watchCompositions(): null {
  if (watching) return null;
  watching = true;
  addEventListener("beforeinput", heard, { capture: true });
  for (const kind of ["compositionend", "keyup"]) addEventListener(kind, over, { capture: true });
  return null;
}

function heard(event: InputEvent): void {
  if (!event.isTrusted) return;
  if (event.inputType === "insertCompositionText") composed = event.data;
  else if (composed !== null && event.inputType === "insertText" && event.data === composed) {
    composed = null;
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}

function over({ isTrusted }: Event): void {
  if (isTrusted) composed = null;
}
