import { eventOf } from './events.ts';
import {
  decisionOutcomes,
  priorities,
  taskModes,
  type DecisionOutcome,
  type TaskMode,
} from '@countersign/shared';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  aDecision,
  aDocument,
  aDocumentStep,
  anAgent,
  aPerson,
  at,
  aTask,
} from '../../testing/domain-samples.ts';
import type { Decision } from './decision.ts';
import { takeIn, startRun } from './intake.ts';
import { isFinalStatus } from '@countersign/shared';

const now = at(5_000);
const numbered = (): (() => string) => {
  let count = 0;
  return () => `id-${(count += 1)}`;
};
const entered = (outcome: DecisionOutcome, mode: TaskMode, parts: Partial<Decision> = {}) =>
  takeIn(aTask({ mode }), aDocument({ mode }), aDecision(outcome, parts), anAgent(), now, numbered());

type Case = [outcome: DecisionOutcome, mode: TaskMode, status: string, has: string, event: string];

const cases: Case[] = [
  ['ALLOW', 'APPLY', 'QUEUED', 'run', 'task.queued'],
  ['ALLOW', 'NOOP', 'QUEUED', 'run', 'task.queued'],
  ['ALLOW', 'PLAN', 'SUCCEEDED', '', 'task.succeeded'],
  ['REQUIRE_APPROVAL', 'APPLY', 'AWAITING_APPROVAL', 'approval', 'approval.requested'],
  ['REQUIRE_APPROVAL', 'NOOP', 'AWAITING_APPROVAL', 'approval', 'approval.requested'],
  ['REQUIRE_APPROVAL', 'PLAN', 'SUCCEEDED', '', 'task.succeeded'],
  ['DENY', 'APPLY', 'DENIED', '', 'task.denied'],
  ['DENY', 'NOOP', 'DENIED', '', 'task.denied'],
  ['DENY', 'PLAN', 'DENIED', '', 'task.denied'],
];

describe('a planned task', () => {
  it('is looked at in every outcome and mode', () => {
    const all = decisionOutcomes.flatMap((outcome) => taskModes.map((mode) => `${outcome} ${mode}`));
    expect(cases.map(([outcome, mode]) => `${outcome} ${mode}`).toSorted()).toEqual(all.toSorted());
  });

  it.each(cases)('with %s in mode %s becomes %s', (outcome, mode, status, has, event) => {
    const { task, approval, started, events } = entered(outcome, mode);
    expect(task.status).toBe(status);
    expect([approval && 'approval', started && 'run'].filter(Boolean).join(' ')).toBe(has);
    expect(events.map(({ type }) => type)).toEqual([event]);
    expect(task.finishedAt).toEqual(isFinalStatus(task.status) ? now : null);
    expect(task.updatedAt).toEqual(now);
    expect(task.error === null).toBe(status !== 'DENIED');
  });

  it('that is denied says what the rule that denied it said, not one that asked for less', () => {
    const reasons = [
      {
        layer: 'HARD' as const,
        rule: 'hard',
        message: 'A person must see it.',
        outcome: 'REQUIRE_APPROVAL' as const,
      },
      {
        layer: 'SCORE' as const,
        rule: 'quality',
        message: 'The score is too low.',
        outcome: 'DENY' as const,
      },
    ];
    const { task, events } = entered('DENY', 'APPLY', { reasons });
    expect(task.error).toEqual({ code: 'POLICY_DENIED', message: 'The score is too low.' });
    expect(events[0]?.summary).toBe('The score is too low.');
  });

  it('that is denied without a reason still says something', () => {
    expect(entered('DENY', 'APPLY', { reasons: [] }).task.error?.message).toBe('No rule allows it.');
  });
});

describe('the request for approval', () => {
  const terms = {
    required: 2,
    stages: [],
    vetoGroups: ['security'],
    mayEditorApprove: false,
    rememberRejectionMs: 0,
    remindAfterMs: [],
    escalation: null,
    expiresInMs: 60_000,
    undoWindowMs: 0,
    startWithinMs: 7_000,
  };

  it('has the terms of the decision and is bound to the plan', () => {
    const { approval, events } = entered('REQUIRE_APPROVAL', 'APPLY', { approval: terms });
    expect(approval).toMatchObject({
      id: 'id-1',
      tenantId: 'tenant',
      taskId: 'task',
      revision: 1,
      planHash: 'plan-hash',
      status: 'PENDING',
      required: 2,
      stages: [],
      vetoGroups: ['security'],
      mayEditorApprove: false,
      undoWindowMs: 0,
      startWithinMs: 7_000,
      createdAt: now,
      expiresAt: at(65_000),
      effectiveAt: null,
      resolvedAt: null,
    });
    expect(events[0]).toMatchObject({
      summary: 'Waits for 2 people to approve revision 1',
      data: { approvalId: 'id-1', required: 2, expiresAt: at(65_000).toISOString() },
    });
  });

  it.each([
    ['an agent with an owner', anAgent(), ['agent', 'owner']],
    ['an agent without one', anAgent({ ownerId: null }), ['agent']],
    ['a person', aPerson('pat'), ['pat']],
  ])('of %s excludes who must not decide', (_title, requester, excludedIds) => {
    const { approval } = takeIn(
      aTask(),
      aDocument(),
      aDecision('REQUIRE_APPROVAL'),
      requester,
      now,
      numbered(),
    );
    expect(approval?.excludedIds).toEqual(excludedIds);
  });

  it('is not opened without terms', () => {
    const { approval: _, ...decision } = aDecision('REQUIRE_APPROVAL');
    const opening = () => takeIn(aTask(), aDocument(), decision, anAgent(), now, numbered());
    expect(opening).toThrow('must say how many people');
  });
});

