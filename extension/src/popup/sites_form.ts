/** The popup's part about sites: where tasks of this hub may go. */
import type { Sites } from "../link/limits.js";
import { readSites } from "../policy/sites.js";

export class SitesForm {
  #shown: string | undefined;

  constructor(
    private readonly document: Document,
    private readonly save: (sites: Sites) => void,
  ) {
    this.#element("sites").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
  }

  /** What is in force. It is written into the fields when it changes, not while a person is typing. */
  show(sites: Sites | undefined, hub: string): void {
    this.#element("sites").hidden = sites === undefined;
    if (sites === undefined) return;
    this.#element("sites-title").textContent = `Sites for ${hub}`;
    this.#element("sites-state").textContent = summary(sites);
    if (JSON.stringify(sites) !== this.#shown) this.#write(sites);
  }

  #write(sites: Sites): void {
    this.#shown = JSON.stringify(sites);
    this.#field("sites-allow").value = sites.allow.join("\n");
    this.#field("sites-deny").value = sites.deny.join("\n");
    this.#check().checked = sites.noPrivate;
  }

  #submit(): void {
    const allow = readSites(this.#field("sites-allow").value);
    const deny = readSites(this.#field("sites-deny").value);
    const wrong = [...allow.wrong, ...deny.wrong];
    const problem = this.#element("sites-problem");
    problem.hidden = wrong.length === 0;
    problem.textContent = wrong.length === 0 ? "" : `Not a site: ${wrong.join(", ")}. Nothing was saved.`;
    if (wrong.length > 0) return;
    const sites = { allow: allow.sites, deny: deny.sites, noPrivate: this.#check().checked };
    this.#write(sites);
    this.save(sites);
  }

  #field(id: string): HTMLTextAreaElement {
    return this.#element(id) as HTMLTextAreaElement;
  }

  #check(): HTMLInputElement {
    return this.#element("sites-private") as HTMLInputElement;
  }

  #element(id: string): HTMLElement {
    const element = this.document.getElementById(id);
    if (element === null) throw new Error(`popup.html has no #${id}`);
    return element;
  }
}

/** In a few words: `all sites`, `3 sites only`, `all but 2 sites`. */
export function summary({ allow, deny, noPrivate }: Sites): string {
  const count = (sites: readonly string[]): string => `${sites.length} ${sites.length === 1 ? "site" : "sites"}`;
  const may = allow.length > 0 ? `${count(allow)} only` : "all sites";
  const words = [may, ...(deny.length > 0 ? [`never ${count(deny)}`] : []), ...(noPrivate ? ["no private networks"] : [])];
  return words.join(", ");
}
