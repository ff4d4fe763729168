import { quoted } from '@countersign/shared';
import { z } from 'zod';
import type { Diff } from '../../domain/diff.ts';
import type { Json } from '../../domain/json.ts';
import type { Finding } from '../../domain/planned-action.ts';
import { createRedactor } from '../../infra/redaction.ts';
import { shortestSecret } from '../../infra/secret-forms.ts';

const change = z.object({
  actions: z.array(z.string()).min(1),
  before: z.json().nullish(),
  after: z.json().nullish(),
  after_unknown: z.json().optional(),
  before_sensitive: z.json().optional(),
  after_sensitive: z.json().optional(),
});
type Change = z.output<typeof change>;

/** What `terraform show -json PLANFILE` says, as far as it is shown to people. */
export const planSchema = z.object({
  format_version: z.string().regex(/^1\./),
  resource_changes: z
    .array(z.object({ address: z.string(), mode: z.string().default('managed'), change }))
    .default([]),
  output_changes: z.record(z.string(), change).default({}),
  complete: z.boolean().default(true),
  errored: z.boolean().default(false),
});
export type TerraformPlan = z.output<typeof planSchema>;

export interface ShownPlan {
  readonly added: number;
  readonly changed: number;
  readonly destroyed: number;
  readonly diffs: readonly Diff[];
  readonly findings: readonly Finding[];
}

const mostBlocks = 300;
const mostBytesShown = 4_096;
const unknownValue = '(known after apply)';
const sensitiveValue = '(sensitive)';

/** What terraform says is secret in one place it may show in another: an output made of it. */
const secretsIn = (value: Json, marks: Json | undefined): string[] => {
  if (!hasMark(marks)) return [];
  if (typeof value === 'string') return marks === true && value.length >= shortestSecret ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]: [string, Json]) =>
    secretsIn(part, marks === true ? true : (marks as Readonly<Record<string, Json>>)[key]),
  );
};

/** What the plan does as blocks: what is destroyed first, then each resource and output that is another afterwards. */
export const showPlan = async (plan: TerraformPlan): Promise<ShownPlan> => {
  const changes = plan.resource_changes.filter(({ mode }) => mode === 'managed');
  const having = (action: string): string[] =>
    changes.filter((one) => one.change.actions.includes(action)).map(({ address }) => address);
  const [added, changed, destroyed, forgotten] = ['create', 'update', 'delete', 'forget'].map(having);
  const fields = [
    ...changes.flatMap((one) => fieldsOf(pointer(one.address), one.change)),
    ...Object.entries(plan.output_changes).flatMap(([name, output]) =>
      fieldsOf(pointer('outputs', name), output),
    ),
  ];
  const gone = destroyed ?? [];
  const deletions: Diff[] = gone.length === 0 ? [] : [{ type: 'DELETIONS', title: 'Destroyed', names: gone }];
  const secrets = [...changes.map((one) => one.change), ...Object.values(plan.output_changes)].flatMap(
    (one) => [
      ...secretsIn(one.before ?? null, one.before_sensitive),
      ...secretsIn(one.after ?? null, one.after_sensitive),
    ],
  );
  const shown = await createRedactor([...new Set(secrets)]).json(fields.slice(0, mostBlocks));
  const left = fields.length - (mostBlocks - deletions.length);
  return {
    added: added?.length ?? 0,
    changed: changed?.length ?? 0,
    destroyed: gone.length,
    diffs: [...deletions, ...shown].slice(0, mostBlocks),
    findings: [
      ...(gone.length === 0 ? [] : [finding('HIGH', `Destroys ${counted(gone)}.`)]),
      ...(forgotten && forgotten.length > 0
        ? [finding('MEDIUM', `No longer manages ${counted(forgotten)}; what they are stays as it is.`)]
        : []),
      ...(left > 0 ? [finding('HIGH', `${left} more values change than can be shown.`)] : []),
    ],
  };
};

const finding = (severity: Finding['severity'], message: string): Finding => ({ severity, message });

const mostNamed = 5;
const counted = (names: readonly string[]): string => {
  const named = names.slice(0, mostNamed).map((name) => quoted(name));
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  return `${names.length} ${names.length === 1 ? 'resource' : 'resources'}: ${named.join(', ')}${more}`;
};

const fieldsOf = (path: string, given: Change): Diff[] => {
  const { actions } = given;
  if (actions.every((action) => action === 'no-op' || action === 'read' || action === 'forget')) return [];
  const before = masked(given.before ?? null, given.before_sensitive);
  const after = masked(withUnknown(given.after ?? null, given.after_unknown), given.after_sensitive);
  const isDestructive = actions.includes('delete');
  const isUpdate = actions.length === 1 && actions[0] === 'update';
  if (!isUpdate || !isObject(before) || !isObject(after))
    return [{ type: 'FIELD', path, before: shortened(before), after: shortened(after), isDestructive }];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return keys.flatMap((key): Diff[] => {
    const [old = null, next = null] = [before[key], after[key]];
    // What is masked on both sides may be another all the same.
    const isSame = JSON.stringify(old) === JSON.stringify(next) && !hasMoved(given, key);
    if (isSame) return [];
    const place = `${path}${pointer(key)}`;
    return [
      { type: 'FIELD', path: place, before: shortened(old), after: shortened(next), isDestructive: false },
    ];
  });
};

const hasMoved = ({ before, after }: Change, key: string): boolean => {
  const valueOf = (side: Json | null | undefined) =>
    isObject(side ?? null) ? (side as Record<string, Json>)[key] : side;
  return JSON.stringify(valueOf(before)) !== JSON.stringify(valueOf(after));
};

const isObject = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where `marks` is true, `mask` stands instead; it has the shape of the value, with `false` or nothing elsewhere. */
const marked = (value: Json, marks: Json | undefined, mask: string): Json => {
  if (marks === true) return mask;
  if (!hasMark(marks)) return value;
  if (Array.isArray(marks)) {
    const items: readonly Json[] = Array.isArray(value) ? value : [];
    const each: readonly Json[] = marks;
    return Array.from({ length: Math.max(items.length, each.length) }, (_, index) =>
      marked(items[index] ?? null, each[index], mask),
    );
  }
  const known = isObject(value) ? value : {};
  const keys = new Set([...Object.keys(known), ...Object.keys(marks)]);
  const entries = [...keys].flatMap((key): [string, Json][] => {
    const mark = (marks as Record<string, Json>)[key];
    if (known[key] === undefined && !hasMark(mark)) return [];
    return [[key, marked(known[key] ?? null, mark, mask)]];
  });
  return Object.fromEntries(entries);
};

const hasMark = (marks: Json | undefined): marks is Exclude<Json, null> =>
  marks === true || (typeof marks === 'object' && marks !== null && Object.values(marks).some(hasMark));

const withUnknown = (value: Json, unknown: Json | undefined): Json =>
  hasMark(unknown) ? marked(value, unknown, unknownValue) : value;

const masked = (value: Json, sensitive: Json | undefined): Json =>
  value !== null && hasMark(sensitive) ? marked(value, sensitive, sensitiveValue) : value;

const shortened = (value: Json): Json => {
  const bytes = JSON.stringify(value).length;
  if (bytes <= mostBytesShown) return value;
  return typeof value === 'string' ? `${value.slice(0, 1_000)}… (${bytes} bytes)` : `(${bytes} bytes)`;
};

const pointer = (...parts: readonly string[]): string =>
  parts.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
