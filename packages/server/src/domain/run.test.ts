import type { StepState } from '@countersign/shared';
import { describe, expect, it } from 'vitest';
import { aRun, aStep, at } from '../../testing/domain-samples.ts';
import type { Failure } from './errors.ts';
import { cancelRun } from './run-control.ts';
import { settle } from './settle.ts';
import type { AttemptResult, Run, RunEnd, Step } from './run.ts';

const broken: Failure = { code: 'NETWORK_ERROR', message: 'It broke.' };
const moved: Failure = { code: 'PRECONDITION_FAILED', message: 'The branch moved.' };
const denied: Failure = { code: 'POLICY_DENIED', message: 'Not today.' };

const succeeded: AttemptResult = { kind: 'SUCCEEDED', output: { ok: true } };
const failed: AttemptResult = { kind: 'FAILED', failure: broken };
const drifted: AttemptResult = { kind: 'DRIFTED', failure: moved };
const unknown: AttemptResult = {
  kind: 'UNKNOWN',
  failure: { code: 'OUTCOME_UNKNOWN', message: 'Who knows?' },
};
const retry = (isEffectUnknown = false): AttemptResult => ({
  kind: 'RETRIABLE',
  failure: broken,
  delayMs: 500,
  isEffectUnknown,
});
const held = (isEffectUnknown = false): AttemptResult => ({
  kind: 'HELD',
  hold: { rule: 'platform.circuit_breaker', reason: 'It is left alone.' },
  failure: { code: 'SERVICE_DOWN', message: 'It is left alone.' },
  delayMs: 500,
  isEffectUnknown,
});
const refused = (end: 'DENIED' | 'EXPIRED' | 'FAILED', isEffectUnknown = false): AttemptResult => ({
  kind: 'REFUSED',
  failure: denied,
  end,
  isEffectUnknown,
});

const nobody: ReadonlySet<string> = new Set();
const now = at(60_000);

/** `a:SUCCEEDED b:RUNNING c:BLOCKED` as steps in that order. A failed one has the failure `broken`. */
const stepsOf = (text: string, parts: Partial<Step> = {}): Step[] =>
  text.split(' ').map((item, ordinal) => {
    const [name = '', state = ''] = item.split(':');
    const error = state === 'FAILED' ? { ...broken, message: `${name} broke.` } : null;
    return aStep(name, { ordinal, state: state as StepState, error, ...parts });
  });
const statesOf = (before: readonly Step[], changed: readonly Step[]): string =>
  before
    .map((step) => changed.find(({ id }) => id === step.id) ?? step)
    .map(({ name, state }) => `${name}:${state}`)
    .join(' ');

type Case = [
  title: string,
  steps: string,
  settled: string,
  result: AttemptResult,
  after: string,
  end: RunEnd | null,
  run?: Partial<Run>,
];

const asked = { cancelRequestedAt: at(1) };

