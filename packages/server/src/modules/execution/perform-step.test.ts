import type { ActionCategory, IdempotencyCapability } from '@countersign/shared';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { aDocument, aDocumentStep, anEffect, aRun, aStep, aTask } from '../../../testing/domain-samples.ts';
import { createTestExecutors } from '../../../testing/test-executors.ts';
import { accepted } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { shownOf } from '../../domain/plan.ts';
import type { FileDiff } from '../../domain/diff.ts';
import type { PlannedAction } from '../../domain/planned-action.ts';
import type { Effect, Footing } from '../../domain/run.ts';
import { DatabaseUnreachableError } from '../../infra/database-errors.ts';
import { createLogger, type Logger } from '../../infra/logger.ts';
import {
  describeError,
  ExecutorError,
  type ActionExecutor,
  type ExecutorLogger,
  type GuardName,
  type Reconciliation,
} from '../../platforms/index.ts';
import { isStepShownAsPlanned, stepDigest } from '../../record/shown-digest.ts';
import type { Claim } from './claim.ts';
import type { Lease } from '../../record/leases/leases.ts';
import type { PerformDependencies } from './attempt.ts';
import { performStep } from './perform-step.ts';

interface Script {
  readonly category?: ActionCategory;
  readonly idempotency?: IdempotencyCapability;
  /** Default: succeeds with nothing. */
  readonly apply?: (logger: ExecutorLogger, precondition: Json, attempt: number) => Json;
  readonly showsWholeEffect?: boolean;
  /** Default: whatever is not shown is as foreseen. */
  readonly isAsForeseen?: (foreseen: Json, found: Json) => boolean;
  /** What else is seen on the target as it is now. */
  readonly now?: Partial<PlannedAction>;
  /** Default: the target can be looked at. */
  readonly look?: () => void;
  readonly verify?: () => void;
  /** Default: the action leaves no mark to look for. */
  readonly reconcile?: () => Reconciliation<Json>;
}

const silent = createLogger({ level: 'silent' });
const stack = new AsyncDisposableStack();
afterAll(() => stack.disposeAsync());

/** What is seen of the action on a target in this state. */
const seenAt = (precondition: string): PlannedAction => ({
  summary: 'Do it',
  targets: [],
  precondition,
  diffs: [],
  findings: [],
});

/** An action type of its own for each case, with a note of what was called. */
const executorOf = (script: Script, calls: string[]): ActionExecutor<unknown, Json> => ({
  traits: {
    name: 'script.run',
    version: 1,
    platform: 'script',
    category: script.category ?? 'WRITE',
    idempotency: script.idempotency ?? 'NONE',
    reversible: true,
    budget: { timeMs: 5_000, network: 'NONE' },
  },
  description: 'Does what a test says.',
  input: z.looseObject({}),
  plan: async () => {
    script.look?.();
    return accepted({ ...seenAt('now'), ...script.now });
  },
  ...(script.showsWholeEffect ? { showsWholeEffect: true } : {}),
  isAsForeseen: script.isAsForeseen ?? (() => true),
  apply: async (_input, { logger, precondition, attempt }) => {
    calls.push(precondition === 'now' ? 'apply-now' : 'apply');
    return script.apply?.(logger, precondition, attempt) ?? null;
  },
  verify: async () => {
    calls.push('verify');
    script.verify?.();
  },
  ...(script.reconcile
    ? {
        reconcile: async () => {
          calls.push('reconcile');
          return script.reconcile?.() ?? { kind: 'ABSENT' };
        },
      }
    : {}),
});

interface Given {
  readonly earlier?: Effect['state'];
  /** Whether a restore may have lost that attempt. */
  readonly isOfLostPast?: boolean;
  readonly mayBeReplaced?: boolean;
  /** By default the second, where there was an earlier one. */
  readonly attempt?: number;
  readonly maxAttempts?: number;
  readonly mode?: 'NOOP' | 'APPLY';
  readonly action?: string;
  readonly lease?: Partial<Lease>;
  readonly logger?: Logger;
  /** Whether an earlier step changes the same thing. */
  readonly isAfter?: boolean;
  /** What an earlier attempt kept. */
  readonly standsOn?: Footing | null;
  readonly keepFooting?: PerformDependencies['keepFooting'];
  readonly looks?: number;
  readonly keepCalled?: PerformDependencies['keepCalled'];
}

