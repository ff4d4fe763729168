import fc from 'fast-check';
import { deletion, set, tables, type Change, type Table } from './change.ts';
import { columnRules, type ColumnRule } from './column-rules.ts';
import type { DocumentChanges } from './document-changes.ts';
import type { Value, Values } from './values.ts';

/** When somebody tampers: before the undo window is over, or after the task's run was made. */
export type Stage = 'HELD' | 'RELEASED';

interface ColumnChange extends Change {
  readonly table: Table;
}

const columnChange = (table: Table, column: string, rule: ColumnRule, value: Value): ColumnChange => ({
  table,
  what: `${table}.${column} = ${value.is}`,
  leavesItLying: rule.leavesItLying ?? false,
  forge: (victim) => [set(table, column, victim.taskId, value.of(victim))],
});

type Pick = (rule: ColumnRule) => readonly (Values | undefined)[];

/** Before its release a task has no run. */
const tablesOf = (stage: Stage): readonly Table[] =>
  tables.filter((table) => stage === 'RELEASED' || (table !== 'run' && table !== 'step'));

/** A choice of changes for each column of which the rule has some. */
const columnChanges = (stage: Stage, pick: Pick): readonly fc.Arbitrary<ColumnChange>[] =>
  tablesOf(stage).flatMap((table) =>
    Object.entries(columnRules[table]).flatMap(([column, rule]) =>
      pick(rule).flatMap((values) =>
        values ? [values.map((value) => columnChange(table, column, rule, value))] : [],
      ),
    ),
  );

const stopping =
  (stage: Stage): Pick =>
  ({ stops, stopsWhileHeld }) => [stops, stage === 'HELD' ? stopsWhileHeld : undefined];
const sparing: Pick = ({ spares, stopsWhileHeld }) => [spares, stopsWhileHeld];

const sampled = (changes: readonly fc.Arbitrary<Change>[], times: number, seed: number): Change[] =>
  changes.flatMap((change) => fc.sample(change, { seed, numRuns: times }));

const deletionsAt = (stage: Stage): readonly Change[] =>
  tablesOf(stage).map((table) => deletion(table, table === 'task' || table === 'run' || table === 'step'));

/** Every kind of change that must stop an approved task, each at least once. */
export const everyStop = (stage: Stage, documents: DocumentChanges, seed: number): readonly Change[] => [
  ...documents.all,
  ...deletionsAt(stage),
  ...sampled(columnChanges(stage, stopping(stage)), 2, seed),
];

/** Every kind of change that an approved and released task outlives, each some times. */
export const everyMercy = (times: number, seed: number): readonly Change[] =>
  sampled(columnChanges('RELEASED', sparing), times, seed);

const together = (changes: readonly Change[]): Change => ({
  what: changes.map(({ what }) => what).join('; '),
  leavesItLying: changes.some(({ leavesItLying }) => leavesItLying),
  forge: (victim) => changes.flatMap(({ forge }) => forge(victim)),
});

const printed = (change: Change): Change =>
  Object.defineProperty(change, fc.toStringMethod, { value: () => change.what });

/** People's word is told from all three: a change of one may make another's true again, a vote of long ago for one. */
const wordOfPeople: readonly Table[] = ['task', 'approval_request', 'review'];

const canTakeBack = (other: Table, stop: Table): boolean =>
  other === stop || (wordOfPeople.includes(other) && wordOfPeople.includes(stop));

/** At least one change that must stop an approved task, together with whatever else somebody did to its record. */
export const anyStop = (stage: Stage, documents: DocumentChanges): fc.Arbitrary<Change> => {
  const stop = fc.oneof(...columnChanges(stage, stopping(stage)));
  const other = fc.oneof(...columnChanges(stage, (rule) => [...stopping(stage)(rule), rule.spares]));
  const others = fc.uniqueArray(other, { maxLength: 2, selector: ({ table }) => table });
  return fc.oneof(
    fc.tuple(documents.any, others).map(([change, more]) => printed(together([change, ...more]))),
    fc
      .tuple(stop, others)
      .map(([change, more]) =>
        printed(together([change, ...more.filter(({ table }) => !canTakeBack(table, change.table))])),
      ),
  );
};