const cases: Case[] = [
  ['one success ends it', 'a:RUNNING', 'a', succeeded, 'a:SUCCEEDED', 'SUCCEEDED'],
  ['a success with others in flight', 'a:RUNNING b:RUNNING', 'a', succeeded, 'a:SUCCEEDED b:RUNNING', null],
  ['the last success', 'a:SUCCEEDED b:RUNNING', 'b', succeeded, 'a:SUCCEEDED b:SUCCEEDED', 'SUCCEEDED'],
  ['one failure ends it', 'a:RUNNING', 'a', failed, 'a:FAILED', 'FAILED'],
  [
    'a failure cancels what waits',
    'a:RUNNING b:BLOCKED c:READY',
    'a',
    failed,
    'a:FAILED b:CANCELLED c:CANCELLED',
    'FAILED',
  ],
  [
    'a failure lets what is in flight finish',
    'a:RUNNING b:RUNNING c:BLOCKED',
    'a',
    failed,
    'a:FAILED b:RUNNING c:CANCELLED',
    null,
  ],
  ['a success after a failure', 'a:FAILED b:RUNNING', 'b', succeeded, 'a:FAILED b:SUCCEEDED', 'FAILED'],
  [
    'a success after a failure starts nothing',
    'a:FAILED b:RUNNING c:CANCELLED',
    'b',
    succeeded,
    'a:FAILED b:SUCCEEDED c:CANCELLED',
    'FAILED',
  ],
  ['a retriable failure is tried again', 'a:RUNNING b:RUNNING', 'a', retry(), 'a:READY b:RUNNING', null],
  [
    'a retriable failure after another failed is not',
    'a:FAILED b:RUNNING',
    'b',
    retry(),
    'a:FAILED b:FAILED',
    'FAILED',
  ],
  [
    'a doubtful failure after another failed',
    'a:FAILED b:RUNNING',
    'b',
    retry(true),
    'a:FAILED b:NEEDS_ATTENTION',
    'NEEDS_ATTENTION',
  ],
  ['a retriable failure while cancelling', 'a:RUNNING', 'a', retry(), 'a:FAILED', 'CANCELLED', asked],
  [
    'a doubtful failure while cancelling',
    'a:RUNNING',
    'a',
    retry(true),
    'a:NEEDS_ATTENTION',
    'NEEDS_ATTENTION',
    asked,
  ],
  [
    'a retriable failure that would come too late',
    'a:RUNNING',
    'a',
    retry(),
    'a:FAILED',
    'FAILED',
    { deadlineAt: at(60_500) },
  ],
  [
    'a doubtful failure that would come too late',
    'a:RUNNING',
    'a',
    retry(true),
    'a:NEEDS_ATTENTION',
    'NEEDS_ATTENTION',
    { deadlineAt: at(60_500) },
  ],
  [
    'a retriable failure just in time',
    'a:RUNNING',
    'a',
    retry(),
    'a:READY',
    null,
    { deadlineAt: at(60_501) },
  ],
  ['being held', 'a:RUNNING b:RUNNING', 'a', held(), 'a:READY b:RUNNING', null],
  ['being held before its claim', 'a:READY b:RUNNING', 'a', held(), 'a:READY b:RUNNING', null],
  ['being held in doubt', 'a:RUNNING', 'a', held(true), 'a:READY', null],
  [
    'being held until the time is over',
    'a:RUNNING',
    'a',
    held(),
    'a:READY',
    null,
    { deadlineAt: at(60_500) },
  ],
  [
    'being held in doubt until the time is over',
    'a:RUNNING',
    'a',
    held(true),
    'a:READY',
    null,
    { deadlineAt: at(60_500) },
  ],
  [
    'being held until just before the time is over',
    'a:RUNNING',
    'a',
    held(),
    'a:READY',
    null,
    { deadlineAt: at(60_501) },
  ],
  ['being held while cancelling', 'a:RUNNING', 'a', held(), 'a:CANCELLED', 'CANCELLED', asked],
  [
    'being held in doubt while cancelling',
    'a:RUNNING',
    'a',
    held(true),
    'a:NEEDS_ATTENTION',
    'NEEDS_ATTENTION',
    asked,
  ],
  ['being held after another failed', 'a:FAILED b:RUNNING', 'b', held(), 'a:FAILED b:CANCELLED', 'FAILED'],
  [
    'an unknown outcome',
    'a:RUNNING b:BLOCKED',
    'a',
    unknown,
    'a:NEEDS_ATTENTION b:CANCELLED',
    'NEEDS_ATTENTION',
  ],
  [
    'an unknown outcome outweighs a failure',
    'a:FAILED b:RUNNING',
    'b',
    unknown,
    'a:FAILED b:NEEDS_ATTENTION',
    'NEEDS_ATTENTION',
  ],
  [
    'a failure after an unknown outcome',
    'a:NEEDS_ATTENTION b:RUNNING',
    'b',
    failed,
    'a:NEEDS_ATTENTION b:FAILED',
    'NEEDS_ATTENTION',
  ],
  [
    'a success while cancelling',
    'a:RUNNING b:CANCELLED',
    'a',
    succeeded,
    'a:SUCCEEDED b:CANCELLED',
    'CANCELLED',
    asked,
  ],
  [
    'the last success while cancelling',
    'a:SUCCEEDED b:RUNNING',
    'b',
    succeeded,
    'a:SUCCEEDED b:SUCCEEDED',
    'SUCCEEDED',
    asked,
  ],
  ['a failure while cancelling', 'a:RUNNING', 'a', failed, 'a:FAILED', 'CANCELLED', asked],
  [
    'an unknown outcome while cancelling',
    'a:RUNNING',
    'a',
    unknown,
    'a:NEEDS_ATTENTION',
    'NEEDS_ATTENTION',
    asked,
  ],
  ['drift before anything was done', 'a:RUNNING b:BLOCKED', 'a', drifted, 'a:FAILED b:CANCELLED', 'PLANNING'],
  ['drift after something was done', 'a:SUCCEEDED b:RUNNING', 'b', drifted, 'a:SUCCEEDED b:FAILED', 'FAILED'],
  ['drift after another step failed', 'a:FAILED b:RUNNING', 'b', drifted, 'a:FAILED b:FAILED', 'FAILED'],
  ['drift while cancelling', 'a:RUNNING', 'a', drifted, 'a:FAILED', 'CANCELLED', asked],
  ['drift with a step in flight', 'a:RUNNING b:RUNNING', 'a', drifted, 'a:FAILED b:RUNNING', null],
  ['a refusal by policy', 'a:READY b:BLOCKED', 'a', refused('DENIED'), 'a:FAILED b:CANCELLED', 'DENIED'],
  ['a refusal by expiry', 'a:READY', 'a', refused('EXPIRED'), 'a:FAILED', 'EXPIRED'],
  ['a refusal of altered bytes', 'a:READY', 'a', refused('FAILED'), 'a:FAILED', 'FAILED'],
  [
    'a refusal by policy after something was done',
    'a:SUCCEEDED b:READY',
    'b',
    refused('DENIED'),
    'a:SUCCEEDED b:FAILED',
    'FAILED',
  ],
  [
    'a refusal by expiry after something was done',
    'a:SUCCEEDED b:READY',
    'b',
    refused('EXPIRED'),
    'a:SUCCEEDED b:FAILED',
    'FAILED',
  ],
  [
    'a refusal after another step failed',
    'a:FAILED b:RUNNING',
    'b',
    refused('DENIED'),
    'a:FAILED b:FAILED',
    'FAILED',
  ],
  ['a refusal with steps in flight', 'a:READY b:RUNNING', 'a', refused('DENIED'), 'a:FAILED b:RUNNING', null],
  [
    'a refusal while an earlier attempt is in doubt',
    'a:RUNNING b:READY',
    'a',
    refused('EXPIRED', true),
    'a:NEEDS_ATTENTION b:CANCELLED',
    'NEEDS_ATTENTION',
  ],
];

