import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { until, type Look } from "../../src/page/script/waiting";

/** A page that is drawn when the test says so, and never by itself. */
class Screen {
  #callbacks: (() => void)[] = [];

  readonly request = (callback: () => void): number => this.#callbacks.push(callback);

  async draw(): Promise<void> {
    for (const callback of this.#callbacks.splice(0)) callback();
    await vi.advanceTimersByTimeAsync(0);
  }
}

const TROUBLE = { code: "ELEMENT_NOT_VISIBLE", message: "it keeps moving" };

describe("a wait in the page", () => {
  let screen: Screen;
  let looks: boolean[];

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    screen = new Screen();
    looks = [];
    vi.stubGlobal("requestAnimationFrame", screen.request);
    vi.stubGlobal("document", { visibilityState: "visible" });
    const self = {};
    vi.stubGlobal("window", Object.assign(self, { parent: self }));
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  function look(drawn: boolean): Look<string> {
    looks.push(drawn);
    return drawn ? { done: "rests" } : { missing: TROUBLE };
  }

  it("takes nothing for drawn when its time ends between two frames", async () => {
    const outcome = until({ id: "w", timeoutMs: 300 }, look, (trouble) => trouble);

    await vi.advanceTimersByTimeAsync(300);

    await expect(outcome).resolves.toEqual({ trouble: TROUBLE });
    expect(looks).toEqual([false, false]);
  });

  it("waits for a frame also when it looks seldom", async () => {
    const outcome = until({ id: "w", timeoutMs: 10_000 }, (drawn) => (performance.now() < 600 ? { missing: TROUBLE } : look(drawn)), (trouble) => trouble);
    for (let ms = 0; ms < 600; ms += 10) {
      await vi.advanceTimersByTimeAsync(10);
      await screen.draw();
    }
    looks = [];

    await vi.advanceTimersByTimeAsync(200);
    expect(looks).toEqual([]);
    await screen.draw();

    await expect(outcome).resolves.toEqual({ ok: "rests" });
    expect(looks).toEqual([true]);
  });

  it("takes a page that is not drawn for a second for one that does not move", async () => {
    const outcome = until({ id: "w", timeoutMs: 5000 }, look, (trouble) => trouble);

    await vi.advanceTimersByTimeAsync(1000);

    await expect(outcome).resolves.toEqual({ ok: "rests" });
  });
});
