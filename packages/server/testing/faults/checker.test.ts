import { expect, test } from 'vitest';
import { findFaults } from './checker.ts';
import type { Evidence, EventRow, StepRow } from './evidence.ts';
import type { LedgerEntry } from '../ledger-file.ts';

const anEntry = (number: number, key: string, parts: Partial<LedgerEntry> = {}): LedgerEntry => ({
  number,
  at: '',
  outcome: 'APPLIED',
  id: `effect-${number}`,
  idempotencyKey: key,
  resource: key,
  value: 1,
  ...parts,
});
const aStep = (name: string, parts: Partial<StepRow> = {}): StepRow => ({
  taskId: 't',
  name,
  kind: 'ACTION',
  undoes: null,
  actionType: 'ledger.undoable@1',
  dependsOn: [],
  state: 'UNDONE',
  fence: 1,
  output: null,
  resolution: null,
  planHash: 'hash',
  effect: 'SUCCEEDED',
  effectFence: 1,
  effectPlanHash: 'hash',
  key: name,
  ...parts,
});
const anUndo = (of: string, dependsOn: readonly string[] = []): StepRow =>
  aStep(`undo:${of}`, { kind: 'UNDO', undoes: of, dependsOn, state: 'SUCCEEDED' });
const events = (...told: readonly (readonly [EventRow['type'], EventRow['data']?])[]): EventRow[] =>
  told.map(([type, data = {}], index) => ({ seq: String(index + 1), taskId: 't', type, data }));

/** Two steps, one upon the other, done and undone. */
const whole: Evidence = {
  audit: { fault: null, seqs: new Set(Array.from({ length: 20 }, (_, index) => String(index + 1))) },
  entries: [anEntry(1, 'a'), anEntry(2, 'b'), anEntry(3, 'undo:b'), anEntry(4, 'undo:a')],
  tasks: [
    {
      id: 't',
      status: 'ROLLED_BACK',
      planHash: 'hash',
      error: null,
      run: 'ROLLED_BACK',
      isRolledBack: true,
      hasEnded: true,
      mayRun: true,
      locks: 0,
    },
  ],
  steps: [aStep('a'), aStep('b', { dependsOn: ['a'] }), anUndo('b'), anUndo('a', ['undo:b'])],
  events: events(
    ['step.started', { name: 'a' }],
    ['step.succeeded', { name: 'a' }],
    ['run.paused', { cause: 'PERSON' }],
    ['run.resumed', { overridden: [] }],
    ['step.started', { name: 'b' }],
    ['step.succeeded', { name: 'b' }],
    ['run.rollback_started'],
    ['step.undone', { name: 'undo:b', undoes: 'b' }],
    ['step.undone', { name: 'undo:a', undoes: 'a' }],
    ['task.rolled_back'],
  ),
};
const [task] = whole.tasks;
const [a, b, undoB, undoA] = whole.steps;
if (!task || !a || !b || !undoB || !undoA) throw new Error('There is no evidence.');

test('evidence that holds together has no faults', () => {
  expect(findFaults(whole)).toEqual([]);
});

test.each<[string, Partial<Evidence>, string]>([
  ['a call that nobody meant', { entries: [...whole.entries, anEntry(5, 'other')] }, 'has no intent'],
  ['an effect made twice', { entries: [...whole.entries, anEntry(5, 'b')] }, 'nobody was asked'],
  [
    'a call repeated where no key is known',
    {
      entries: [...whole.entries, anEntry(5, 'a', { outcome: 'REPLAYED' })],
      steps: [{ ...a, actionType: 'ledger.unmarked@1' }, b, undoB, undoA],
    },
    'nobody was asked',
  ],
  ['a copy that does not hold', { audit: { ...whole.audit, fault: 'NOT VERIFIED. Line 7' } }, 'NOT VERIFIED'],
  ['an event that nobody sealed', { audit: { ...whole.audit, seqs: new Set(['1']) } }, 'is in no seal'],
  ['no yes', { tasks: [{ ...task, mayRun: false }] }, 'without a yes'],
  [
    'a run that goes on',
    { tasks: [{ ...task, status: 'RUNNING', hasEnded: false }] },
    'neither ends nor asks',
  ],
  ['a lock kept', { tasks: [{ ...task, locks: 1 }] }, 'locks after its end'],
  ['an undoing that never came', { entries: whole.entries.slice(0, 3) }, 'a stands unlisted'],
  [
    'the first undone first',
    { entries: [anEntry(1, 'a'), anEntry(2, 'b'), anEntry(3, 'undo:a'), anEntry(4, 'undo:b')] },
    'a was undone before b',
  ],
  [
    'a step before what it needs',
    { entries: [anEntry(1, 'b'), anEntry(2, 'a'), ...whole.entries.slice(2)] },
    'b acted before a',
  ],
  ['an intent left open', { steps: [{ ...a, effect: 'INTENDED' }, b, undoB, undoA] }, 'left its intent open'],
  [
    'an effect that the record denies',
    { steps: [a, { ...b, state: 'FAILED' }, undoB, undoA] },
    'has its effect',
  ],
  [
    'a start in a pause',
    { events: whole.events.filter(({ type }) => type !== 'run.resumed') },
    'although the run was paused',
  ],
  ['an end untold', { events: whole.events.slice(0, -1) }, 'the log has it'],
  ['a step untold', { events: whole.events.filter(({ type }) => type !== 'step.undone') }, 'the log has it'],
])('%s is found', (_what, change, fault) => {
  expect(findFaults({ ...whole, ...change }).join('\n')).toContain(fault);
});
