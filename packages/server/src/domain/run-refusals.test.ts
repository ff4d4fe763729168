import { describe, expect, it } from 'vitest';
import { aDocument, aPerson, anAgent, aRun, aStep, aTask, at } from '../../testing/domain-samples.ts';
import { undoingsOf } from './rollback.ts';
import { noPause, noResolution, noResume, noRetry, noRollback, noUndoUnderStop } from './run-refusals.ts';
import type { Run, Step } from './run.ts';
import type { Task } from './task.ts';

const operator = aPerson('operator', { roles: ['OPERATOR'] });
const pause = { cause: 'PERSON', reason: 'Wait.', at: at(1).toISOString() } as const;
const rollback = { cause: 'PERSON', reason: 'Back.', at: at(1).toISOString() } as const;
const controlled = (status: Task['status'], run: Partial<Run> | null = {}) => ({
  task: aTask({ status }),
  run: run && aRun(run),
});
const ended = { finishedAt: at(9) };
const plan = undoingsOf(aDocument(), ['WRITE']);
const done = [aStep('step-1', { state: 'SUCCEEDED' })];
const failed = (parts: Partial<Step> = {}) => aStep('a', { state: 'FAILED', ...parts });
const unknown = aStep('b', { state: 'NEEDS_ATTENTION' });
const heldUp = failed({
  kind: 'GATE',
  gate: { status: 'FAIL', evaluatedAt: at(1).toISOString(), message: 'Not ready.' },
});

describe('what may be done to a run', () => {
  it.each([
    ['a pause of a run', noPause(operator, controlled('RUNNING')), null],
    ['a pause of one that is paused', noPause(operator, controlled('PAUSED', { pause })), 'paused already'],
    ['a pause of one that ended', noPause(operator, controlled('FAILED', ended)), 'it is FAILED'],
    ['a pause of one that never was', noPause(operator, controlled('HELD', null)), 'it is HELD'],
    [
      'a pause of one that is cancelled',
      noPause(operator, controlled('RUNNING', { cancelRequestedAt: at(1) })),
      'cancelled',
    ],
    ['a pause by an approver', noPause(aPerson('ann'), controlled('RUNNING')), 'operator role'],
    [
      'a pause from another tenant',
      noPause({ ...operator, tenantId: 'x' }, controlled('RUNNING')),
      'no such task',
    ],
    ['resuming', noResume(operator, controlled('PAUSED', { pause })), null],
    ['resuming what runs', noResume(operator, controlled('RUNNING')), 'not paused'],
    [
      'a word under a stop where nothing is undone',
      noUndoUnderStop(operator, controlled('RUNNING')),
      'undoes nothing',
    ],
    [
      'a word under a stop for an undoing',
      noUndoUnderStop(operator, controlled('RUNNING', { rollback })),
      null,
    ],
    [
      'a second such word',
      noUndoUnderStop(operator, controlled('RUNNING', { rollback: { ...rollback, isUnderStop: true } })),
      'already',
    ],
    ['a rollback of what runs', noRollback(operator, controlled('RUNNING'), done, plan), null],
    [
      'a rollback of a success',
      noRollback(operator, controlled('SUCCEEDED', ended), done, plan),
      'SUCCEEDED',
    ],
    [
      'a rollback of nothing',
      noRollback(operator, controlled('QUEUED', { startedAt: null }), [], plan),
      'Cancel',
    ],
    [
      'a rollback of what cannot be undone',
      noRollback(operator, controlled('FAILED', ended), done, plan),
      'by hand',
    ],
    [
      'a rollback by an unreadable plan',
      noRollback(operator, controlled('RUNNING'), done, null),
      'stored plan',
    ],
    [
      'a rollback that is paused',
      noRollback(operator, controlled('PAUSED', { rollback, pause }), done, plan),
      'Resume it',
    ],
    ['a second rollback', noRollback(operator, controlled('RUNNING', { rollback }), done, plan), 'already'],
    [
      'a rollback that was stopped',
      noRollback(operator, controlled('NEEDS_ATTENTION', { rollback, ...ended }), done, plan),
      'say what became of it by hand',
    ],
    ['a retry', noRetry(operator, controlled('FAILED', ended), [failed()], failed()), null],
    [
      'a retry of a success',
      noRetry(operator, controlled('FAILED', ended), done, done[0] ?? unknown),
      'is SUCCEEDED',
    ],
    ['a retry beside others in flight', noRetry(operator, controlled('RUNNING'), [failed()], failed()), null],
    [
      'a retry in a run that is paused with others in flight',
      noRetry(operator, controlled('PAUSED', { pause }), [failed()], failed()),
      'under way',
    ],
    [
      'a retry in a run that is cancelled',
      noRetry(operator, controlled('RUNNING', { cancelRequestedAt: at(1) }), [failed()], failed()),
      'being cancelled',
    ],
    [
      'a retry while its task is planned anew',
      noRetry(operator, controlled('PLANNING', ended), [failed()], failed()),
      'it is PLANNING',
    ],
    [
      'a rollback while its task is planned anew',
      noRollback(operator, controlled('PLANNING', ended), done, plan),
      'it is PLANNING',
    ],
    [
      'a rollback of what failed before it began',
      noRollback(operator, controlled('FAILED', { ...ended, startedAt: null }), [], plan),
      'nothing to undo',
    ],
    [
      'a retry beside a doubt',
      noRetry(operator, controlled('NEEDS_ATTENTION', ended), [failed(), unknown], failed()),
      'Resolve it first',
    ],
    [
      'a retry after a denial',
      noRetry(operator, controlled('DENIED', ended), [failed()], failed()),
      'Submit it anew',
    ],
    [
      'a retry after a rollback',
      noRetry(operator, controlled('NEEDS_ATTENTION', { rollback, ...ended }), [failed()], failed()),
      'rolled back',
    ],
    [
      'a retry of an undoing',
      noRetry(operator, controlled('NEEDS_ATTENTION', { rollback, ...ended }), [], failed({ kind: 'UNDO' })),
      null,
    ],
    ['a retry of a gate', noRetry(operator, controlled('PAUSED', { pause }), [heldUp], heldUp), null],
    [
      'a retry of a gate in a run that turns back once it is resumed',
      noRetry(operator, controlled('PAUSED', { rollback, pause }), [heldUp], heldUp),
      'only what undoes',
    ],
    ['a resolution', noResolution(operator, controlled('NEEDS_ATTENTION', ended), [], unknown, null), null],
    [
      'a resolution by an agent',
      noResolution(anAgent({ roles: ['OPERATOR'] }), controlled('NEEDS_ATTENTION', ended), [], unknown, null),
      'Only a person',
    ],
    [
      'a resolution of what is known',
      noResolution(operator, controlled('FAILED', ended), [], failed(), null),
      'is known',
    ],
    [
      'a resolution once it is closed',
      noResolution(operator, controlled('CANCELLED', ended), [], unknown, null),
      'closed',
    ],
  ])('%s', (_title, refusal, words) => {
    if (words === null) expect(refusal).toBeNull();
    else expect(refusal?.message).toContain(words);
  });
});
