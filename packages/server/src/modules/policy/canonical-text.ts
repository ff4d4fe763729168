import canonicalize from 'canonicalize';

/**
 * RFC 8785 canonical JSON, as `canonicalJson` gives it. Where the keys of a value stand in their order, or can be put
 * into it, that is its plain JSON, which takes a quarter of the time.
 *
 * @throws where the value has no such form: half of a surrogate pair, a number that is none
 */
export const canonicalText = (value: unknown): string => {
  const ordered = inOrder(value);
  return (ordered === unordered ? canonicalize(value) : JSON.stringify(ordered)) ?? '';
};

/** Of what is left to the library. */
const unordered = Symbol('unordered');

/** The same value where nothing of it is out of order. */
const inOrder = (value: unknown): unknown => {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? value : unordered;
    case 'number':
      return Number.isFinite(value) ? value : unordered;
    case 'boolean':
      return value;
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

const membersInOrder = (members: Readonly<Record<string, unknown>>): unknown => {
  const { constructor } = members;
  if (constructor !== Object) return unordered;
  let changed: Map<string, unknown> | null = null;
  let isSorted = true;
  let before = '';
  // Without a list of the keys: this walk is most of what the text costs.
  for (const key in members) {
    if (!key.isWellFormed()) return unordered;
    const value = members[key];
    const ordered = inOrder(value);
    if (ordered === unordered) return unordered;
    if (ordered !== value) (changed ??= new Map()).set(key, ordered);
    isSorted &&= before <= key;
    before = key;
  }
  if (isSorted && !changed) return members;
  const keys = Object.keys(members);
  // Names that are numbers come first in every object, whatever their order as text.
  if (keys.some((key) => /^\d/.test(key))) return unordered;
  return Object.fromEntries(
    keys.sort().map((key) => [key, changed?.has(key) ? changed.get(key) : members[key]]),
  );
};
