import {
  actionCategories,
  effectStates,
  idempotencyCapabilities,
  type ActionCategory,
  type EffectState,
  type IdempotencyCapability,
} from '@countersign/shared';
import { describe, expect, it } from 'vitest';
import { anEffect, aRun, aStep, at } from '../../testing/domain-samples.ts';
import type { Failure } from './errors.ts';
import {
  afterLoss,
  withoutLostLook,
  canBeFound,
  effectAfter,
  isInDoubt,
  isSafeToRepeat,
  leftEarlier,
  opening,
  type Opening,
} from './recovery.ts';
import { isStopped } from './run-state.ts';
import { type AttemptResult, type Step } from './run.ts';

type Word = 'CALL' | 'LOOK' | 'ASK';
const openings: Record<Word, Opening> = { CALL: 'CALL', LOOK: 'RECONCILE', ASK: 'ASK_A_PERSON' };

/** How a write begins by what an earlier attempt left; columns are the capabilities in their order. */
const writes: [earlier: EffectState | null, words: string][] = [
  [null, 'CALL CALL CALL CALL'],
  ['FAILED', 'CALL CALL CALL CALL'],
  ['INTENDED', 'CALL LOOK LOOK ASK'],
  ['UNKNOWN', 'CALL LOOK LOOK ASK'],
  ['SUCCEEDED', 'CALL LOOK LOOK ASK'],
];

const table = writes.flatMap(([earlier, words]) =>
  words.split(' ').map((word, index) => {
    const capability = idempotencyCapabilities[index] ?? 'NONE';
    return [earlier, capability, openings[word as Word]] as const;
  }),
);
const earlierOf = (state: EffectState | null) => (state === null ? null : { state });

describe('how an attempt begins', () => {
  it.each(table)('after %s with %s is %s for whatever writes', (earlier, capability, expected) => {
    for (const category of ['WRITE', 'DEPLOY', 'ROLLBACK'] as const) {
      expect(opening(earlierOf(earlier), category, capability)).toBe(expected);
    }
  });

  it('is a call for whatever only reads', () => {
    for (const capability of idempotencyCapabilities) {
      for (const state of [null, ...effectStates]) {
        expect(opening(earlierOf(state), 'READ', capability)).toBe('CALL');
      }
    }
  });

  it('never calls again in doubt where the platform cannot tell the two calls apart', () => {
    for (const state of effectStates.filter((known) => isInDoubt({ state: known }))) {
      expect(opening({ state }, 'WRITE', 'NONE')).toBe('ASK_A_PERSON');
    }
  });
});

describe('a failed attempt that might have acted', () => {
  const unsafe = actionCategories.flatMap((category) =>
    idempotencyCapabilities
      .filter((capability) => !isSafeToRepeat(category, capability))
      .map((capability): [ActionCategory, IdempotencyCapability] => [category, capability]),
  );

  it('is repeated unless it writes where nothing tells two calls apart', () => {
    expect(unsafe).toEqual([
      ['WRITE', 'NONE'],
      ['DEPLOY', 'NONE'],
      ['ROLLBACK', 'NONE'],
    ]);
  });
});

const failure: Failure = { code: 'NETWORK_ERROR', message: 'It broke.' };
const hold = { rule: 'platform.rate_limit', reason: 'Too many calls.' };
/** The same, where it leaves open what was done. */
const unknown: Failure = {
  code: 'OUTCOME_UNKNOWN',
  message: 'It broke.',
  details: { cause: 'NETWORK_ERROR' },
};
const results: [title: string, result: AttemptResult, state: EffectState][] = [
  ['success', { kind: 'SUCCEEDED', output: 1 }, 'SUCCEEDED'],
  ['an unknown outcome', { kind: 'UNKNOWN', failure }, 'UNKNOWN'],
  ['a failure to retry', { kind: 'RETRIABLE', failure, delayMs: 1, isEffectUnknown: false }, 'FAILED'],
  [
    'a failure to retry in doubt',
    { kind: 'RETRIABLE', failure, delayMs: 1, isEffectUnknown: true },
    'UNKNOWN',
  ],
  ['being held', { kind: 'HELD', hold, failure, delayMs: 1, isEffectUnknown: false }, 'FAILED'],
  ['being held in doubt', { kind: 'HELD', hold, failure, delayMs: 1, isEffectUnknown: true }, 'UNKNOWN'],
  ['a failure', { kind: 'FAILED', failure }, 'FAILED'],
  ['drift', { kind: 'DRIFTED', failure }, 'FAILED'],
  ['a refusal', { kind: 'REFUSED', failure, end: 'DENIED', isEffectUnknown: false }, 'FAILED'],
  ['a refusal in doubt', { kind: 'REFUSED', failure, end: 'DENIED', isEffectUnknown: true }, 'UNKNOWN'],
];

