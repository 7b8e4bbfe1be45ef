/** Whether a click may have put off a submission: a form that a script makes is submitted in a turn of its own. */

const WATCHED_MS = 3000;

let watch: MutationObserver | undefined;
let hasSeenForm = false;

/** Looks out for forms that come and go with the next click. */
export function arm(): void {
  if (watch !== undefined || document.forms.length > 0) return;
  hasSeenForm = false;
  const observer = new MutationObserver(note);
  observer.observe(document, { childList: true, subtree: true });
  watch = observer;
  setTimeout(() => {
    observer.disconnect();
    if (watch === observer) watch = undefined;
  }, WATCHED_MS);
}

/** Lets the page run what it put off. After input the browser draws before it runs a timer, so this costs a frame, and nothing where there is no form. */
export function turn(): Promise<null> | null {
  note(watch?.takeRecords() ?? []);
  watch?.disconnect();
  watch = undefined;
  if (!hasSeenForm && document.forms.length === 0 && frames.length === 0) return null;
  return new Promise((resolve) => setTimeout(resolve, 0, null));
}

function note(records: readonly MutationRecord[]): void {
  hasSeenForm ||= records.some(({ addedNodes }) => [...addedNodes].some(holdsForm));
}

function holdsForm(node: Node): boolean {
  return node instanceof HTMLFormElement || (node instanceof Element && node.querySelector("form") !== null);
}