const perform = async (
  script: Script,
  {
    earlier,
    isOfLostPast = false,
    mayBeReplaced = false,
    attempt = earlier ? 2 : 1,
    maxAttempts = 4,
    mode = 'APPLY',
    action = 'script.run@1',
    lease = {},
    logger = silent,
    isAfter = false,
    standsOn = null,
    keepFooting = async () => true,
    looks = 0,
    keepCalled = async () => true,
  }: Given = {},
) => {
  const calls: string[] = [];
  const { prepare } = stack.use(
    createTestExecutors({ moreExecutors: [executorOf(script, calls)], guards: { readBackDelaysMs: [] } }),
  );
  const retry = { maxRetries: 3, initialDelayMs: 400, backoffMultiplier: 2, maxDelayMs: 10_000 };
  const found = prepare(action, {}, '');
  const seen = found.ok ? stepDigest(shownOf(found.action.traits, seenAt('planned'))) : 'nothing';
  const planned = aDocumentStep({
    action,
    precondition: 'planned',
    shown: seen,
    ...(isAfter ? { after: ['before'] } : {}),
  });
  const claim: Claim = {
    // What a row of the task says does not matter: the plan's bytes do.
    task: aTask({ mode: 'APPLY' }),
    run: aRun(),
    step: aStep('a', { attempt, maxAttempts, standsOn, looks }),
    document: aDocument({ mode, retry, steps: [planned] }),
    planned,
    params: planned.params,
    effect: mode === 'NOOP' ? null : anEffect('a'),
    earlier: earlier ? { state: earlier, isOfLostPast, mayBeReplaced } : null,
    precondition: standsOn?.precondition ?? planned.precondition,
    undone: null,
    heldSinceMs: 0,
    remainingMs: null,
    startBy: null,
  };
  const held: Lease = {
    signal: new AbortController().signal,
    isOverdue: false,
    halt: null,
    assertHeld: () => undefined,
    [Symbol.dispose]: () => undefined,
    ...lease,
  };
  const deps: PerformDependencies = {
    prepare,
    describeError,
    isShownAsPlanned: isStepShownAsPlanned,
    keepFooting,
    keepCalled: (step) => {
      calls.push('kept');
      return keepCalled(step);
    },
    random: () => 0.5,
    logger,
  };
  return { result: await performStep(deps, claim, held, null), calls: calls.join(' ') };
};

const fails = (code: ExecutorError['code'], effect: 'NONE' | 'UNKNOWN') => (): never => {
  throw new ExecutorError(code, 'As planned.', { effect });
};
const stops =
  (code: ExecutorError['code'], guard: GuardName = 'CIRCUIT_BREAKER') =>
  (): never => {
    throw new ExecutorError(code, 'Not now.', { effect: 'NONE', guard, retryAfterMs: 7_000 });
  };
const found = (): Reconciliation<Json> => ({ kind: 'FOUND', output: 'found' });
const notFound = (): Reconciliation<Json> => ({ kind: 'ABSENT' });
const unclear = (): Reconciliation<Json> => ({ kind: 'UNKNOWN' });

type Case = [title: string, script: Script, given: Given, kind: string, calls: string];

