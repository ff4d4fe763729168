import fc from 'fast-check';
import { canonicalJson } from '../../src/infra/digest.ts';
import { planReader } from '../../src/record/plan-reader.ts';
import { set, type Change, type Victim } from './change.ts';

type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
type Path = readonly (string | number)[];

const pathsOf = (value: JsonValue, path: Path = []): Path[] => {
  if (typeof value !== 'object' || value === null) return [path];
  const children = Object.entries(value).flatMap(([key, child]) =>
    pathsOf(child, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return path.length === 0 ? children : [path, ...children];
};

/** What an edit makes of the value at its place; `undefined` takes it away. */
interface Edit {
  readonly is: string;
  readonly of: (old: JsonValue) => JsonValue | undefined;
}

const edited = (value: JsonValue, [key, ...rest]: Path, { of }: Edit): JsonValue => {
  if (key === undefined) return of(value) ?? null;
  const copy = structuredClone(value) as { [key: string]: JsonValue };
  const child = copy[key] ?? null;
  const changed = rest.length === 0 ? of(child) : edited(child, rest, { is: '', of });
  if (changed !== undefined) copy[key] = changed;
  else if (Array.isArray(copy)) copy.splice(Number(key), 1);
  else Reflect.deleteProperty(copy, key);
  return copy;
};

const alike = (old: JsonValue): JsonValue => {
  if (typeof old === 'string') return `${old} `;
  if (typeof old === 'number') return old + 1;
  if (typeof old === 'boolean') return !old;
  if (old === null) return 0;
  return Array.isArray(old) ? [...old, ...old.slice(-1), null] : { ...old, more: true };
};

const gone: Edit = { is: 'taken away', of: () => undefined };
const slightlyChanged: Edit = { is: 'slightly changed', of: alike };
const inCapitals: Edit = {
  is: 'in capitals',
  of: (old) => (typeof old === 'string' ? old.toUpperCase() : alike(old)),
};
const turnedAround: Edit = {
  is: 'turned around',
  of: (old) => (Array.isArray(old) ? old.toReversed() : alike(old)),
};
const anyEdit: fc.Arbitrary<Edit> = fc.oneof(
  fc.constantFrom(slightlyChanged, gone, inCapitals, turnedAround),
  fc
    .jsonValue({ maxDepth: 1 })
    .map((value) => ({ is: `= ${JSON.stringify(value)}`, of: () => value as JsonValue })),
);

/** The same meaning in other bytes, or bytes that mean nothing. */
const rewritings: Readonly<Record<string, (document: string) => string>> = {
  'a blank before it': (document) => ` ${document}`,
  'a line break after it': (document) => `${document}\n`,
  'a blank within': (document) => document.replace(':', ': '),
  'printed over lines': (document) => JSON.stringify(JSON.parse(document), null, 1),
  'its keys the other way round': (document) =>
    JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(document) as object).reverse())),
  'a key twice': (document) => document.replace('{', '{"mode":"APPLY",'),
  'a letter escaped': (document) => document.replace('"APPLY"', '"\\u0041PPLY"'),
  'without its first byte': (document) => document.slice(1),
  'an empty object': () => '{}',
  nothing: () => '',
};

/** Who else than the document learns of its new hash; with all of them, only what people signed still tells. */
const hashColumns = [
  ['plan', 'hash'],
  ['task', 'plan_hash'],
  ['run', 'plan_hash'],
  ['policy_decision', 'plan_hash'],
  ['approval_request', 'plan_hash'],
] as const;
/** How many of `hashColumns`, from the first on. */
const rehashed = fc.integer({ min: 0, max: hashColumns.length });

const rewriting = (what: string, rehash: number, of: (victim: Victim) => string): Change => ({
  what: `plan.document: ${what}${rehash === 0 ? '' : `, with its new hash in ${describeColumns(rehash)}`}`,
  forge: (victim) => {
    const document = of(victim);
    const hash = planReader.hash(document);
    return [
      set('plan', 'document', victim.taskId, document),
      ...hashColumns.slice(0, rehash).map(([table, column]) => set(table, column, victim.taskId, hash)),
    ];
  },
});

const describeColumns = (count: number): string =>
  hashColumns
    .slice(0, count)
    .map((column) => column.join('.'))
    .join(', ');

const editing = (path: Path, edit: Edit, rehash: number): Change =>
  rewriting(`${path.join('.')} ${edit.is}`, rehash, ({ document }) =>
    canonicalJson(edited(JSON.parse(document) as JsonValue, path, edit)),
  );

/** Everything about it is true, and people approved it; it is only another task's. */
const transplants: readonly Change[] = [false, true].map((withReview) => ({
  what: `plan.document: its neighbour's, with its hash everywhere${withReview ? ', in the review too' : ''}`,
  forge: ({ taskId, neighbour }) => [
    set('plan', 'document', taskId, neighbour.document),
    ...hashColumns.map(([table, column]) => set(table, column, taskId, neighbour.hash)),
    ...(withReview ? [set('review', 'plan_hash', taskId, neighbour.hash)] : []),
  ],
}));

export interface DocumentChanges {
  /** Each field changed and taken away, each rewriting, each transplant. */
  readonly all: readonly Change[];
  readonly any: fc.Arbitrary<Change>;
}

/** Ways to change a document that looks like this one, each of which does change it. */
export const documentChanges = (sample: string): DocumentChanges => {
  const value = JSON.parse(sample) as JsonValue;
  const paths = pathsOf(value);
  const isChange = (path: Path, edit: Edit): boolean => canonicalJson(edited(value, path, edit)) !== sample;
  return {
    all: [
      ...paths.flatMap((path, index) =>
        [slightlyChanged, gone].map((edit, turn) =>
          editing(path, edit, (index + turn * 3) % (hashColumns.length + 1)),
        ),
      ),
      ...Object.entries(rewritings).flatMap(([what, rewrite]) =>
        [0, hashColumns.length].map((rehash) => rewriting(what, rehash, ({ document }) => rewrite(document))),
      ),
      ...transplants,
    ],
    any: fc
      .tuple(fc.constantFrom(...paths), anyEdit, rehashed)
      .filter(([path, edit]) => isChange(path, edit))
      .map((change) => editing(...change)),
  };
};
