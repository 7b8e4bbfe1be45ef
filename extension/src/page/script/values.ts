/** What fields hold, in words: what was typed, chosen or reached; of a secret only that there is one. */

/** Undefined for what holds nothing that could be told beside its content. */
export function valueOf(element: Element, tag: string, role: string): string | undefined {
  switch (tag) {
    case "INPUT":
      return ofInput(element as HTMLInputElement);
    case "TEXTAREA":
      return (element as HTMLTextAreaElement).value;
    case "PROGRESS":
      return ofProgress(element as HTMLProgressElement);
    case "METER":
      return String((element as HTMLMeterElement).value);
    default:
      return RANGES.has(role) ? (element.getAttribute("aria-valuetext") ?? element.getAttribute("aria-valuenow") ?? undefined) : undefined;
  }
}

const RANGES = new Set(["slider", "progressbar", "meter", "spinbutton", "scrollbar"]);

/** What is in it stands for the value where a browser does not know the element. */
export function isBar(tag: string): boolean {
  return tag === "PROGRESS" || tag === "METER";
}

/** What a person sees of it. */
export function ofInput(input: HTMLInputElement): string | undefined {
  switch (input.type) {
    case "checkbox":
    case "radio":
      return undefined;
    case "file":
      return [...(input.files ?? [])].map(({ name }) => name).join(", ");
    case "password":
      return "•".repeat(input.value.length);
    default:
      return input.value;
  }
}

/** The labels of what is chosen. */
export function chosenIn(select: HTMLSelectElement): string {
  return [...select.selectedOptions].map(({ label }) => label).join(", ");
}

function ofProgress({ position }: HTMLProgressElement): string | undefined {
  return position < 0 ? undefined : `${String(Math.round(position * 100))}%`;
}
