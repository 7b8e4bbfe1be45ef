/** The keyboard of one tab; keys go to whatever has the focus. */
import type { CdpSession } from "../chrome/cdp.js";
import { ToolFailure } from "../failure.js";
import type { Deadline } from "./deadline.js";
import { charactersOf, chord, isComposed, keyElsewhere, keyNamed, keyTyping, METHOD_AT_WORK, MODIFIER_BITS, shiftedOf, type Key } from "./keys.js";

/** Texts from here on are not typed key by key when it has to go at once: a key takes the page about a millisecond. */
const LONG = 500;
const SHIFT = 8;
/** Keys sent in one volley, at first and at most; between volleys a cancel can take effect. */
const VOLLEY = 16;
const LARGEST = 64;
/** A page that is slower to take a volley gets smaller ones. */
const SLOW_MS = 100;

export class Keyboard {
  /** `takesCompositions` says whether what has the focus does, and is asked before each. */
  constructor(
    private readonly session: CdpSession,
    private readonly takesCompositions: () => Promise<boolean>,
  ) {}

  /** Presses a key or a chord such as `Control+a`, with further modifiers held. Rejects names of no key. */
  async press(text: string, held: readonly string[]): Promise<void> {
    const { modifiers, key: name } = chord(text);
    const key = keyNamed(name) ?? keyTyping(name);
    const keys = [...new Set([...held, ...modifiers])].map(modifierKey);
    if (key !== undefined) await this.#chord(key, key.shifted ? [...keys, modifierKey("Shift")] : keys);
    else if (charactersOf(name).length === 1) await this.tap(name);
    else throw new ToolFailure("INVALID_ARGUMENTS", `no such key: ${name}`);
  }

  /** Modifiers go down one after the other, and up the other way round. */
  async #chord(key: Key, modifiers: readonly Key[]): Promise<void> {
    const sent: Promise<unknown>[] = [];
    let bits = 0;
    for (const modifier of modifiers) {
      bits |= bitOf(modifier);
      sent.push(this.#down(modifier, bits));
    }
    sent.push(this.#down(withShift(key, (bits & SHIFT) !== 0), bits | bitOf(key)), this.#up(key, bits));
    for (const modifier of modifiers.toReversed()) {
      bits &= ~bitOf(modifier);
      sent.push(this.#up(modifier, bits));
    }
    await Promise.all(sent);
  }

  /** Types all of it as fast as the page takes it; a long text comes line by line, as from the clipboard. */
  async type(text: string, deadline: Deadline): Promise<void> {
    const long = text.length > LONG;
    const parts = long ? text.split(/(\n)/).filter((line) => line !== "") : charactersOf(text);
    const compose = !long && isComposed(text) && (await deadline.race(this.takesCompositions()));
    const put = (part: string): Promise<void> => (long && part !== "\n" ? this.insert(part) : this.#put(part, compose));
    for (let at = 0, size = VOLLEY; at < parts.length; ) {
      deadline.check();
      const began = performance.now();
      // What is on its way can't be called back: nothing is over before it has arrived.
      await Promise.all(parts.slice(at, at + size).map(put));
      at += size;
      size = performance.now() - began > SLOW_MS ? Math.max(1, size >> 2) : Math.min(LARGEST, size * 2);
    }
  }

  /** One character by its key, on whatever keyboard has one; by an input method; or put in, as an emoji is. */
  async tap(char: string): Promise<void> {
    await this.#put(char, isComposed(char) && (await this.takesCompositions()));
  }

  /** Sends all of it at once, so that characters keep their order. */
  async #put(char: string, compose: boolean): Promise<void> {
    const key = keyTyping(char) ?? keyElsewhere(char);
    if (key !== undefined) {
      const bits = key.shifted ? SHIFT : 0;
      await Promise.all([this.#down(key, bits), this.#up(key, bits)]);
    } else if (compose && isComposed(char)) await this.#compose(char);
    else await this.insert(char);
  }

  /** As an input method does it. Nothing is waited for in between, so that no cancel leaves a composition open. */
  async #compose(text: string): Promise<void> {
    const { length } = text;
    await Promise.all([
      this.#down(METHOD_AT_WORK, 0),
      this.session.send("Input.imeSetComposition", { text, selectionStart: length, selectionEnd: length }),
      this.insert(text),
      this.#up(METHOD_AT_WORK, 0),
    ]);
  }

  /** Text without key events, as an input method or a paste would give it. */
  async insert(text: string): Promise<void> {
    await this.session.send("Input.insertText", { text });
  }

  #down(key: Key, modifiers: number): Promise<unknown> {
    // With Control, Alt or Meta held a key is a command and types nothing.
    const text = (modifiers & ~SHIFT) === 0 ? key.text : "";
    return this.session.send("Input.dispatchKeyEvent", {
      type: text === "" ? "rawKeyDown" : "keyDown",
      ...facts(key, modifiers),
      text,
      unmodifiedText: text,
    });
  }

  #up(key: Key, modifiers: number): Promise<unknown> {
    return this.session.send("Input.dispatchKeyEvent", { type: "keyUp", ...facts(key, modifiers) });
  }
}

function facts(key: Key, modifiers: number): { modifiers: number; key: string; code: string; windowsVirtualKeyCode: number; location: number; isKeypad: boolean } {
  return {
    modifiers,
    key: key.key,
    code: key.code,
    windowsVirtualKeyCode: key.keyCode,
    location: key.location,
    isKeypad: key.location === 3,
  };
}

function modifierKey(name: string): Key {
  const key = keyNamed(name);
  if (key === undefined || bitOf(key) === 0) throw new ToolFailure("INVALID_ARGUMENTS", `no such modifier: ${name}`);
  return key;
}

/** Zero for a key that modifies nothing. */
function bitOf(key: Key): number {
  return MODIFIER_BITS[key.key] ?? 0;
}

/** `Shift+a` types an A, `Shift+1` an exclamation mark. */
function withShift(key: Key, shift: boolean): Key {
  return shift && !key.shifted ? (shiftedOf(key) ?? key) : key;
}
