import fc from 'fast-check';

const pieces = [
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  '...',
  '@skip(if: true)',
  '@include(if: $n)',
  '@defer',
  '$',
  '$n',
  ':',
  '!',
  '=',
  '|',
  '&',
  '"',
  '"""',
  '\\u0000',
  '\\uD800',
  '#',
  ',',
  'null',
  'true',
  '-0',
  '1e999',
  '99999999999999999999',
  'id',
  '__typename',
  '__schema { types { name } }',
  '__proto__',
  'a: ',
  '... on Node',
  '...F',
  'fragment F on Node { id ...F }',
  'query',
  'mutation',
  'subscription',
  'extend type Query { a: Int }',
  '\u0000',
  '\u202E',
  '\uFEFF',
  '\uD800',
  '💣',
];

/** One edit of a document: what it cuts out, what it puts there, and how often. */
const edit = fc.oneof(
  { weight: 4, arbitrary: fc.record({ at: place(), cut: fc.nat(12), add: fc.constantFrom('', ...pieces) }) },
  {
    weight: 1,
    arbitrary: fc.record({ at: place(), length: fc.nat(40), times: fc.integer({ min: 2, max: 120 }) }),
  },
);

/** In [0, 1): how far into the document. */
function place(): fc.Arbitrary<number> {
  return fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
}

type Edit = typeof edit extends fc.Arbitrary<infer Value> ? Value : never;

const apply = (document: string, change: Edit): string => {
  const at = Math.floor(change.at * (document.length + 1));
  return 'add' in change
    ? document.slice(0, at) + change.add + document.slice(at + change.cut)
    : document.slice(0, at) +
        document.slice(at, at + change.length).repeat(change.times) +
        document.slice(at + change.length);
};

/** Good documents that somebody cut, spliced and multiplied; most are none any more, some still run. */
export const mutantOf = (good: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...good), fc.array(edit, { minLength: 1, maxLength: 6 }))
    .map(([document, edits]) => edits.reduce(apply, document));
