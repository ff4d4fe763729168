// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { planSample, stepSample } from '../../../../testing/plan-samples.ts';
import type { Plan, PlanStep } from '../../../graphql/plan-fragments.ts';
import { comparePlans, comparisonWords, moveWords } from './compare-plans.ts';

const step = (change: Partial<PlanStep> = {}): PlanStep =>
  stepSample({
    name: 'commit',
    phase: 0,
    actionType: 'repo.commit',
    platform: 'git',
    category: 'WRITE',
    idempotency: 'LOOKUP',
    params: { branch: 'main', files: [{ path: 'a', content: '1' }] },
    summary: 'Commit 1 file',
    precondition: { head: 'abc' },
    targets: [{ kind: 'branch', name: 'demo@main' }],
    ...change,
  });

const plan = (steps: PlanStep[]): Plan => planSample({ steps });

const fieldsOf = (before: PlanStep[], after: PlanStep[]) => comparePlans(plan(before), plan(after)).fields;

type Lines = readonly (readonly ['ADD' | 'REMOVE' | 'CONTEXT', string])[];

type FileDiff = Extract<PlanStep['diffs'][number], { __typename: 'FileDiff' }>;

const file = (lines: Lines, more: Partial<FileDiff> = {}): FileDiff => ({
  __typename: 'FileDiff',
  isDestructive: false,
  path: 'docs/runbook.md',
  change: 'UPDATE',
  additions: 0,
  deletions: 0,
  isBinary: false,
  isTruncated: false,
  hunks: [
    {
      oldStart: 1,
      oldLines: 1,
      newStart: 1,
      newLines: 1,
      lines: lines.map(([kind, text]) => ({
        kind,
        text,
        oldNumber: null,
        newNumber: null,
        isUnterminated: false,
      })),
    },
  ],
  ...more,
});

const [older, newer] = [
  'f493175881305b878d2c210d3f7e69bc1fd3929f',
  '8515aadd5c1166f7f5a31f7ad9534f427ef1ba9e',
];
const at = (head: string | null, base = head) => ({
  precondition: { head, base },
  positions: [
    { what: 'main', at: head },
    ...(head === null ? [{ what: 'the start of main', at: base }] : []),
  ],
});

describe('comparePlans', () => {
  it('finds nothing between equal plans, whatever is shown about them', () => {
    expect(comparePlans(plan([step()]), plan([step({ summary: 'Other words', findings: [] })]))).toEqual({
      files: [],
      fields: [],
      moves: [],
    });
  });

  it('names the place of every field that differs', () => {
    const after = step({
      params: { branch: 'main', files: [{ path: 'a', content: '2' }] },
      precondition: { head: 'def' },
    });
    expect(fieldsOf([step()], [after])).toEqual([
      { place: 'step commit › params › files › 1 › content', before: '1', after: '2' },
      { place: 'step commit › precondition › head', before: 'abc', after: 'def' },
    ]);
  });

  it('shows steps that came or went, and parameters that came or went', () => {
    const added = step({ name: 'notify', summary: 'Tell the channel' });
    expect(fieldsOf([step()], [step(), added])).toEqual([
      { place: 'step notify', before: null, after: 'Tell the channel' },
    ]);
    expect(fieldsOf([step({ params: { push: true } })], [step({ params: {} })])).toEqual([
      { place: 'step commit › params › push', before: true, after: null },
    ]);
  });

  it('says that a line of somebody else would go because the branch moved', () => {
    const ours = ['ADD', 'Then wait for the green light.'] as const;
    const before = step({ ...at(older), diffs: [file([['CONTEXT', '# Runbook'], ours])] });
    const after = step({
      ...at(newer),
      diffs: [file([['CONTEXT', '# Runbook'], ['REMOVE', 'Call the customer.'], ours])],
    });
    const comparison = comparePlans(plan([before]), plan([after]));
    expect(comparison).toEqual({
      files: [
        {
          path: 'docs/runbook.md',
          words: null,
          groups: [{ kind: 'REMOVE', isNew: true, lines: ['Call the customer.'] }],
        },
      ],
      fields: [],
      moves: [{ what: 'main', from: older, to: newer }],
    });
    expect(comparisonWords(comparison)).toBe('1 file differs, main moved');
    expect(comparison.moves.map(moveWords)).toEqual(['main moved from f493175 to 8515aad']);
  });

  it('calls a moved branch under equal changes what it is', () => {
    const diffs = [file([['ADD', 'x']])];
    const comparison = comparePlans(
      plan([step({ ...at(older), diffs })]),
      plan([step({ ...at(newer), diffs })]),
    );
    expect(comparisonWords(comparison)).toBe('the same changes, but main moved');
  });

  it('tells a branch that came, that went, and one whose start moved', () => {
    const move = (before: object, after: object) =>
      comparePlans(plan([step(before)]), plan([step(after)])).moves.map(moveWords);
    expect(move(at(null, older), at(newer))).toEqual(['main exists now, at 8515aad']);
    expect(move(at(older), at(null, newer))).toEqual(['main is gone; it was at f493175']);
    expect(move(at(null, older), at(null, newer))).toEqual([
      'the start of main moved from f493175 to 8515aad',
    ]);
  });

  it('shows what a request or a record would get, also where the parameters are the same', () => {
    const field = (before: string) =>
      step({
        diffs: [{ __typename: 'FieldDiff', isDestructive: false, fieldPath: 'owner', before, after: 'mei' }],
      });
    expect(fieldsOf([field('ann')], [field('bob')])).toEqual([
      { place: 'step commit › effect › 1 › before', before: 'ann', after: 'bob' },
    ]);
  });

  it.each([
    ['one more file', [], [file([['ADD', 'x']])], 'is now changed'],
    ['one file less', [file([['ADD', 'x']])], [], 'is no longer changed'],
    ['another act', [file([])], [file([], { change: 'DELETE' })], 'is now deleted'],
    [
      'other surroundings',
      [file([['CONTEXT', 'a']])],
      [file([['CONTEXT', 'b']])],
      'changes the same lines, but among others',
    ],
  ])('names %s', (_, before, after, words) => {
    const { files } = comparePlans(plan([step({ diffs: before })]), plan([step({ diffs: after })]));
    expect(files).toMatchObject([{ path: 'docs/runbook.md', words }]);
  });

  it('does not call equal what it cannot see', () => {
    const cutOff = [file([], { isTruncated: true, hunks: [] })];
    const filesOf = (before: object, after: object) =>
      comparePlans(plan([step({ ...before, diffs: cutOff })]), plan([step({ ...after, diffs: cutOff })]))
        .files;
    expect(filesOf(at(older), at(older))).toEqual([]);
    expect(filesOf(at(older), at(newer))).toMatchObject([
      { words: expect.stringContaining('cannot be compared') },
    ]);
  });
});
