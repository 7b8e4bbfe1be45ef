/** What the keys of a US keyboard are called and what they type. */

export interface Key {
  readonly key: string;
  readonly code: string;
  readonly keyCode: number;
  /** What it types; empty for keys that type nothing. */
  readonly text: string;
  readonly location: number;
  /** Only reached with Shift held. */
  readonly shifted: boolean;
}

const NAMED: Readonly<Record<string, number>> = {
  Backspace: 8, Tab: 9, Enter: 13, Pause: 19, CapsLock: 20, Escape: 27, PageUp: 33, PageDown: 34, End: 35, Home: 36,
  ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39, ArrowDown: 40, PrintScreen: 44, Insert: 45, Delete: 46,
  ContextMenu: 93, NumLock: 144, ScrollLock: 145,
};

const MODIFIERS: Readonly<Record<string, readonly [key: string, code: string, keyCode: number, location: number]>> = {
  Shift: ["Shift", "ShiftLeft", 16, 1], ShiftLeft: ["Shift", "ShiftLeft", 16, 1], ShiftRight: ["Shift", "ShiftRight", 16, 2],
  Control: ["Control", "ControlLeft", 17, 1], ControlLeft: ["Control", "ControlLeft", 17, 1], ControlRight: ["Control", "ControlRight", 17, 2],
  Alt: ["Alt", "AltLeft", 18, 1], AltLeft: ["Alt", "AltLeft", 18, 1], AltRight: ["Alt", "AltRight", 18, 2],
  Meta: ["Meta", "MetaLeft", 91, 1], MetaLeft: ["Meta", "MetaLeft", 91, 1], MetaRight: ["Meta", "MetaRight", 92, 2],
};

/** Unshifted, shifted, code, key code. */
const PRINTED: readonly (readonly [string, string, string, number])[] = [
  ["`", "~", "Backquote", 192], ["-", "_", "Minus", 189], ["=", "+", "Equal", 187], ["[", "{", "BracketLeft", 219],
  ["]", "}", "BracketRight", 221], ["\\", "|", "Backslash", 220], [";", ":", "Semicolon", 186], ["'", '"', "Quote", 222],
  [",", "<", "Comma", 188], [".", ">", "Period", 190], ["/", "?", "Slash", 191], [" ", " ", "Space", 32],
  ...Array.from("1234567890").map((digit, at) => [digit, "!@#$%^&*()".charAt(at), `Digit${digit}`, 48 + Number(digit)] as const),
  ...Array.from("abcdefghijklmnopqrstuvwxyz").map((letter) => [letter, letter.toUpperCase(), `Key${letter.toUpperCase()}`, letter.toUpperCase().charCodeAt(0)] as const),
];

/** Other names that people write. */
const ALIASES: Readonly<Record<string, string>> = {
  esc: "Escape", return: "Enter", del: "Delete", ins: "Insert", up: "ArrowUp", down: "ArrowDown", left: "ArrowLeft",
  right: "ArrowRight", space: " ", spacebar: " ", pgup: "PageUp", pgdn: "PageDown", ctrl: "Control", cmd: "Meta", command: "Meta",
  option: "Alt", win: "Meta", super: "Meta", plus: "+",
};

