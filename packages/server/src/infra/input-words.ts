import { type z } from 'zod';

/** A fault that a schema found: where, from the root of what was parsed, and in words that need no library. */
export interface FoundFault {
  readonly keys: readonly PropertyKey[];
  readonly message: string;
}

export type Reading<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly faults: readonly FoundFault[] };

/** Parses a caller's input; what does not fit is said in plain words: `branch is missing`. */
export const readInput = <Value>(schema: z.ZodType<Value>, input: unknown): Reading<Value> => {
  const parsed = schema.safeParse(input, { error: inWords });
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, faults: parsed.error.issues.flatMap(faultsIn) };
};

/** `files`, 2, `path` → `files[2].path`. */
export const pathOf = (keys: readonly PropertyKey[]): string =>
  keys.reduce<string>(
    (path, key) =>
      typeof key === 'number' ? `${path}[${key}]` : path === '' ? String(key) : `${path}.${String(key)}`,
    '',
  );

const faultsIn = (issue: z.core.$ZodIssue): readonly FoundFault[] =>
  issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => ({ keys: [...issue.path, key], message: 'There is no such property.' }))
    : [{ keys: issue.path, message: issue.message }];

const inWords = (issue: z.core.$ZodRawIssue): string => {
  const name = nameOf(issue.path ?? []);
  return issue.input === undefined && isAboutKind(issue.code)
    ? `${name} is missing`
    : `${name} ${demandOf(issue)}`;
};

const isAboutKind = (code: string): boolean =>
  code === 'invalid_type' || code === 'invalid_value' || code === 'invalid_union';

/** `files`, 2, `path` → `path`; `files`, 2 → `files[2]`. */
const nameOf = (path: readonly PropertyKey[]): string => {
  const last = path.at(-1);
  if (last === undefined) return 'it';
  return typeof last === 'number' ? `${nameOf(path.slice(0, -1))}[${last}]` : String(last);
};

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
  date: 'a date',
};

/** What an issue asks for: `must be text`. */
export const demandOf = (issue: z.core.$ZodRawIssue): string => {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kinds[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'too_small':
      return `must ${bound(issue.origin, 'at least', Number(issue.minimum))}`;
    case 'too_big':
      return `must ${bound(issue.origin, 'at most', Number(issue.maximum))}`;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return 'does not have the form that it must have';
    default:
      return 'is not a value that can stand here';
  }
};

const bound = (origin: string, side: 'at least' | 'at most', limit: number): string => {
  const most = limit.toLocaleString('en-US');
  if (side === 'at least' && limit === 1 && origin === 'string') return 'not be empty';
  if (origin === 'string') return `have ${side} ${most} characters`;
  if (origin === 'array' || origin === 'set') return `hold ${side} ${most} ${limit === 1 ? 'item' : 'items'}`;
  return `be ${side} ${most}`;
};
