import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Window } from "happy-dom";
import { describe, expect, it } from "vitest";
import type { Report, Wish } from "../../src/link/popup_messages";
import { Page } from "../../src/popup/page";
import { FakeClock } from "../link/fakes";

const HTML = readFileSync(join(import.meta.dirname, "../../src/popup/popup.html"), "utf-8");

const CONNECTED: Report = {
  state: { phase: "connected", attempt: 1, epoch: 1, sinceMs: 0 },
  hub: { address: "yard.local:3300", name: "<b>Yard</b>" },
  browser: { instanceId: "inst_1_a", label: "one", launched: false },
  running: [],
  drivenTabs: 0,
  paused: false,
  pairing: { step: "idle" },
};

const UNPAIRED: Report = {
  state: { phase: "off", why: "unpaired", said: "" },
  running: [],
  drivenTabs: 0,
  paused: false,
  pairing: { step: "idle" },
};

class Bench {
  readonly wishes: Wish[] = [];
  readonly asked: string[] = [];
  readonly document: Document;
  readonly page: Page;
  readonly clock = new FakeClock();

  constructor() {
    const window = new Window();
    const body = /<body>(.*)<\/body>/s.exec(HTML)?.[1] ?? "";
    window.document.body.innerHTML = body;
    this.document = window.document as unknown as Document;
    this.page = new Page({
      document: this.document,
      clock: this.clock,
      wish: (wish) => this.wishes.push(wish),
      askToReach: (address) => this.asked.push(address),
    });
  }

  get(id: string): HTMLElement {
    const element = this.document.getElementById(id);
    if (element === null) throw new Error(id);
    return element;
  }

  /** The ids of all elements that are shown, as far as their own `hidden` goes. */
  shows(id: string): boolean {
    return !this.get(id).hidden;
  }
}