describe('settling an attempt', () => {
  it.each(cases)('%s: %s', (_title, text, name, result, after, end, parts = {}) => {
    const steps = stepsOf(text);
    const run = aRun(parts);
    const settlement = settle(run, steps, `id of ${name}`, result, nobody, now);
    expect(statesOf(steps, settlement.changed)).toBe(after);
    expect(settlement.end).toBe(end);
    expect(settlement.run.finishedAt).toEqual(end === null ? null : now);
    expect(settlement.toDispatch).toEqual(settlement.changed.filter(({ state }) => state === 'READY'));
  });

  it('leaves a waiting step to a person where an earlier attempt may have acted', () => {
    const steps = stepsOf('a:RUNNING b:READY c:READY');
    const settlement = settle(aRun(), steps, 'id of a', failed, new Set(['id of b']), now);
    expect(statesOf(steps, settlement.changed)).toBe('a:FAILED b:NEEDS_ATTENTION c:CANCELLED');
    expect(settlement.end).toBe('NEEDS_ATTENTION');
    expect(settlement.error).toMatchObject({ code: 'OUTCOME_UNKNOWN', stepName: 'b' });
  });

  it('keeps the output of a success and lets go of the lease', () => {
    const [step] = settle(aRun(), stepsOf('a:RUNNING'), 'id of a', succeeded, nobody, now).changed;
    expect(step).toMatchObject({
      output: { ok: true },
      error: null,
      leaseUntil: null,
      worker: null,
      finishedAt: now,
    });
  });

  it('gives another attempt its time, a dispatch of its own and no lease', () => {
    const [step] = settle(aRun(), stepsOf('a:RUNNING'), 'id of a', retry(), nobody, now).toDispatch;
    expect(step).toMatchObject({
      state: 'READY',
      attempt: 1,
      dispatchEpoch: 2,
      dispatchedAt: now,
      nextAttemptAt: at(60_500),
      leaseUntil: null,
      worker: null,
      finishedAt: null,
      error: broken,
    });
  });

  it.each([
    [1, 4, 'READY'],
    [3, 4, 'READY'],
    [4, 4, 'FAILED'],
    [5, 4, 'FAILED'],
    [1, 1, 'FAILED'],
  ])('after attempt %i of %i leads to %s', (attempt, maxAttempts, state) => {
    const steps = stepsOf('a:RUNNING', { attempt, maxAttempts });
    expect(settle(aRun(), steps, 'id of a', retry(), nobody, now).changed[0]?.state).toBe(state);
  });

  it.each([1, 3, 4, 5])('that was held gives back attempt %i, but not its fence', (attempt) => {
    const steps = stepsOf('a:RUNNING', { attempt, maxAttempts: 4, fence: 7, startedAt: at(100) });
    const [step] = settle(aRun(), steps, 'id of a', held(), nobody, now).toDispatch;
    expect(step).toMatchObject({
      state: 'READY',
      attempt: attempt - 1,
      fence: 7,
      startedAt: attempt === 1 ? null : at(100),
      dispatchEpoch: 2,
      nextAttemptAt: at(60_500),
      leaseUntil: null,
      worker: null,
      error: null,
      hold: {
        rule: 'platform.circuit_breaker',
        reason: 'It is left alone.',
        until: at(60_500).toISOString(),
      },
    });
  });

  it('that was held before its claim had no attempt to give back', () => {
    const steps = stepsOf('a:READY', { attempt: 2 });
    const [step] = settle(aRun(), steps, 'id of a', held(), nobody, now).toDispatch;
    expect(step).toMatchObject({ attempt: 2, startedAt: at(0) });
  });

  it('that is held beyond its time comes back when that is over, and says until when it would be held', () => {
    const run = aRun({ deadlineAt: at(60_100) });
    const [step] = settle(run, stepsOf('a:RUNNING'), 'id of a', held(), nobody, now).toDispatch;
    expect(step).toMatchObject({
      nextAttemptAt: at(60_100),
      hold: { until: at(60_500).toISOString() },
    });
  });

  it('that is held after its worker was lost has spent that attempt', () => {
    const lost: AttemptResult = { ...held(true), isAttemptSpent: true } as AttemptResult;
    const [step] = settle(aRun(), stepsOf('a:RUNNING'), 'id of a', lost, nobody, now).toDispatch;
    expect(step).toMatchObject({ state: 'READY', attempt: 1 });
  });

  it.each<[string, AttemptResult]>([
    ['succeeds', succeeded],
    ['fails', failed],
    ['is tried again', retry()],
    ['is in doubt', unknown],
    ['is refused', refused('DENIED')],
  ])('is held no more once it %s', (_title, result) => {
    const hold = { rule: 'a.rule', reason: 'Not on Fridays.', until: null };
    const { changed } = settle(aRun(), stepsOf('a:RUNNING', { hold }), 'id of a', result, nobody, now);
    expect(changed).toMatchObject([{ hold: null }]);
  });

  it.each<[end: AttemptResult, status: Run['status']]>([
    [succeeded, 'SUCCEEDED'],
    [failed, 'FAILED'],
    [unknown, 'NEEDS_ATTENTION'],
    [drifted, 'CANCELLED'],
    [refused('DENIED'), 'FAILED'],
    [refused('EXPIRED'), 'FAILED'],
  ])('by %j leaves the run %s', (result, status) => {
    expect(settle(aRun(), stepsOf('a:RUNNING'), 'id of a', result, nobody, now).run.status).toBe(status);
  });

  it('names what ended the run, not what was merely stopped or tried again', () => {
    const retried = aStep('a', { state: 'READY', error: broken });
    const culprit = aStep('b', { ordinal: 1 });
    const failure: Failure = { code: 'RESOURCE_NOT_FOUND', message: 'Gone.' };
    const settlement = settle(
      aRun(),
      [retried, culprit],
      culprit.id,
      { kind: 'FAILED', failure },
      nobody,
      now,
    );
    expect(settlement.error).toEqual({ ...failure, stepName: 'b' });
  });

  it('has no error where the run succeeded or is planned again', () => {
    expect(settle(aRun(), stepsOf('a:RUNNING'), 'id of a', succeeded, nobody, now).error).toBeNull();
    expect(settle(aRun(), stepsOf('a:RUNNING'), 'id of a', drifted, nobody, now).error).toBeNull();
  });

  it.each<StepState>(['SUCCEEDED', 'FAILED', 'NEEDS_ATTENTION', 'CANCELLED'])(
    'of a step that is %s is a mistake',
    (state) => {
      const steps = stepsOf(`a:${state} b:RUNNING`);
      expect(() => settle(aRun(), steps, 'id of a', succeeded, nobody, now)).toThrow(`is ${state} already`);
    },
  );

  it('of a step of another run is a mistake', () => {
    expect(() => settle(aRun(), stepsOf('a:RUNNING'), 'id of z', succeeded, nobody, now)).toThrow(
      'not part of run',
    );
  });
});

