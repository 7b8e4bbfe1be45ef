/** The mouse of one tab. Points are CSS pixels of the main frame's viewport, in cross-origin frames too. */
import type { CdpSession } from "../chrome/cdp.js";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export type Button = "left" | "right" | "middle";

const HELD: Readonly<Record<Button, number>> = { left: 1, right: 2, middle: 4 };

export class Mouse {
  #at: Point = { x: 0, y: 0 };

  constructor(private readonly session: CdpSession) {}

  get at(): Point {
    return this.#at;
  }

  async move(to: Point, modifiers = 0, held: Button | "none" = "none"): Promise<void> {
    this.#at = to;
    const buttons = held === "none" ? 0 : HELD[held];
    await this.session.send("Input.dispatchMouseEvent", { type: "mouseMoved", ...to, button: held, buttons, modifiers });
  }

  /** Moves there and clicks `count` times: one volley, since each answer waits for the next frame of the page. */
  async click(at: Point, button: Button, count: number, modifiers: number): Promise<void> {
    const sent = [this.move(at, modifiers)];
    for (let clickCount = 1; clickCount <= count; clickCount++) {
      sent.push(this.press(button, clickCount, modifiers), this.lift(button, clickCount, modifiers));
    }
    await Promise.all(sent);
  }

  async press(button: Button, clickCount = 1, modifiers = 0): Promise<void> {
    await this.#button("mousePressed", button, clickCount, modifiers, HELD[button]);
  }

  async lift(button: Button, clickCount = 1, modifiers = 0): Promise<void> {
    await this.#button("mouseReleased", button, clickCount, modifiers, 0);
  }

  async wheel(at: Point, deltaX: number, deltaY: number): Promise<void> {
    this.#at = at;
    await this.session.send("Input.dispatchMouseEvent", { type: "mouseWheel", ...at, deltaX, deltaY });
  }

  async #button(type: "mousePressed" | "mouseReleased", button: Button, clickCount: number, modifiers: number, buttons: number): Promise<void> {
    await this.session.send("Input.dispatchMouseEvent", { type, ...this.#at, button, buttons, clickCount, modifiers });
  }
}
