/** Arguments of a call, from untyped JSON to what one action takes. */
import { ToolFailure } from "../failure.js";

type Check<T> = ((value: unknown) => value is T) & { readonly says: string };

/** One check per field of `T`; a field that is missing here is a type error. */
export type Fields<T> = { readonly [K in keyof T]-?: Check<Exclude<T[K], undefined>> };

function check<T>(says: string, test: (value: unknown) => value is T): Check<T> {
  return Object.assign(test, { says });
}

export const text = check("a string", (value): value is string => typeof value === "string");
export const number = check("a number", (value): value is number => typeof value === "number" && Number.isFinite(value));
export const yesNo = check("true or false", (value): value is boolean => typeof value === "boolean");
export const anything = check("a value", (value): value is unknown => value !== undefined);

export function oneOf<const T extends string>(...words: readonly T[]): Check<T> {
  return check(`one of ${words.join(", ")}`, (value): value is T => words.some((word) => word === value));
}

export function listOf<T>(item: Check<T>): Check<readonly T[]> {
  return check(`a list, each ${item.says}`, (value): value is readonly T[] => Array.isArray(value) && value.every((one) => item(one)));
}

export const texts = check("an object of strings", (value): value is Readonly<Record<string, string>> => {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every((one) => typeof one === "string");
});

export function either<A, B>(a: Check<A>, b: Check<B>): Check<A | B> {
  return check(`${a.says} or ${b.says}`, (value): value is A | B => a(value) || b(value));
}

export function record<T extends object>(fields: Fields<T>, ...required: readonly (keyof T & string)[]): Check<T> {
  const names = Object.keys(fields) as (keyof T & string)[];
  return check(`an object with ${names.join(", ")}`, (value): value is T => {
    if (typeof value !== "object" || value === null) return false;
    const given = value as Record<string, unknown>;
    return names.every((name) => (given[name] === undefined || given[name] === null ? !required.includes(name) : fields[name](given[name])));
  });
}

/** What every action takes beside its own fields. */
export interface Common {
  readonly tabId?: number | "active";
  readonly timeout?: number;
}

export const common: Fields<Common> = { tabId: either(number, oneOf("active")), timeout: number };

export interface Where {
  readonly selector?: string;
  readonly ref?: string;
  readonly frame?: string | number;
}

export const where: Fields<Where> = { selector: text, ref: text, frame: either(text, number) };

/** The fields of `T` in `args`; null counts as absent, other names are ignored. Throws `INVALID_ARGUMENTS`. */
export function parse<T extends object>(args: Readonly<Record<string, unknown>>, fields: Fields<T>, ...required: readonly (keyof T & string)[]): T {
  const found: Partial<Record<string, unknown>> = {};
  for (const [name, test] of Object.entries<Check<unknown>>(fields)) {
    const value = args[name];
    if (value === undefined || value === null) continue;
    if (!test(value)) throw invalid(name, `must be ${test.says}`);
    found[name] = value;
  }
  for (const name of required) if (found[name] === undefined) throw invalid(name, "is required");
  return found as T;
}

export function invalid(name: string, problem: string): ToolFailure {
  return new ToolFailure("INVALID_ARGUMENTS", `${name} ${problem}`, { field: name, problem });
}

/** Throws `INVALID_ARGUMENTS` when neither a selector nor a ref is given. */
export function mustName(spot: Where): void {
  if (spot.selector === undefined && spot.ref === undefined) throw invalid("selector", "or ref is required");
}