describe("the popup's page", () => {
  it("shows the hub, this browser and its state", () => {
    const { page, document, get, shows } = bound(new Bench());
    page.show(CONNECTED);
    expect(get("pill-text").textContent).toBe("Connected");
    expect(document.body.dataset["tone"]).toBe("good");
    expect(get("hub-address").textContent).toBe("yard.local:3300");
    expect(get("instance").textContent).toBe("inst_1_a");
    expect([shows("facts"), shows("connect"), shows("stop"), shows("idle")]).toEqual([true, false, false, true]);
  });

  it("takes a hub's name for text", () => {
    const { page, get } = bound(new Bench());
    page.show(CONNECTED);
    expect(get("hub-name").textContent).toBe("<b>Yard</b>");
    expect(get("hub-name").children).toHaveLength(0);
  });

  it("connects by one click, asking for the address in the same moment", () => {
    const bench = new Bench();
    bench.page.show(UNPAIRED);
    bench.get("pair").click();
    expect(bench.asked).toEqual(["http://localhost:3300"]);
    expect(bench.wishes.at(-1)).toEqual({ type: "connect", hub: "http://localhost:3300" });
  });

  it("can't be clicked twice while it pairs", () => {
    const bench = new Bench();
    bench.page.show({ ...UNPAIRED, pairing: { step: "pairing" } });
    bench.get("pair").click();
    expect(bench.wishes.map(({ type }) => type)).toEqual(["look"]);
  });

  it("shows the running call with its clock, and stops it", () => {
    const bench = new Bench();
    const running = [{ id: "a", name: "browser_tab", taskName: "Tea", sinceMs: bench.clock.now() - 7_000 }];
    bench.page.show({ ...CONNECTED, running });
    expect(bench.get("calls").textContent).toBe("Tea0:07browser_tab");
    bench.clock.pass(60_000);
    bench.page.tick();
    expect(bench.get("calls").textContent).toBe("Tea1:07browser_tab");
    bench.get("stop").click();
    expect(bench.wishes).toEqual([{ type: "stop" }]);
  });

  it("disconnects, connects again and forgets", () => {
    const bench = new Bench();
    bench.page.show(CONNECTED);
    bench.get("disconnect").click();
    bench.page.show({ ...CONNECTED, state: { phase: "off", why: "disconnected", said: "" } });
    expect([bench.shows("reconnect"), bench.shows("disconnect")]).toEqual([true, false]);
    bench.get("reconnect").click();
    bench.get("forget").click();
    expect(bench.wishes.map(({ type }) => type)).toEqual(["disconnect", "reconnect", "forget"]);
  });

  it("leaves alone what the person is typing", () => {
    const bench = new Bench();
    const input = bench.get("address") as HTMLInputElement;
    bench.page.show(CONNECTED);
    expect(input.value).toBe("http://yard.local:3300");
    input.value = "elsewhere";
    input.dispatchEvent(new (bench.document.defaultView as unknown as Window).Event("input") as unknown as Event);
    bench.page.show(CONNECTED);
    expect(input.value).toBe("elsewhere");
  });

  it("looks who answers when the form appears and when an address has been typed", () => {
    const bench = new Bench();
    const input = bench.get("address") as HTMLInputElement;
    bench.page.show(UNPAIRED);
    bench.page.show(UNPAIRED);
    const { Event } = bench.document.defaultView as unknown as Window;
    for (const value of ["y", "ya", "yard:3300"]) {
      input.value = value;
      input.dispatchEvent(new Event("input") as unknown as globalThis.Event);
    }
    bench.clock.pass(400);
    expect(bench.wishes).toEqual([
      { type: "look", hub: "http://localhost:3300" },
      { type: "look", hub: "yard:3300" },
    ]);
    bench.page.show({ ...UNPAIRED, seen: { address: "yard:3300", name: "Yard" } });
    expect(bench.get("seen").textContent).toBe("The hub “Yard” answers there.");
    expect(bench.shows("seen")).toBe(true);
  });

  it("asks for a key where one is needed, and forgets it when the browser is paired", () => {
    const bench = new Bench();
    const { Event } = bench.document.defaultView as unknown as Window;
    const input = (id: string): HTMLInputElement => bench.get(id) as HTMLInputElement;
    const type = (address: string): void => {
      input("address").value = address;
      input("address").dispatchEvent(new Event("input") as unknown as globalThis.Event);
    };
    bench.page.show(UNPAIRED);
    expect([bench.shows("key-row"), bench.shows("clear")]).toEqual([false, false]);
    type("yard.example");
    expect([bench.shows("key-row"), bench.shows("clear")]).toEqual([true, true]);
    type("https://yard.example");
    expect([bench.shows("key-row"), bench.shows("clear")]).toEqual([true, false]);
    input("key").value = " tyk_1 ";
    bench.get("pair").click();
    expect(bench.wishes.at(-1)).toEqual({ type: "connect", hub: "https://yard.example", key: "tyk_1" });
    type("localhost:3300");
    bench.get("pair").click();
    expect(bench.wishes.at(-1)).toEqual({ type: "connect", hub: "localhost:3300" });
    bench.page.show({ ...UNPAIRED, seen: { address: "localhost:3300", name: "Yard", keyRequired: true } });
    expect(bench.shows("key-row")).toBe(true);
    bench.page.show(CONNECTED);
    expect(input("key").value).toBe("");
  });

  it("shows what went wrong", () => {
    const bench = new Bench();
    bench.page.show({ ...UNPAIRED, pairing: { step: "failed", said: "Nothing answers." } });
    expect(bench.get("problem").textContent).toBe("Nothing answers.");
    expect(bench.shows("problem")).toBe(true);
    bench.page.tick();
  });

  it("reads the sites that a person writes, and says what is none", () => {
    const bench = new Bench();
    const area = (id: string): HTMLTextAreaElement => bench.get(id) as HTMLTextAreaElement;
    const save = (): void => {
      bench.get("sites").dispatchEvent(new (bench.document.defaultView as unknown as Window).Event("submit") as unknown as Event);
    };
    bench.page.show(UNPAIRED);
    expect(bench.shows("sites")).toBe(false);
    const sites = { allow: ["example.com"], deny: [], noPrivate: false };
    bench.page.show({ ...CONNECTED, sites });
    expect(bench.shows("sites")).toBe(true);
    expect(bench.get("sites-state").textContent).toBe("1 site only");
    expect(area("sites-allow").value).toBe("example.com");

    area("sites-deny").value = "https://Bank.example/login, a^b";
    save();
    expect(bench.wishes.filter(({ type }) => type === "sites")).toEqual([]);
    expect(bench.get("sites-problem").textContent).toBe("Not a site: a^b. Nothing was saved.");

    area("sites-deny").value = "https://Bank.example/login";
    bench.page.show({ ...CONNECTED, sites });
    expect(area("sites-deny").value).toBe("https://Bank.example/login");
    save();
    const saved = { ...sites, deny: ["bank.example"] };
    expect(bench.wishes).toContainEqual({ type: "sites", sites: saved });
    expect(bench.shows("sites-problem")).toBe(false);
    expect(area("sites-deny").value).toBe("bank.example");
    bench.page.show({ ...CONNECTED, sites: { ...saved, noPrivate: true } });
    expect((bench.get("sites-private") as HTMLInputElement).checked).toBe(true);
    expect(bench.get("sites-state").textContent).toBe("1 site only, never 1 site, no private networks");
  });
});

/** The bench's parts, to be taken apart. */
function bound(bench: Bench): Pick<Bench, "page" | "document" | "get" | "shows"> {
  const { page, document } = bench;
  return { page, document, get: (id) => bench.get(id), shows: (id) => bench.shows(id) };
}