describe('a run that starts', () => {
  const graph = aDocument({
    timeoutMs: 10_000,
    retry: { maxRetries: 2, initialDelayMs: 1, backoffMultiplier: 2, maxDelayMs: 10 },
    steps: [
      aDocumentStep({ name: 'a' }),
      aDocumentStep({ name: 'b', ordinal: 1, dependsOn: ['a'] }),
      aDocumentStep({ name: 'c', ordinal: 2, phase: 2 }),
    ],
  });

  it('is of this plan, waits, and has the time of the task', () => {
    const { run } = startRun(aTask({ revision: 3 }), graph, now, numbered());
    expect(run).toEqual({
      id: 'id-1',
      tenantId: 'tenant',
      taskId: 'task',
      revision: 3,
      planHash: 'plan-hash',
      status: 'QUEUED',
      createdAt: now,
      startedAt: null,
      finishedAt: null,
      deadlineAt: at(15_000),
      cancelRequestedAt: null,
      pause: null,
      rollback: null,
    });
    expect(startRun(aTask(), aDocument(), now, numbered()).run.deadlineAt).toBeNull();
  });

  it('has what depends on nothing ready and dispatched, and the rest blocked', () => {
    const { steps } = startRun(aTask(), graph, now, numbered());
    expect(steps.map(({ id, name, state, dispatchEpoch }) => [id, name, state, dispatchEpoch])).toEqual([
      ['id-2', 'a', 'READY', 1],
      ['id-3', 'b', 'BLOCKED', 0],
      ['id-4', 'c', 'READY', 1],
    ]);
    expect(steps.map(({ readyAt, dispatchedAt }) => [readyAt, dispatchedAt])).toEqual([
      [now, now],
      [null, null],
      [now, now],
    ]);
  });

  it('allows each step its first attempt and the retries of the plan', () => {
    const { steps } = startRun(aTask(), graph, now, numbered());
    expect(
      steps.every(({ attempt, maxAttempts, fence }) => attempt === 0 && maxAttempts === 3 && fence === 0),
    ).toBe(true);
  });

  it.each(priorities)('waits in the lane of priority %s', (priority) => {
    const { steps } = startRun(aTask({ priority }), graph, now, numbered());
    expect(new Set(steps.map(({ lane }) => lane))).toEqual(new Set([priority]));
  });

  it('carries over what the bytes say of a step', () => {
    const anyStep = fc.record({
      name: fc.string(),
      action: fc.string(),
      platform: fc.string(),
      phase: fc.nat(),
    });
    const property = fc.property(anyStep, (parts) => {
      const [step] = startRun(aTask(), aDocument({ steps: [aDocumentStep(parts)] }), now, numbered()).steps;
      expect(step).toMatchObject({
        name: parts.name,
        actionType: parts.action,
        platform: parts.platform,
        phase: parts.phase,
      });
    });
    fc.assert(property);
  });

  it('must have a step, for it ends by its last one', () => {
    expect(() => startRun(aTask(), aDocument({ steps: [] }), now, numbered())).toThrow('no steps to run');
  });
});

describe('an event', () => {
  it('names its task, its actor and its time', () => {
    const event = eventOf(aTask({ traceparent: '00-a' }), now, 'ann')('task.cancelled', 'Cancelled', {
      reason: null,
    });
    expect(event).toEqual({
      tenantId: 'tenant',
      type: 'task.cancelled',
      at: now,
      taskId: 'task',
      actorId: 'ann',
      summary: 'Cancelled',
      data: { reason: null },
      traceparent: '00-a',
    });
  });

  it('of the server itself has no actor', () => {
    expect(eventOf(aTask(), now)('task.succeeded', 'Planned')).toMatchObject({ actorId: null, data: {} });
  });
});
