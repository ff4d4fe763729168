import fc from 'fast-check';

const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: [deep(levels - 1)] });

/** What somebody sends where something else was meant. */
const nastyValues: readonly unknown[] = [
  null,
  '',
  ' ',
  'x'.repeat(100_000),
  '\u0000',
  'a\u0000b',
  '\uD800',
  '\u202Etxt.exe',
  "' OR 1=1; --",
  '../../etc/passwd',
  '${7*7}{{7*7}}',
  '__proto__',
  '%00',
  'NaN',
  '00000000-0000-0000-0000-000000000000',
  '00000000-0000-7000-8000-00000000000G',
  '{00000000-0000-7000-8000-000000000000}',
  '9'.repeat(19),
  '9'.repeat(400),
  '-1',
  '2026-02-30T00:00:00Z',
  '+275760-09-13T00:00:00.001Z',
  '-000001-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  -1,
  0,
  0.5,
  201,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 53,
  1e308,
  -0,
  true,
  [],
  [null],
  [[]],
  {},
  { __proto__: null },
  { constructor: 1 },
  deep(60),
  Array.from({ length: 5_000 }, (_, index) => index),
];

type Path = readonly (string | number)[];

const pathsOf = (value: unknown, path: Path = []): Path[] =>
  typeof value !== 'object' || value === null
    ? [path]
    : [
        ...(path.length === 0 ? [] : [path]),
        ...Object.entries(value).flatMap(([key, child]) =>
          pathsOf(child, [...path, Array.isArray(value) ? Number(key) : key]),
        ),
      ];

const replaced = (value: unknown, [key, ...rest]: Path, by: unknown): unknown => {
  if (key === undefined) return by;
  const copy: unknown = structuredClone(value);
  const parent = copy as Record<string | number, unknown>;
  parent[key] = replaced(parent[key], rest, by);
  return copy;
};

/** Good variables of which somebody replaced some values by others that were never meant, or added some. */
export const spoiledVariables = (good: object): fc.Arbitrary<object> =>
  fc
    .array(
      fc.tuple(
        fc.oneof(
          { weight: 5, arbitrary: fc.constantFrom(...pathsOf(good)) },
          {
            weight: 1,
            arbitrary: fc.constantFrom(...pathsOf(good).map((path) => [...path.slice(0, -1), 'more'])),
          },
        ),
        fc.oneof(fc.constantFrom(...nastyValues), fc.jsonValue({ maxDepth: 2 })),
      ),
      { minLength: 1, maxLength: 3 },
    )
    .map((changes) => changes.reduce<object>((now, [path, value]) => replacedSafely(now, path, value), good));

/** A value that replaced an object has no place inside any more. */
const replacedSafely = (value: object, path: Path, by: unknown): object => {
  const parent = path.slice(0, -1).reduce<unknown>((inner, key) => {
    const isContainer = typeof inner === 'object' && inner !== null;
    return isContainer ? (inner as Record<string | number, unknown>)[key] : undefined;
  }, value);
  return typeof parent === 'object' && parent !== null ? (replaced(value, path, by) as object) : value;
};
