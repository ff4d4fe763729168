import canonicalize from 'canonicalize';

/**
 * RFC 8785 canonical JSON, as `canonicalJson` gives it. Where the keys of a value stand in their order, or can be put
 * into it, that is its plain JSON, which takes a quarter of the time.
 *
 * @throws where the value has no such form: half of a surrogate pair, a number that is none
 */
export const canonicalText = (value: unknown): string => {
  const ordered = inOrder(value);
  const text = ordered === unordered ? null : JSON.stringify(ordered);
  // Half of a pair is written so, and so may be what only looks like one: the library tells them apart.
  return (text?.includes('\\ud') === false ? text : canonicalize(value)) ?? '';
};

/** Of what is left to the library. */
const unordered = Symbol('unordered');

/** The same value where nothing of it is out of order. */
const inOrder = (value: unknown): unknown => {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : unordered;
    case 'object':
      if (value === null) return value;
      return Array.isArray(value)
        ? itemsInOrder(value)
        : membersInOrder(value as Readonly<Record<string, unknown>>);
    default:
      return unordered;
  }
};

const itemsInOrder = (items: readonly unknown[]): unknown => {
  let copy: unknown[] | null = null;
  for (let at = 0; at < items.length; at += 1) {
    const item = items[at];
    const ordered = inOrder(item);
    if (ordered === unordered) return unordered;
    if (ordered !== item) (copy ??= [...items])[at] = ordered;
  }
  return copy ?? items;
};

/** Each value is walked once, and nothing is copied before something is out of order: most of what the text costs. */
const membersInOrder = (members: Readonly<Record<string, unknown>>): unknown => {
  if (Object.getPrototypeOf(members) !== Object.prototype) return unordered;
  let copied: [key: string, value: unknown][] | null = null;
  let at = 0;
  let before = '';
  for (const key in members) {
    const value = members[key];
    const ordered = inOrder(value);
    if (ordered === unordered) return unordered;
    if (copied === null && (ordered !== value || key < before)) copied = Object.entries(members).slice(0, at);
    copied?.push([key, ordered]);
    before = key;
    at += 1;
  }
  return copied ? sorted(copied) : members;
};

const sorted = (members: [key: string, value: unknown][]): unknown =>
  // Names that are numbers come first in every object, whatever their order as text.
  members.some(([key]) => key >= '0' && key < ':')
    ? unordered
    : Object.fromEntries(members.sort(([one], [other]) => (one < other ? -1 : 1)));