describe('an intended effect', () => {
  it.each(results)('after %s', (_title, result, state) => {
    const after = effectAfter(anEffect('a'), result, at(5));
    expect(after).toEqual({
      ...anEffect('a'),
      state,
      settledAt: at(5),
      error: state === 'SUCCEEDED' ? null : state === 'UNKNOWN' ? unknown : failure,
    });
  });

  it.each(results)('that is settled already stays as it is after %s', (_title, result) => {
    for (const state of effectStates.filter((known) => known !== 'INTENDED')) {
      const effect = anEffect('a', { state, settledAt: at(1) });
      expect(effectAfter(effect, result, at(5))).toBe(effect);
    }
  });
});

describe('a run', () => {
  it.each<[state: Step['state'], expected: boolean]>([
    ['BLOCKED', false],
    ['READY', false],
    ['RUNNING', false],
    ['SUCCEEDED', false],
    ['FAILED', true],
    ['NEEDS_ATTENTION', true],
    ['CANCELLED', true],
  ])('with a step that is %s has stopped: %s', (state, expected) => {
    expect(isStopped(aRun(), [aStep('a', { state: 'SUCCEEDED' }), aStep('b', { state })])).toBe(expected);
  });

  it('has stopped once somebody ends it', () => {
    expect(isStopped(aRun({ cancelRequestedAt: at(1) }), [aStep('a')])).toBe(true);
    expect(isStopped(aRun(), [])).toBe(false);
  });
});

describe('the attempt of a lost worker', () => {
  const middle = aStep('a', { attempt: 1, maxAttempts: 4 });
  const last = aStep('a', { attempt: 4, maxAttempts: 4 });
  const beyond = aStep('a', { attempt: 5, maxAttempts: 4 });
  const cancelled = aRun({ cancelRequestedAt: at(1) });
  const failed = aStep('b', { state: 'FAILED' });

  it.each<
    [
      title: string,
      run: ReturnType<typeof aRun>,
      step: Step,
      others: Step[],
      mayHaveActed: boolean,
      kind: string | undefined,
    ]
  >([
    ['is taken up while attempts are left', aRun(), middle, [], true, undefined],
    [
      'is taken up beside steps that go on',
      aRun(),
      middle,
      [aStep('b'), aStep('c', { state: 'READY' })],
      true,
      undefined,
    ],
    ['is left to a person after the last attempt', aRun(), last, [], true, 'UNKNOWN'],
    ['is left to a person beyond the last attempt', aRun(), beyond, [], true, 'UNKNOWN'],
    ['fails after the last attempt where it only read', aRun(), last, [], false, 'FAILED'],
    ['is left to a person once the run is being cancelled', cancelled, middle, [], true, 'UNKNOWN'],
    ['fails once the run is being cancelled where it only read', cancelled, middle, [], false, 'FAILED'],
    ['is left to a person once another step failed', aRun(), middle, [failed], true, 'UNKNOWN'],
  ])('%s', (_title, run, step, others, mayHaveActed, kind) => {
    expect(afterLoss(run, [step, ...others], step, mayHaveActed)?.kind).toBe(kind);
  });
});