const cases: Case[] = [
  ['a first attempt', {}, {}, 'SUCCEEDED', 'apply verify'],
  ['one that certainly failed', { apply: fails('RESOURCE_NOT_FOUND', 'NONE') }, {}, 'FAILED', 'apply'],
  ['one that may succeed later', { apply: fails('RATE_LIMIT_EXCEEDED', 'NONE') }, {}, 'RETRIABLE', 'apply'],
  [
    'one that may have acted, with nothing to tell calls apart',
    { apply: fails('EXECUTION_TIMEOUT', 'UNKNOWN') },
    {},
    'UNKNOWN',
    'apply',
  ],
  [
    'one that may have acted, where the platform takes our key',
    { idempotency: 'NATIVE_KEY', apply: fails('EXECUTION_TIMEOUT', 'UNKNOWN') },
    {},
    'RETRIABLE in doubt',
    'apply',
  ],
  [
    'one that may have acted and is not worth a retry, where a mark can be found',
    { idempotency: 'LOOKUP', apply: fails('PLATFORM_REJECTED', 'UNKNOWN') },
    {},
    'RETRIABLE in doubt',
    'apply',
  ],
  [
    'the last, which may have acted, where our mark is there',
    { idempotency: 'LOOKUP', apply: fails('EXECUTION_TIMEOUT', 'UNKNOWN'), reconcile: found },
    { attempt: 4 },
    'SUCCEEDED',
    'apply reconcile verify',
  ],
  [
    'the last, which may have acted, where our mark is not there yet',
    { idempotency: 'LOOKUP', apply: fails('EXECUTION_TIMEOUT', 'UNKNOWN'), reconcile: notFound },
    { attempt: 4 },
    'RETRIABLE in doubt',
    'apply reconcile',
  ],
  [
    'the last, which may have acted, where nobody can look',
    {
      idempotency: 'LOOKUP',
      apply: fails('EXECUTION_TIMEOUT', 'UNKNOWN'),
      reconcile: fails('NETWORK_ERROR', 'NONE'),
    },
    { attempt: 4 },
    'RETRIABLE in doubt',
    'apply reconcile',
  ],
  [
    'the last, which cannot be read back, where our mark is there',
    { idempotency: 'LOOKUP', verify: fails('RESOURCE_NOT_FOUND', 'NONE'), reconcile: found },
    { attempt: 4 },
    'RETRIABLE in doubt',
    'apply verify reconcile verify',
  ],
  [
    'one that only reads',
    { category: 'READ', apply: fails('EXECUTION_TIMEOUT', 'UNKNOWN') },
    {},
    'RETRIABLE',
    'apply',
  ],
  ['one that our own guard stopped', { apply: stops('RATE_LIMIT_EXCEEDED') }, {}, 'HELD', 'apply'],
  [
    'one that our own guard stopped for good',
    { apply: stops('POLICY_DENIED', 'KILL_SWITCH') },
    {},
    'FAILED',
    'apply',
  ],
  ['one whose target moved', { apply: fails('PRECONDITION_FAILED', 'NONE') }, {}, 'DRIFTED', 'apply'],
  [
    'one that cannot be read back',
    { verify: fails('RESOURCE_NOT_FOUND', 'NONE') },
    {},
    'UNKNOWN',
    'apply verify',
  ],
  [
    'one that our own guard keeps from reading back',
    { idempotency: 'NATIVE_KEY', verify: stops('SERVICE_DOWN') },
    {},
    'RETRIABLE in doubt',
    'apply verify',
  ],
  [
    'one that cannot be read back, where the platform takes our key',
    { idempotency: 'NATIVE_KEY', verify: fails('RESOURCE_NOT_FOUND', 'NONE') },
    {},
    'RETRIABLE in doubt',
    'apply verify',
  ],

  ['the next after one that surely did nothing', {}, { earlier: 'FAILED' }, 'SUCCEEDED', 'apply verify'],
  ['the next after a lost one', {}, { earlier: 'INTENDED' }, 'UNKNOWN', ''],
  ['the next after an unknown one', {}, { earlier: 'UNKNOWN' }, 'UNKNOWN', ''],
  [
    'the next after a lost one that only read',
    { category: 'READ' },
    { earlier: 'INTENDED' },
    'SUCCEEDED',
    'apply verify',
  ],
  [
    'the next with our key',
    { idempotency: 'NATIVE_KEY' },
    { earlier: 'INTENDED' },
    'SUCCEEDED',
    'apply verify',
  ],
  [
    'the next with our key, refused this time',
    { idempotency: 'NATIVE_KEY', apply: fails('RESOURCE_NOT_FOUND', 'NONE') },
    { earlier: 'INTENDED' },
    'RETRIABLE in doubt',
    'apply',
  ],
  [
    'the next with our key, stopped by our own guard',
    { idempotency: 'NATIVE_KEY', apply: stops('SERVICE_DOWN') },
    { earlier: 'INTENDED' },
    'HELD in doubt',
    'apply',
  ],
  [
    'the next whose look our own guard stops',
    { idempotency: 'LOOKUP', reconcile: stops('SERVICE_DOWN') },
    { earlier: 'INTENDED' },
    'HELD in doubt',
    'reconcile',
  ],
  [
    'the next that finds no mark and is stopped by our own guard',
    { idempotency: 'LOOKUP', reconcile: notFound, apply: stops('RATE_LIMIT_EXCEEDED') },
    { earlier: 'INTENDED' },
    'HELD',
    'reconcile apply',
  ],
  [
    'the next that finds its mark and is stopped by our own guard',
    { idempotency: 'LOOKUP', reconcile: found, verify: stops('SERVICE_DOWN') },
    { earlier: 'INTENDED' },
    'HELD in doubt',
    'reconcile verify',
  ],
  [
    'the next that finds its mark',
    { idempotency: 'LOOKUP', reconcile: found },
    { earlier: 'INTENDED' },
    'SUCCEEDED',
    'reconcile verify',
  ],
  [
    'the next that finds no mark',
    { idempotency: 'LOOKUP', reconcile: notFound },
    { earlier: 'INTENDED' },
    'SUCCEEDED',
    'reconcile apply verify',
  ],
  [
    'the next that finds no mark and surely fails',
    { idempotency: 'LOOKUP', reconcile: notFound, apply: fails('RESOURCE_NOT_FOUND', 'NONE') },
    { earlier: 'UNKNOWN' },
    'FAILED',
    'reconcile apply reconcile',
  ],
  [
    'the next that cannot look',
    { idempotency: 'LOOKUP', reconcile: fails('NETWORK_ERROR', 'NONE') },
    { earlier: 'INTENDED' },
    'RETRIABLE in doubt',
    'reconcile',
  ],
  [
    'the next that cannot tell whose mark it finds',
    { idempotency: 'LOOKUP', reconcile: unclear },
    { earlier: 'INTENDED' },
    'UNKNOWN',
    'reconcile',
  ],
  [
    'the next with a version to compare that cannot tell who moved it',
    { idempotency: 'CONDITIONAL', reconcile: unclear },
    { earlier: 'UNKNOWN' },
    'UNKNOWN',
    'reconcile',
  ],
  ['the next that has no way to look', { idempotency: 'LOOKUP' }, { earlier: 'INTENDED' }, 'UNKNOWN', ''],
  [
    'the next with a version to compare',
    { idempotency: 'CONDITIONAL' },
    { earlier: 'INTENDED' },
    'SUCCEEDED',
    'apply verify',
  ],
  [
    'the next with a version that moved, perhaps by us',
    { idempotency: 'CONDITIONAL', apply: fails('PRECONDITION_FAILED', 'NONE') },
    { earlier: 'INTENDED' },
    'RETRIABLE in doubt',
    'apply',
  ],
  [
    'the next with a version that moved, not by us',
    { idempotency: 'CONDITIONAL', reconcile: notFound, apply: fails('PRECONDITION_FAILED', 'NONE') },
    { earlier: 'INTENDED' },
    'DRIFTED',
    'reconcile apply reconcile',
  ],

  ['a rehearsal', {}, { mode: 'NOOP' }, 'SUCCEEDED', ''],
  ['a rehearsal after a lost one', {}, { mode: 'NOOP', earlier: 'INTENDED' }, 'SUCCEEDED', ''],
  ['an action that is not known any more', {}, { action: 'script.run@2' }, 'FAILED', ''],
  [
    'one that is not known any more, after a lost one',
    {},
    { action: 'script.run@2', earlier: 'INTENDED' },
    'UNKNOWN',
    '',
  ],
];