function layout(): ReadonlyMap<string, Key> {
  const keys = new Map<string, Key>();
  const add = (name: string, key: Key): void => {
    if (!keys.has(name)) keys.set(name, key);
  };
  for (const [low, high, code, keyCode] of PRINTED) {
    add(low, { key: low, code, keyCode, text: low, location: 0, shifted: false });
    add(high, { key: high, code, keyCode, text: high, location: 0, shifted: true });
    add(code, { key: low, code, keyCode, text: low, location: 0, shifted: false });
  }
  for (const [name, keyCode] of Object.entries(NAMED)) {
    add(name, { key: name, code: name, keyCode, text: name === "Enter" ? "\r" : "", location: 0, shifted: false });
  }
  for (const [name, [key, code, keyCode, location]] of Object.entries(MODIFIERS)) {
    add(name, { key, code, keyCode, text: "", location, shifted: false });
  }
  for (let number = 1; number <= 24; number++) {
    const name = `F${String(number)}`;
    add(name, { key: name, code: name, keyCode: 111 + number, text: "", location: 0, shifted: false });
  }
  const numpad: readonly (readonly [string, string, number])[] = [
    ["Multiply", "*", 106], ["Add", "+", 107], ["Subtract", "-", 109], ["Decimal", ".", 110], ["Divide", "/", 111],
    ...Array.from("0123456789").map((digit) => [digit, digit, 96 + Number(digit)] as const),
  ];
  for (const [name, text, keyCode] of numpad) {
    add(`Numpad${name}`, { key: text, code: `Numpad${name}`, keyCode, text, location: 3, shifted: false });
  }
  add("NumpadEnter", { key: "Enter", code: "NumpadEnter", keyCode: 13, text: "\r", location: 3, shifted: false });
  return keys;
}

const KEYS = layout();
const BY_LOWER_CASE = new Map([...KEYS].filter(([name]) => name.length > 1).map(([name, key]) => [name.toLowerCase(), key]));

/** The key of that name (`Enter`, `a`, `F5`, `esc`, in any case but for letters), or undefined. */
export function keyNamed(name: string): Key | undefined {
  const direct = KEYS.get(name) ?? BY_LOWER_CASE.get(name.toLowerCase());
  return direct ?? KEYS.get(ALIASES[name.toLowerCase()] ?? "");
}

/** The key that types `char`, or undefined when this keyboard has none. */
export function keyTyping(char: string): Key | undefined {
  if (char === "\n" || char === "\r") return KEYS.get("Enter");
  if (char === "\t") return KEYS.get("Tab");
  return char.length === 1 ? KEYS.get(char) : undefined;
}

/** Scripts that are written with an input method, and the punctuation and wide letters that come out of it. */
const COMPOSED = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Bopomofo}\uFF01-\uFF60]/u;
const ON_SOME_KEYBOARD = /^[\p{L}\p{Sc}\p{P}°]$/u;

/** Whether a person would write it with an input method. */
export function isComposed(char: string): boolean {
  return COMPOSED.test(char);
}

/** The key that types `char` on another keyboard than a US one: pages that listen to keys hear of a `ü`, too. */
export function keyElsewhere(char: string): Key | undefined {
  if (char.length !== 1 || !ON_SOME_KEYBOARD.test(char) || isComposed(char)) return undefined;
  return { key: char, code: "", keyCode: 0, text: char, location: 0, shifted: false };
}

/** What a page hears of the keys while an input method takes them. */
export const METHOD_AT_WORK: Key = { key: "Process", code: "", keyCode: 229, text: "", location: 0, shifted: false };

/** What the key types with Shift held, when that is something else. */
export function shiftedOf(key: Key): Key | undefined {
  const row = PRINTED.find(([low, high, code]) => code === key.code && low === key.text && high !== low);
  return row === undefined ? undefined : KEYS.get(row[1]);
}

/** What a person would call characters; an emoji of several parts is one. */
export function charactersOf(text: string): readonly string[] {
  return Array.from(new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text), ({ segment }) => segment);
}

export const MODIFIER_BITS: Readonly<Record<string, number>> = { Alt: 1, Control: 2, Meta: 4, Shift: 8 };

/** `Control+Shift+a` as modifiers and the key itself; `Control++` presses plus. */
export function chord(text: string): { readonly modifiers: readonly string[]; readonly key: string } {
  const parts = text === "+" ? ["+"] : text.replace(/\+\+$/, "+plus").split("+");
  const key = parts.pop() ?? "";
  return { modifiers: parts.map((part) => keyNamed(part.trim())?.key ?? part), key: key.length > 1 ? key.trim() : key };
}