describe('unblocking', () => {
  const diamond = (states: string): Step[] => {
    const needs: Record<string, string[]> = { b: ['a'], c: ['a'], d: ['b', 'c'] };
    return stepsOf(states).map((step) => ({
      ...step,
      dependsOn: needs[step.name] ?? [],
      dispatchEpoch: step.state === 'BLOCKED' ? 0 : 1,
    }));
  };

  it.each([
    ['a:RUNNING b:BLOCKED c:BLOCKED d:BLOCKED', 'a', 'a:SUCCEEDED b:READY c:READY d:BLOCKED'],
    ['a:SUCCEEDED b:RUNNING c:RUNNING d:BLOCKED', 'b', 'a:SUCCEEDED b:SUCCEEDED c:RUNNING d:BLOCKED'],
    ['a:SUCCEEDED b:SUCCEEDED c:RUNNING d:BLOCKED', 'c', 'a:SUCCEEDED b:SUCCEEDED c:SUCCEEDED d:READY'],
  ])('in %s when %s succeeds gives %s', (states, name, after) => {
    const steps = diamond(states);
    const { changed, toDispatch } = settle(aRun(), steps, `id of ${name}`, succeeded, nobody, now);
    expect(statesOf(steps, changed)).toBe(after);
    for (const step of toDispatch) {
      expect(step).toMatchObject({ readyAt: now, nextAttemptAt: now, dispatchEpoch: 1, dispatchedAt: now });
    }
  });
});