describe('an attempt', () => {
  it.each([
    ['UNKNOWN', 1, 2],
    ['INTENDED', 1, 2],
    ['FAILED', 1, 1],
    ['UNKNOWN', 3, 3],
  ] as const)(
    'after one that ended %s, by its number the %ith, calls as the %ith',
    async (earlier, attempt, called) => {
      const attempts: number[] = [];
      const apply = (_logger: ExecutorLogger, _precondition: Json, number: number): null => {
        attempts.push(number);
        return null;
      };
      await perform({ idempotency: 'NATIVE_KEY', apply }, { earlier, attempt });
      expect(attempts).toEqual([called]);
    },
  );

  it.each(cases)('%s', async (_title, script, given, kind, calls) => {
    const performed = await perform(script, given);
    const { result } = performed;
    const isInDoubt = (result.kind === 'RETRIABLE' || result.kind === 'HELD') && result.isEffectUnknown;
    expect(`${result.kind}${isInDoubt ? ' in doubt' : ''}`).toBe(kind);
    expect(performed.calls).toBe(calls);
  });

  it('that lost its lease before it called the platform did nothing', async () => {
    const assertHeld = (): never => {
      throw new DOMException('The lease on this step was lost.', 'AbortError');
    };
    const { result, calls } = await perform({}, { lease: { assertHeld } });
    expect(result).toMatchObject({ kind: 'RETRIABLE', isEffectUnknown: false });
    expect(calls).toBe('');
  });

  const aborted = fails('EXECUTION_TIMEOUT', 'UNKNOWN');
  it.each<[title: string, script: Script, given: Given, kind: string, code: string]>([
    ['and may have acted', { idempotency: 'NATIVE_KEY', apply: aborted }, {}, 'UNKNOWN', 'EXECUTION_TIMEOUT'],
    [
      'and cannot be read back',
      { idempotency: 'LOOKUP', verify: aborted },
      {},
      'UNKNOWN',
      'EXECUTION_TIMEOUT',
    ],
    [
      'and could not look for its mark',
      { idempotency: 'LOOKUP', reconcile: aborted },
      { earlier: 'INTENDED' },
      'UNKNOWN',
      'EXECUTION_TIMEOUT',
    ],
    ['and only read', { category: 'READ', apply: aborted }, {}, 'FAILED', 'EXECUTION_TIMEOUT'],
    ['before it was sent', { apply: fails('EXECUTION_TIMEOUT', 'NONE') }, {}, 'FAILED', 'EXECUTION_TIMEOUT'],
    [
      'and failed for good by itself',
      { apply: fails('RESOURCE_NOT_FOUND', 'NONE') },
      {},
      'FAILED',
      'RESOURCE_NOT_FOUND',
    ],
    [
      'and met another target',
      { apply: fails('PRECONDITION_FAILED', 'NONE') },
      {},
      'DRIFTED',
      'PRECONDITION_FAILED',
    ],
  ])('whose task ran out of time %s is not tried again', async (_title, script, given, kind, code) => {
    const { result } = await perform(script, { ...given, lease: { isOverdue: true } });
    expect(result).toMatchObject({ kind, failure: { code } });
  });

  describe('whose process stops', () => {
    const stopped = { signal: AbortSignal.abort() };
    it.each<[string, Partial<Lease>, string]>([
      ['before it called the platform', stopped, 'HELD'],
      ['because the time of its task is over', { ...stopped, isOverdue: true }, 'FAILED'],
    ])('%s', async (_title, lease, kind) => {
      const { result, calls } = await perform({}, { lease });
      expect({ kind: result.kind, calls }).toEqual({ kind, calls: '' });
    });

    it.each<[string, () => never, string]>([
      ['before anything was sent', fails('EXECUTION_TIMEOUT', 'NONE'), 'HELD'],
      ['when something may have been sent', fails('EXECUTION_TIMEOUT', 'UNKNOWN'), 'UNKNOWN'],
      ['when it cannot be done anyway', fails('RESOURCE_NOT_FOUND', 'NONE'), 'FAILED'],
    ])('in the middle of the call, %s', async (_title, fail, kind) => {
      const stop = new AbortController();
      const apply = (): never => {
        stop.abort();
        return fail();
      };
      expect((await perform({ apply }, { lease: { signal: stop.signal } })).result.kind).toBe(kind);
    });
  });

  it('whose task ran out of time after it had succeeded has succeeded', async () => {
    expect((await perform({}, { lease: { isOverdue: true } })).result.kind).toBe('SUCCEEDED');
  });

  it('is tried again by the plan’s own policy, with jitter', async () => {
    const { result } = await perform({ apply: fails('RATE_LIMIT_EXCEEDED', 'NONE') });
    expect(result).toMatchObject({ kind: 'RETRIABLE', delayMs: 200 });
  });

  it('that our own guard stopped waits as long as the guard says', async () => {
    const { result } = await perform({ apply: stops('SERVICE_DOWN') });
    expect(result).toMatchObject({
      kind: 'HELD',
      hold: { rule: 'platform.circuit_breaker' },
      delayMs: 7_000,
    });
  });

  it('that is told to wait for years waits for a day', async () => {
    const apply = (): never => {
      throw new ExecutorError('RATE_LIMIT_EXCEEDED', 'Later.', { effect: 'NONE', retryAfterMs: Infinity });
    };
    expect((await perform({ apply })).result).toMatchObject({ kind: 'RETRIABLE', delayMs: 86_400_000 });
  });

  it('names the task and the step in what its executor logs, with secrets left out', async () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    const apply = (logger: ExecutorLogger): Json => {
      logger.warn({ taskId: 'another', token: 'a secret', answered: 503 }, 'slow today');
      return null;
    };
    await perform({ apply }, { logger: createLogger({ level: 'info', destination }) });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      {
        level: 'warn',
        msg: 'slow today',
        answered: 503,
        taskId: aTask().id,
        stepId: aStep('a').id,
        token: '[token]',
      },
    ]);
  });

  describe('on a target that moved since the plan', () => {
    const onlyNow = (_logger: unknown, precondition: Json): Json => {
      if (precondition !== 'now')
        throw new ExecutorError('PRECONDITION_FAILED', 'It moved.', { effect: 'NONE' });
      return 'done';
    };
    const binary: FileDiff = {
      type: 'FILE',
      path: 'a',
      change: 'UPDATE',
      additions: 0,
      deletions: 0,
      hunks: [],
      isBinary: true,
      isTruncated: false,
    };

    it.each<[string, () => never, string]>([
      ['cannot be looked at now', fails('NETWORK_ERROR', 'NONE'), 'RETRIABLE'],
      ['cannot be looked at at all', fails('RESOURCE_NOT_FOUND', 'NONE'), 'DRIFTED'],
    ])('that %s', async (_title, look, kind) => {
      const { result, calls } = await perform({ apply: onlyNow, showsWholeEffect: true, look });
      expect({ kind: result.kind, calls }).toEqual({ kind, calls: 'apply' });
    });

    it('whose worker stops while it looks, waits for another', async () => {
      const stop = new AbortController();
      const look = (): never => {
        stop.abort();
        return fails('NETWORK_ERROR', 'NONE')();
      };
      const lease = { signal: stop.signal };
      const { result } = await perform({ apply: onlyNow, showsWholeEffect: true, look }, { lease });
      expect(result).toMatchObject({ kind: 'HELD', isEffectUnknown: false });
    });

    it('makes the effect that people were shown, and says on what', async () => {
      const { result, calls } = await perform({ apply: onlyNow, showsWholeEffect: true });
      expect(result).toEqual({ kind: 'SUCCEEDED', output: 'done', madeOn: 'now' });
      expect(calls).toBe('apply apply-now verify');
    });

    it.each([
      ['would have another effect there', { now: { summary: 'Do more' } }],
      ['has a finding there', { now: { findings: [{ severity: 'LOW' as const, message: 'Look' }] } }],
      ['shows only part of its effect', { showsWholeEffect: false }],
      ['shows no text of what it changes', { now: { diffs: [binary] } }],
    ])('is planned again where the action %s', async (_title, script) => {
      const { result, calls } = await perform({ apply: onlyNow, showsWholeEffect: true, ...script });
      expect(result.kind).toBe('DRIFTED');
      expect(calls).toBe('apply');
    });

    it('is not chased for ever', async () => {
      const apply = fails('PRECONDITION_FAILED', 'NONE');
      const { result, calls } = await perform({ apply, showsWholeEffect: true });
      expect(result.kind).toBe('DRIFTED');
      expect(calls.split(' ')).toHaveLength(51);
    });

    const landsLate = (...looks: readonly (() => Reconciliation<Json>)[]) => {
      const left = [...looks];
      return { idempotency: 'CONDITIONAL' as const, reconcile: () => (left.shift() ?? notFound)() };
    };
    it.each<[string, Script, ExecutorError['code'], string, string]>([
      ['is done', landsLate(notFound, found), 'PRECONDITION_FAILED', 'SUCCEEDED', ' verify'],
      [
        'is done, where the platform says no',
        landsLate(notFound, found),
        'PLATFORM_CONFLICT',
        'SUCCEEDED',
        ' verify',
      ],
      ['is planned again', landsLate(notFound, notFound), 'PRECONDITION_FAILED', 'DRIFTED', ''],
      ['is for a person', landsLate(notFound, unclear), 'PRECONDITION_FAILED', 'UNKNOWN', ''],
      [
        'is in doubt',
        landsLate(notFound, fails('SERVICE_DOWN', 'NONE')),
        'PRECONDITION_FAILED',
        'RETRIABLE',
        '',
      ],
    ])(
      'by what an earlier attempt asked for, it is looked for once more: %s',
      async (_title, script, code, kind, end) => {
        const apply = fails(code, 'NONE');
        // It may be just that which moved the target: nothing is made on it as it is now.
        const { result, calls } = await perform(
          { ...script, apply, showsWholeEffect: true },
          { earlier: 'UNKNOWN' },
        );
        expect({ kind: result.kind, calls }).toEqual({ kind, calls: `reconcile apply reconcile${end}` });
        if (result.kind === 'RETRIABLE') expect(result.isEffectUnknown).toBe(true);
      },
    );

    it('asks a person as before where the platform may have acted', async () => {
      const apply = fails('PRECONDITION_FAILED', 'UNKNOWN');
      const { result, calls } = await perform({ apply, showsWholeEffect: true });
      expect(result.kind).toBe('UNKNOWN');
      expect(calls).toBe('apply');
    });
  });

  it('gives an output that can be stored, whatever the platform answered', async () => {
    const output = { 'na\u0000me': ['\ud83d', NaN, { nul: 'a\u0000b' }] };
    const { result } = await perform({ apply: () => output });
    expect(result).toEqual({
      kind: 'SUCCEEDED',
      output: { 'na\ufffdme': ['\ufffd', null, { nul: 'a\ufffdb' }] },
    });
  });

  it('gives a failure that can be stored, whatever the platform answered', async () => {
    const apply = (): never => {
      throw new ExecutorError('SERVICE_DOWN', 'It said \u0000', {
        effect: 'NONE',
        details: { body: '\udc00\u0000' },
      });
    };
    expect((await perform({ apply })).result).toMatchObject({
      failure: { message: 'It said \ufffd', details: { body: '\ufffd\ufffd' } },
    });
  });
});

