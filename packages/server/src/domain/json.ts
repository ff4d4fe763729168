/** A value that JSON can carry. What crosses a boundary is one of these, never a class or undefined. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Whether every store and program can carry a text: it holds no NUL and no half of a surrogate pair. */
export const isCarriable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

/** The nearest text that can be carried: what cannot becomes U+FFFD. */
export const toCarriableText = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd');

const deepest = 100;

/**
 * The nearest value that JSON can carry and every store takes. What a platform answers is not ours to choose:
 * one that cannot be stored must not keep its outcome from being stored. Numbers that are none, circles and
 * what is nested deeper than 100 levels become null.
 */
export const toCarriable = (value: unknown): Json => carry(value, []) ?? null;

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

interface Place {
  readonly value: unknown;
  readonly key: string | number;
  readonly above: Place | null;
  /** Containers down to this one, itself included. */
  readonly depth: number;
}

/**
 * The first thing in a value that JSON or some store would not carry as it is, or null. Walks without
 * recursion: how deep and how wide the value is, is the caller's choice.
 */
export const jsonFault = (root: unknown, maxDepth: number): JsonFault | null => {
  const places: Place[] = [{ value: root, key: '', above: null, depth: 1 }];
  for (let place = places.pop(); place; place = places.pop()) {
    const message = faultOf(place, maxDepth);
    if (message !== null) return { path: pathOf(place), message };
    if (typeof place.value !== 'object' || place.value === null) continue;
    const isList = Array.isArray(place.value);
    for (const [key, value] of Object.entries(place.value).toReversed()) {
      places.push({ value, key: isList ? Number(key) : key, above: place, depth: place.depth + 1 });
    }
  }
  return null;
};

const unfitText = 'holds a NUL or half of a surrogate pair';

const faultOf = ({ value, key, depth }: Place, maxDepth: number): string | null => {
  if (typeof key === 'string' && !isCarriable(key)) return `a name ${unfitText}`;
  if (key === '__proto__') return 'this name is not allowed';
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
    case 'object':
      if (value === null) return null;
      if (depth > maxDepth) return `must not be nested deeper than ${maxDepth}`;
      return Array.isArray(value) || isPlain(value) ? null : 'is not JSON';
    default:
      return 'is not JSON';
  }
};

/** An object literal, also one without a prototype as GraphQL makes it. */
const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};

const pathOf = (place: Place): (string | number)[] => {
  const path: (string | number)[] = [];
  for (let at: Place = place; at.above; at = at.above) path.unshift(at.key);
  return path;
};
