import fc from 'fast-check';
import { canonicalJson } from '../src/infra/digest.ts';
import { planReader } from '../src/modules/planning/index.ts';

/** What the record holds of one approved task, as far as tampering needs to know. */
export interface Victim {
  readonly taskId: string;
  readonly document: string;
  readonly hash: string;
  readonly approverId: string;
  readonly requesterId: string;
  readonly ownerId: string;
  readonly otherTenantId: string;
}

/** One statement of somebody who may write anything into the database. */
export interface Forgery {
  readonly text: string;
  readonly values: readonly unknown[];
}

export interface Tampering {
  /** For the message of a test that fails. */
  readonly what: string;
  /** Empty where it happens to change nothing about this victim. */
  readonly forge: (victim: Victim) => readonly Forgery[];
}

/** Rows that belong to a task, by the column that says so. */
const tables = {
  plan: 'task_id = $1',
  task: 'id = $1',
  run: 'task_id = $1',
  policy_decision: 'task_id = $1',
  approval_request: 'task_id = $1',
  review: 'approval_id IN (SELECT id FROM approval_request WHERE task_id = $1)',
} as const;
type Table = keyof typeof tables;

const set = (table: Table, column: string, taskId: string, value: unknown): Forgery => ({
  text: `UPDATE ${table} SET ${column} = $2 WHERE ${tables[table]}`,
  values: [taskId, value],
});

const remove = (table: Table): Tampering => ({
  what: `${table} deleted`,
  forge: ({ taskId }) => [{ text: `DELETE FROM ${table} WHERE ${tables[table]}`, values: [taskId] }],
});

const column = (
  table: Table,
  name: string,
  label: string,
  value: (victim: Victim) => unknown,
): Tampering => ({
  what: `${table}.${name} ${label}`,
  forge: (victim) => [set(table, name, victim.taskId, value(victim))],
});

const foreignHash = 'f'.repeat(64);
const nobody = '00000000-0000-7000-8000-000000000000';
const longAgo = new Date(0);
const farAway = new Date(Date.now() + 86_400_000);

/** Every column that binds an approval to what runs, set to what it must not be. */
export const columnTamperings: readonly Tampering[] = [
  ...(['plan', 'task', 'run', 'policy_decision', 'approval_request', 'review'] as const).flatMap((table) => [
    column(table, table === 'plan' ? 'hash' : 'plan_hash', 'of another plan', () => foreignHash),
    column(table, 'tenant_id', 'of another tenant', ({ otherTenantId }) => otherTenantId),
  ]),
  ...(['plan', 'policy_decision', 'approval_request'] as const).flatMap((table) => [
    column(table, 'revision', 'of another revision', () => 2),
    column(table, 'task_id', 'of another task', () => crypto.randomUUID()),
    remove(table),
  ]),
  remove('review'),
  column('task', 'revision', 'of another revision', () => 2),
  column('task', 'submitted_by_id', 'of nobody', () => nobody),
  column('task', 'submitted_by_id', 'of somebody else', ({ approverId }) => approverId),
  column('task', 'mode', 'NOOP', () => 'NOOP'),
  column('task', 'environment', 'elsewhere', () => 'STAGING'),
  column('task', 'risk', 'CRITICAL', () => 'CRITICAL'),
  column('policy_decision', 'outcome', 'DENY', () => 'DENY'),
  column('policy_decision', 'decided_at', 'long ago', () => longAgo),
  ...['PENDING', 'REJECTED', 'EXPIRED', 'CANCELLED', 'SUPERSEDED'].map((status) =>
    column('approval_request', 'status', status, () => status),
  ),
  column('approval_request', 'required', 'one more', () => 2),
  column('approval_request', 'expires_at', 'long ago', () => longAgo),
  column('approval_request', 'effective_at', 'not yet', () => farAway),
  column('approval_request', 'effective_at', 'never', () => null),
  column('approval_request', 'excluded_ids', 'without the requester', ({ ownerId }) => [ownerId]),
  column('approval_request', 'excluded_ids', 'with the approver', (victim) => [
    victim.requesterId,
    victim.approverId,
  ]),
  column('review', 'approval_id', 'of another request', () => nobody),
  column('review', 'reviewer_id', 'of the requester', ({ requesterId }) => requesterId),
  column('review', 'reviewer_id', "of the agent's owner", ({ ownerId }) => ownerId),
  column('review', 'verdict', 'REJECT', () => 'REJECT'),
  column('review', 'verdict', 'WITHDRAW', () => 'WITHDRAW'),
];