describe('a step upon what an earlier one leaves', () => {
  it('runs on what was left, kept before it is called', async () => {
    const kept: Footing[] = [];
    const { result, calls } = await perform(
      {},
      {
        isAfter: true,
        keepFooting: async (_step, footing) => {
          kept.push(footing);
          return true;
        },
      },
    );
    expect(kept).toEqual([{ precondition: 'now' }]);
    expect(result).toMatchObject({ kind: 'SUCCEEDED', madeOn: 'now' });
    expect(calls).toBe('apply-now verify');
  });

  it('is not called where others have changed what people would be shown', async () => {
    const { result, calls } = await perform({ now: { summary: 'Do something else' } }, { isAfter: true });
    expect(result).toMatchObject({
      kind: 'DRIFTED',
      failure: { message: expect.stringContaining('before') },
    });
    expect(calls).toBe('');
  });

  it('is not called where what is not shown is not as it was foreseen', async () => {
    const { result, calls } = await perform({ isAsForeseen: () => false }, { isAfter: true });
    expect(result.kind).toBe('DRIFTED');
    expect(calls).toBe('');
  });

  it('is not called where it is no longer this attempt that has the step', async () => {
    const { result, calls } = await perform({}, { isAfter: true, keepFooting: async () => false });
    expect(result.kind).toBe('FAILED');
    expect(calls).toBe('');
  });

  it('is looked for on what it ran on, where an attempt may have made it', async () => {
    const found = (): Reconciliation<Json> => ({ kind: 'FOUND', output: 'found' });
    const script: Script = { idempotency: 'LOOKUP', reconcile: found };
    const standsOn = { precondition: 'now' };
    const known = await perform(script, { isAfter: true, earlier: 'UNKNOWN', standsOn });
    expect(known.calls).toBe('reconcile verify');
    // Nothing was kept, so nothing was called.
    const fresh = await perform(script, { isAfter: true, earlier: 'UNKNOWN' });
    expect(fresh.calls).toBe('apply-now verify');
  });

  it('is looked for where a restore lost what an attempt kept, and is not said to have done nothing', async () => {
    const lost: Given = { isAfter: true, earlier: 'UNKNOWN', isOfLostPast: true };
    const marked = await perform({ idempotency: 'LOOKUP', reconcile: found }, lost);
    expect([marked.result.kind, marked.calls]).toEqual(['SUCCEEDED', 'reconcile verify']);
    const moved: Script = { idempotency: 'NATIVE_KEY', now: { summary: 'Do something else' } };
    const keyed = await perform(moved, { ...lost, attempt: 1 });
    expect([keyed.result, keyed.calls]).toMatchObject([{ kind: 'RETRIABLE', isEffectUnknown: true }, '']);
  });

  it('is not made where a restore may have lost that its fallback was', async () => {
    const lost: Given = { earlier: 'UNKNOWN', isOfLostPast: true, mayBeReplaced: true };
    const marked = await perform({ idempotency: 'LOOKUP', reconcile: found }, lost);
    expect([marked.result.kind, marked.calls]).toEqual(['SUCCEEDED', 'reconcile verify']);
    for (const script of [
      { reconcile: notFound, idempotency: 'LOOKUP' },
      { idempotency: 'CONDITIONAL' },
      { idempotency: 'NATIVE_KEY' },
    ] as const) {
      const { result, calls } = await perform(script, lost);
      expect([result.kind, calls]).toEqual(['UNKNOWN', 'reconcile' in script ? 'reconcile' : '']);
    }
  });

  it.each<[title: string, script: Script, kind: string, calls: string]>([
    ['is found', { idempotency: 'LOOKUP', reconcile: found }, 'SUCCEEDED', 'reconcile verify'],
    ['did nothing', { idempotency: 'LOOKUP', reconcile: notFound }, 'FAILED', 'reconcile'],
    ['cannot be told', { idempotency: 'CONDITIONAL', reconcile: unclear }, 'UNKNOWN', 'reconcile'],
    ['leaves no mark', { idempotency: 'CONDITIONAL' }, 'UNKNOWN', ''],
  ])('is never made beyond the last attempt: what a lost worker began %s', async (_, script, kind, calls) => {
    const end = await perform(script, { earlier: 'INTENDED', attempt: 5, maxAttempts: 4 });
    expect([end.result.kind, end.calls]).toEqual([kind, calls]);
  });
});