describe('cancelling a run', () => {
  it.each<[title: string, steps: string, after: string, end: RunEnd | null]>([
    ['that waits', 'a:READY b:BLOCKED', 'a:CANCELLED b:CANCELLED', 'CANCELLED'],
    ['between two steps', 'a:SUCCEEDED b:READY', 'a:SUCCEEDED b:CANCELLED', 'CANCELLED'],
    ['with a step in flight', 'a:RUNNING b:BLOCKED', 'a:RUNNING b:CANCELLED', null],
    ['after a failure with a step in flight', 'a:FAILED b:RUNNING', 'a:FAILED b:RUNNING', null],
  ])('%s', (_title, text, after, end) => {
    const steps = stepsOf(text);
    const settlement = cancelRun(aRun(), steps, nobody, now);
    expect(statesOf(steps, settlement.changed)).toBe(after);
    expect(settlement).toMatchObject({ end, error: null, toDispatch: [] });
    expect(settlement.run).toMatchObject({ cancelRequestedAt: now, finishedAt: end === null ? null : now });
  });

  it('leaves what may have acted to a person', () => {
    const steps = stepsOf('a:READY b:READY', { error: broken });
    const settlement = cancelRun(aRun(), steps, new Set(['id of a']), now);
    expect(statesOf(steps, settlement.changed)).toBe('a:NEEDS_ATTENTION b:CANCELLED');
    expect(settlement).toMatchObject({
      end: 'NEEDS_ATTENTION',
      run: { status: 'NEEDS_ATTENTION' },
      error: { code: 'OUTCOME_UNKNOWN', stepName: 'a', message: expect.stringContaining('It broke.') },
    });
  });

  it('again keeps the first word', () => {
    expect(cancelRun(aRun(asked), stepsOf('a:RUNNING'), nobody, now).run.cancelRequestedAt).toEqual(at(1));
  });
});