describe('the last attempt of a lost worker', () => {
  const last = aStep('a', { state: 'RUNNING', attempt: 4, maxAttempts: 4 });
  const after = (step: Step, mayHaveActed: boolean, run = aRun()) =>
    afterLoss(run, [step], step, mayHaveActed, true)?.kind;

  it('is followed by one that only looks, where the platform tells what came of it', () => {
    expect(after(last, true)).toBeUndefined();
    expect(after({ ...last, attempt: 5 }, true)).toBe('UNKNOWN');
    expect(after(last, false)).toBe('FAILED');
    expect(after(last, true, aRun({ cancelRequestedAt: at(1) }))).toBe('UNKNOWN');
    expect(idempotencyCapabilities.filter((capability) => canBeFound('WRITE', capability))).toEqual([
      'LOOKUP',
      'CONDITIONAL',
    ]);
  });
});

describe('what an attempt reckons with where the installation was restored', () => {
  const [before, restored, after] = [at(0), at(1_000), at(2_000)];
  const failed = (settledAt: Date) => ({ state: 'FAILED', intendedAt: settledAt, settledAt }) as const;

  const unknown = { state: 'UNKNOWN', intendedAt: after, settledAt: after } as const;
  const saidAt = (moment: Date) => ({
    resolution: { outcome: 'DID_NOT_HAPPEN', by: 'p', evidence: 'e', at: moment.toISOString() } as const,
  });
  const unsaid = { resolution: null };

  it.each([
    ['nothing, where it never was', null, before, null, null],
    ['nothing, of a task that was made later', null, after, restored, null],
    ['doubt, where the ledger says nothing', null, before, restored, 'UNKNOWN'],
    ['doubt, where the ledger speaks of before', failed(before), before, restored, 'UNKNOWN'],
    ['what has been found out since', failed(after), before, restored, 'FAILED'],
    ['what the ledger says of a later task', failed(after), after, restored, 'FAILED'],
  ] as const)('is %s', (_, effect, madeAt, restoredAt, state) => {
    expect(leftEarlier(effect, unsaid, madeAt, restoredAt)?.state ?? null).toBe(state);
  });

  it('is no doubt any more once a person has said since what came of it', () => {
    expect(leftEarlier(null, saidAt(after), before, restored)).toBeNull();
    expect(leftEarlier(failed(before), saidAt(after), before, restored)?.state).toBe('FAILED');
    expect(leftEarlier(null, saidAt(before), before, restored)?.state).toBe('UNKNOWN');
  });

  it('stays what a restore lost for as long as it is in doubt', () => {
    expect(leftEarlier(unknown, unsaid, before, restored)?.isOfLostPast).toBe(true);
    expect(leftEarlier(unknown, unsaid, after, restored)?.isOfLostPast).toBeUndefined();
  });

  it('may be its fallback, where it has one, and no key tells that', () => {
    const left = leftEarlier(null, unsaid, before, restored, before, true);
    expect(left).toMatchObject({ mayBeReplaced: true });
    expect(idempotencyCapabilities.map((capability) => opening(left, 'WRITE', capability))).not.toContain(
      'CALL',
    );
    // What was claimed since is in the ledger, with whatever became of its fallback.
    expect(leftEarlier(unknown, unsaid, after, restored, after, true)?.mayBeReplaced).toBeUndefined();
  });

  it('has another key where the plan was made since', () => {
    for (const effect of [null, unknown])
      for (const [plannedAt, hasOtherKey] of [
        [before, false],
        [after, true],
      ] as const)
        expect(leftEarlier(effect, unsaid, before, restored, plannedAt)).toMatchObject({ hasOtherKey });
    const other = leftEarlier(null, unsaid, before, restored, after);
    for (const capability of idempotencyCapabilities)
      expect(opening(other, 'WRITE', capability)).toBe('ASK_A_PERSON');
    expect(opening(other, 'READ', 'NONE')).toBe('CALL');
  });
});

describe('the attempt of a lost worker', () => {
  it.each([
    ['that may have called', { looks: 0 }, 2],
    ['that had only looked', { looks: 1 }, 1],
    ['that had only looked, as the eight before it', { looks: 9 }, 1],
    ['that had only looked, where that kills workers', { looks: 10 }, 2],
    ['that was settled', { looks: 1, state: 'READY' as const }, 2],
  ])('%s', (_title, parts, attempt) => {
    expect(withoutLostLook(aStep('a', { state: 'RUNNING', attempt: 2, ...parts })).attempt).toBe(attempt);
  });
});