describe('an attempt that looks first', () => {
  const script: Script = { idempotency: 'LOOKUP', reconcile: notFound };
  const lost = { earlier: 'INTENDED', attempt: 2, looks: 1 } as const;

  it('says so before it calls', async () => {
    expect((await perform(script, lost)).calls).toBe('reconcile kept apply verify');
    expect((await perform(script, { ...lost, looks: 0 })).calls).toBe('reconcile apply verify');
  });

  it('calls nothing where the step is not its any more', async () => {
    const { result, calls } = await perform(script, { ...lost, keepCalled: async () => false });
    expect([result.kind, calls]).toEqual(['FAILED', 'reconcile kept reconcile']);
  });

  it.each(['looks first', 'stands on earlier steps'])(
    'that %s waits for a database that is away for a moment, and costs no attempt',
    async (title) => {
      let outages = 2;
      const keep = async (): Promise<boolean> => {
        if (outages-- > 0) throw new DatabaseUnreachableError('It is shutting down.');
        return true;
      };
      const { result, calls } = await (title === 'looks first'
        ? perform(script, { ...lost, keepCalled: keep })
        : perform({}, { isAfter: true, keepFooting: keep }));
      expect([result.kind, calls]).toEqual([
        'SUCCEEDED',
        title === 'looks first' ? 'reconcile kept kept kept apply verify' : 'apply-now verify',
      ]);
    },
  );

  it('does not wait for the database once the step may be another one’s', async () => {
    let held = 2;
    const { result, calls } = await perform(script, {
      ...lost,
      keepCalled: () => Promise.reject(new DatabaseUnreachableError('It is shutting down.')),
      lease: {
        assertHeld: () => {
          if (held-- <= 0) throw new Error('The lease on this step was lost.');
        },
      },
    });
    expect([result.kind, calls]).toEqual(['RETRIABLE', 'reconcile kept kept']);
  });
});