type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
type Path = readonly (string | number)[];

const pathsOf = (value: JsonValue, path: Path = []): Path[] => {
  if (typeof value !== 'object' || value === null) return [path];
  const children = Object.entries(value).flatMap(([key, child]) =>
    pathsOf(child, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return path.length === 0 ? children : [path, ...children];
};

const edited = (value: JsonValue, path: Path, edit: (old: JsonValue) => JsonValue | undefined): JsonValue => {
  const [key, ...rest] = path;
  if (key === undefined) return edit(value) ?? null;
  const copy = structuredClone(value) as { [key: string]: JsonValue };
  const child = copy[key] ?? null;
  const changed = rest.length === 0 ? edit(child) : edited(child, rest, edit);
  if (changed !== undefined) copy[key] = changed;
  else if (Array.isArray(copy)) copy.splice(Number(key), 1);
  else Reflect.deleteProperty(copy, key);
  return copy;
};

const otherValue = (old: JsonValue): JsonValue => {
  if (typeof old === 'string') return `${old}x`;
  if (typeof old === 'number') return old + 1;
  if (typeof old === 'boolean') return !old;
  if (old === null) return 1;
  return Array.isArray(old) ? [...old, 'more'] : { ...old, more: true };
};

/** The same meaning in other bytes, or bytes that mean nothing. */
const rewritings: readonly ((document: string) => string)[] = [
  (document) => ` ${document}`,
  (document) => `${document}\n`,
  (document) => document.replace(':', ': '),
  (document) => JSON.stringify(JSON.parse(document), null, 1),
  (document) => JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(document) as object).reverse())),
  (document) => document.replace('{', '{"mode":"APPLY",'),
  (document) => document.replace('"APPLY"', '"\\u0041PPLY"'),
  (document) => document.slice(1),
  () => '{}',
  () => '',
];

/** Who else than the document learns of its new hash; with all of them, only what people signed still tells. */
const hashColumns = [
  ['plan', 'hash'],
  ['task', 'plan_hash'],
  ['run', 'plan_hash'],
  ['policy_decision', 'plan_hash'],
  ['approval_request', 'plan_hash'],
] as const;

interface DocumentEdit {
  /** In [0, 1): which of the document's fields. */
  readonly place: number;
  readonly kind: 'CHANGE' | 'REMOVE' | 'REWRITE';
  /** How many of `hashColumns` are rewritten to the new hash as well. */
  readonly rehashed: number;
}

const changedDocument = (
  { document }: Victim,
  { place, kind }: DocumentEdit,
): { text: string; where: string } => {
  if (kind === 'REWRITE') {
    const which = Math.floor(place * rewritings.length);
    return { text: rewritings[which]?.(document) ?? '', where: `rewriting ${which}` };
  }
  const value = JSON.parse(document) as JsonValue;
  const paths = pathsOf(value);
  const path = paths[Math.floor(place * paths.length)] ?? [];
  const edit = kind === 'CHANGE' ? otherValue : () => undefined;
  return { text: canonicalJson(edited(value, path, edit)), where: `${kind} ${path.join('.')}` };
};

const documentTampering = (edit: DocumentEdit): Tampering => ({
  what: `plan.document ${JSON.stringify(edit)}`,
  forge(victim) {
    const { text } = changedDocument(victim, edit);
    if (text === victim.document) return [];
    const hash = planReader.hash(text);
    return [
      set('plan', 'document', victim.taskId, text),
      ...hashColumns.slice(0, edit.rehashed).map(([table, name]) => set(table, name, victim.taskId, hash)),
    ];
  },
});

/** Any field of the approved document, any other bytes of it, and any binding column of the rows around it. */
export const tampering: fc.Arbitrary<Tampering> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .record({
        place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        kind: fc.constantFrom('CHANGE' as const, 'REMOVE' as const, 'REWRITE' as const),
        rehashed: fc.integer({ min: 0, max: hashColumns.length }),
      })
      .map(documentTampering),
  },
  { weight: 1, arbitrary: fc.constantFrom(...columnTamperings) },
);
