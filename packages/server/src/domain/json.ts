/** A value that JSON can carry. What crosses a boundary is one of these, never a class or undefined. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Whether every store and program can carry a text: it holds no NUL and no half of a surrogate pair. */
export const isCarriable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

/** The nearest text that can be carried: what cannot becomes U+FFFD. */
export const toCarriableText = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd');

/** A text of no more than `most` UTF-16 code units that can be carried, with a sign where it was cut. */
export const toShortText = (text: string, most: number): string =>
  toCarriableText(text.length > most ? `${text.slice(0, most - 1)}…` : text);

const deepest = 100;

/**
 * The nearest value that JSON can carry and every store takes. What a platform answers is not ours to choose:
 * one that cannot be stored must not keep its outcome from being stored. Numbers that are none, circles and
 * what is nested deeper than 100 levels become null. What has the shape of JSON keeps its type.
 */
export const toCarriable = <Value>(value: Value): Value => (carry(value, []) ?? null) as Value;

/** Undefined where JSON has nothing for the value. */
const carry = (value: unknown, above: readonly object[]): Json | undefined => {
  switch (typeof value) {
    case 'string':
      return toCarriableText(value);
    case 'number':
      return Number.isFinite(value) ? value + 0 : null;
    case 'boolean':
      return value;
    case 'bigint':
      return value.toString();
    case 'object':
      return value === null ? null : carryObject(value, above);
    default:
      return undefined;
  }
};

const carryObject = (value: object, above: readonly object[]): Json | undefined => {
  if (above.length >= deepest || above.includes(value)) return null;
  const inside = [...above, value];
  if (Array.isArray(value)) return Array.from(value, (child: unknown) => carry(child, inside) ?? null);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  const entries = Object.entries(value).flatMap(([key, child]: [string, unknown]) => {
    const carried = carry(child, inside);
    return carried === undefined ? [] : [[toCarriableText(key), carried] as const];
  });
  return Object.fromEntries(entries);
};

export interface JsonFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export interface JsonLimits {
  /** Containers within containers. */
  readonly depth: number;
  /** Everything in it, at any depth. */
  readonly values: number;
}

/** A container on the way down, and how far it has been looked at. */
interface Place {
  readonly value: Readonly<Record<string | number, unknown>>;
  /** Null for a list. */
  readonly names: readonly string[] | null;
  readonly size: number;
  next: number;
}

/**
 * The first thing in a value that JSON or some store would not carry as it is, or null. Walks without
 * recursion and not past its limits: how deep and how wide the value is, is the caller's choice.
 */
export const jsonFault = (root: unknown, limits: JsonLimits): JsonFault | null => {
  const places: Place[] = [];
  let left = limits.values;
  const enter = (value: unknown): string | null => {
    if (typeof value !== 'object' || value === null) return leafFault(value);
    if (places.length >= limits.depth) return `must not be nested deeper than ${limits.depth}`;
    if (!Array.isArray(value) && !isPlain(value)) return 'is not JSON';
    const names = Array.isArray(value) ? null : Object.keys(value);
    const size = names?.length ?? (value as readonly unknown[]).length;
    if (size > left) return `must not hold more than ${limits.values} values in all`;
    left -= size;
    places.push({ value: value as Place['value'], names, size, next: 0 });
    return null;
  };

  let message = enter(root);
  while (message === null) {
    const place = places.at(-1);
    if (!place) return null;
    if (place.next === place.size) {
      places.pop();
      continue;
    }
    const key = keyAt(place, place.next);
    place.next += 1;
    message = (typeof key === 'string' ? nameFault(key) : null) ?? enter(place.value[key]);
  }
  return { path: places.map((place) => keyAt(place, place.next - 1)), message };
};

const keyAt = ({ names }: Place, index: number): string | number => names?.[index] ?? index;

const unfitText = 'holds a NUL or half of a surrogate pair';

const nameFault = (name: string): string | null => {
  if (!isCarriable(name)) return `a name ${unfitText}`;
  return name === '__proto__' ? 'this name is not allowed' : null;
};

const leafFault = (value: unknown): string | null => {
  switch (typeof value) {
    case 'string':
      return isCarriable(value) ? null : unfitText;
    case 'number':
      if (!Number.isFinite(value)) return 'is no number that JSON knows';
      return Number.isInteger(value) && !Number.isSafeInteger(value)
        ? 'is too large to be exact: send it as text'
        : null;
    case 'boolean':
      return null;
    default:
      return value === null ? null : 'is not JSON';
  }
};

/** An object literal, also one without a prototype as GraphQL makes it. */
const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};
