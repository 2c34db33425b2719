/** What replies look like: a shape is a function that takes a value apart, or throws `BadReply`. */
import { isNumber, isObject, isString } from "./json.ts";
import { BadReply } from "./sessions.ts";

export type Shape<T> = (value: unknown) => T;
export type Shaped<S> = S extends Shape<infer T> ? T : never;

export const text: Shape<string> = (value) => (isString(value) ? value : wrong("a text", value));
export const number: Shape<number> = (value) => (isNumber(value) ? value : wrong("a number", value));
export const flag: Shape<boolean> = (value) => (typeof value === "boolean" ? value : wrong("true or false", value));
/** Whatever it is. */
export const anything: Shape<unknown> = (value) => value;

/** An object with these fields; others are left out. */
export function object<const Fields extends Record<string, Shape<unknown>>>(
  fields: Fields,
): Shape<{ readonly [Name in keyof Fields]: Shaped<Fields[Name]> }> {
  return (value) => {
    if (!isObject(value)) return wrong("an object", value);
    const entries = Object.entries(fields).map(([name, shape]) => [name, shape(value[name])]);
    return Object.fromEntries(entries) as { readonly [Name in keyof Fields]: Shaped<Fields[Name]> };
  };
}

export function list<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value) => (Array.isArray(value) ? value.map(shape) : wrong("a list", value));
}

/** An object of which only the values are known. */
export function record<T>(shape: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value) => {
    if (!isObject(value)) return wrong("an object", value);
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shape(inner)]));
  };
}

/** That, or null where it is null or absent. */
export function maybe<T>(shape: Shape<T>): Shape<T | null> {
  return (value) => (value === null || value === undefined ? null : shape(value));
}

function wrong(wanted: string, value: unknown): never {
  throw new BadReply(`${wanted} expected, and not ${value === null ? "null" : typeof value}`);
}
