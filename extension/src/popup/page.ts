/** Puts a report on the popup's page. Everything from outside goes in as text, never as markup. */
import { coalesced } from "../link/coalesced.js";
import type { Clock } from "../link/ports.js";
import type { Report, Wish } from "../link/popup_messages.js";
import { SitesForm } from "./sites_form.js";
import { addressOf, type Button, type CallLine, elapsed, viewOf } from "./view.js";

const BUTTONS: readonly Button[] = ["reconnect", "disconnect", "forget", "pause", "resume"];

/** Typing is not disturbed by an answer to each letter. */
const LOOK_AFTER_MS = 400;

export interface PageParts {
  readonly document: Document;
  readonly clock: Clock;
  readonly wish: (wish: Wish) => void;
  /** Asks the person for leave to reach an address; called straight from their click. */
  readonly askToReach: (address: string) => void;
}

export class Page {
  #report: Report | undefined;
  #touched = false;
  #askKey = false;
  readonly #sites: SitesForm;

  constructor(private readonly parts: PageParts) {
    for (const type of BUTTONS) this.#on(type, () => ({ type }));
    this.#on("stop", () => ({ type: "stop" }));
    this.#sites = new SitesForm(parts.document, (sites) => {
      parts.wish({ type: "sites", sites });
    });
    const look = coalesced(parts.clock, LOOK_AFTER_MS, () => {
      this.#look();
    });
    this.#input().addEventListener("input", () => {
      this.#touched = true;
      this.#showKey();
      look();
    });
    this.#element("connect").addEventListener("submit", (event) => {
      event.preventDefault();
      const hub = this.#input().value;
      const key = this.#element("key-row").hidden ? "" : this.#key().value.trim();
      parts.askToReach(hub);
      parts.wish({ type: "connect", hub, ...(key === "" ? {} : { key }) });
    });
  }

  show(report: Report): void {
    this.#report = report;
    const view = viewOf(report);
    this.parts.document.body.dataset["tone"] = view.tone;
    this.#text("pill-text", view.pill);
    this.#text("detail", view.detail);
    this.#showFacts(report);
    this.#element("work").hidden = !view.showWork;
    this.#element("idle").hidden = view.calls.length > 0;
    this.#element("stop").hidden = view.calls.length === 0;
    this.#text("driven", view.driven);
    this.#element("driven").hidden = view.driven === "";
    this.#element("calls").replaceChildren(...view.calls.map((call) => this.#call(call)));
    this.#sites.show(report.sites, report.hub?.name ?? report.hub?.address ?? "");
    this.#askKey = view.askKey;
    this.#showForm(view.showConnect);
    this.#text("seen", view.seen);
    this.#element("seen").hidden = view.seen === "";
    this.#button("pair").disabled = view.connecting;
    this.#text("problem", view.problem);
    this.#element("problem").hidden = view.problem === "";
    for (const button of BUTTONS) this.#element(button).hidden = !view.buttons.includes(button);
  }

  /** Time has passed: only the clocks of running calls change. */
  tick(): void {
    if (this.#report !== undefined && this.#report.running.length > 0) this.show(this.#report);
  }

  #showFacts({ hub, browser }: Report): void {
    this.#element("facts").hidden = hub === undefined;
    if (hub === undefined || browser === undefined) return;
    this.#text("hub-name", hub.name ?? "");
    this.#text("hub-address", hub.address);
    this.#text("label", browser.launched ? `${browser.label}, started by the hub` : browser.label);
    this.#text("instance", browser.instanceId);
    if (!this.#touched) this.#input().value = hub.address.includes("://") ? hub.address : `http://${hub.address}`;
  }

  #showForm(shown: boolean): void {
    const form = this.#element("connect");
    const appears = form.hidden && shown;
    form.hidden = !shown;
    // A key has done its work as soon as the browser is paired.
    if (!shown) this.#key().value = "";
    this.#showKey();
    if (appears) this.#look();
  }

  /** Hubs elsewhere always ask for a key; one on this machine is asked whether it does. */
  #showKey(): void {
    const { elsewhere, clear } = addressOf(this.#input().value);
    this.#element("key-row").hidden = !(elsewhere || this.#askKey);
    this.#element("clear").hidden = !clear;
  }

  #look(): void {
    this.parts.wish({ type: "look", hub: this.#input().value });
  }

  #call(call: CallLine): HTMLElement {
    const line = this.parts.document.createElement("li");
    const since = elapsed(this.parts.clock.now() - call.sinceMs);
    line.append(this.#span("what", call.what), this.#span("since", since), this.#span("how quiet", call.how));
    return line;
  }

  #span(className: string, text: string): HTMLElement {
    const span = this.parts.document.createElement("span");
    span.className = className;
    span.textContent = text;
    return span;
  }

  #on(id: string, wish: () => Wish): void {
    this.#element(id).addEventListener("click", () => {
      this.parts.wish(wish());
    });
  }

  #text(id: string, text: string): void {
    this.#element(id).textContent = text;
  }

  #input(): HTMLInputElement {
    return this.#element("address") as HTMLInputElement;
  }

  #key(): HTMLInputElement {
    return this.#element("key") as HTMLInputElement;
  }

  #button(id: string): HTMLButtonElement {
    return this.#element(id) as HTMLButtonElement;
  }

  #element(id: string): HTMLElement {
    const element = this.parts.document.getElementById(id);
    if (element === null) throw new Error(`popup.html has no #${id}`);
    return element;
  }
}
