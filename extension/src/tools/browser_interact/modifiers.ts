/** Keys that are held while something else happens. */
import { MODIFIER_BITS } from "../../page/keys.js";
import { listOf, oneOf, yesNo } from "../arguments.js";

const NAMES = { ctrl: "Control", alt: "Alt", shift: "Shift", meta: "Meta" } as const;

export type ModifierName = keyof typeof NAMES;

export const modifierList = listOf(oneOf<ModifierName>("ctrl", "alt", "shift", "meta"));
export const flags = { ctrl: yesNo, alt: yesNo, shift: yesNo, meta: yesNo };

/** The keys' own names. */
export function keysOf(names: readonly ModifierName[]): readonly string[] {
  return names.map((name) => NAMES[name]);
}

export function bitsOf(names: readonly ModifierName[]): number {
  return keysOf(names).reduce((bits, name) => bits | (MODIFIER_BITS[name] ?? 0), 0);
}

export function flagged(args: { readonly [N in ModifierName]?: boolean }): readonly ModifierName[] {
  const names: readonly ModifierName[] = ["ctrl", "alt", "shift", "meta"];
  return names.filter((name) => args[name] === true);
}
