import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOpaServer, type OpaServer } from '../../../testing/opa-server.ts';
import { anErrand, aRiskyTask } from '../../../testing/task-inputs.ts';
import { createWorld, type World } from '../../../testing/world.ts';
import type { Effect, Run, Step } from '../../domain/run.ts';
import type { AttemptResult } from '../../domain/run.ts';
import { asPlanned, type Task } from '../../domain/task.ts';
import { newId } from '../../infra/ids.ts';
import { createLogger } from '../../infra/logger.ts';
import { planReader } from '../../record/plan-reader.ts';
import { createPolicyEngine, createPolicyService, type PolicyService } from '../policy/index.ts';
import { claimSteps } from './claim-steps.ts';
import type { Claim } from './claim.ts';
import { createRunControl } from './control-runs.ts';
import { saveWrittenOutcomes } from './keep-outcomes.ts';
import { createOutcomeFolder } from './outcome-folder.ts';
import { settleAttempts } from './settle-attempts.ts';
import { signedIn } from '../../../testing/signed-in.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld({ background: 'NONE' });
});
afterAll(() => world[Symbol.asyncDispose]());

interface Record {
  readonly run: Run;
  readonly steps: readonly Step[];
  readonly effects: readonly Effect[];
}

const recordOf = async (task: Task): Promise<Record> => {
  const { stores, database } = world.services;
  return database.transaction(async (tx) => {
    const [run] = await stores.runs.findRuns(tx, [{ taskId: task.id, revision: task.revision }]);
    if (!run) throw new Error('There is no run.');
    const steps = await stores.runs.findSteps(tx, [run.id]);
    const effects = await stores.runs.findEffects(
      tx,
      steps.map(({ id }) => id),
    );
    return { run, steps, effects };
  });
};

/** What a worker does with a job, up to its call to the platform. */
const claim = async (
  task: Task,
  ordinal = 0,
  policy: PolicyService = world.services.policy,
  restoredAt: Date | null = null,
): Promise<Claim | null> => {
  const { stores, journal, access, planRequests } = world.services;
  const step = (await recordOf(task)).steps[ordinal];
  const deps = {
    ...stores,
    ...planRequests,
    journal,
    policy,
    planReader,
    findPrincipal: access.findPrincipal,
    readControls: world.services.controls.read,
    newId,
    random: () => 0,
    logger: createLogger({ level: 'silent' }),
    restoredAt,
    leaseMs: 60_000,
  };
  if (!step) return null;
  const { id: stepId, platform, lane } = step;
  const [claimed = null] = await claimSteps(deps, [{ stepId, platform, lane, worker: 'w' }]);
  return claimed;
};

const settle = (
  { step }: Claim,
  result: AttemptResult,
  restoredAt: Date | null = null,
): Promise<boolean[]> => {
  const { stores, journal, planRequests } = world.services;
  return settleAttempts({ ...stores, ...planRequests, journal, newId, restoredAt }, [
    { stepId: step.id, fence: step.fence, worker: 'w', result },
  ]);
};

const doubt: AttemptResult = {
  kind: 'RETRIABLE',
  failure: { code: 'EXECUTION_TIMEOUT', message: 'No answer.' },
  delayMs: 0,
  isEffectUnknown: true,
};

/** As where the process of the worker was killed and a minute went by. */
const loseWorker = ({ step }: Claim): Promise<unknown> =>
  world.owner.query("UPDATE step SET lease_until = now() - interval '1 second' WHERE id = $1", [step.id]);

const started = async (task: Task): Promise<Claim> => {
  const claimed = await claim(task);
  if (!claimed) throw new Error('The step cannot be claimed.');
  return claimed;
};

const summaryOf = async (task: Task): Promise<string[]> => {
  const { run, steps, effects } = await recordOf(task);
  const { status } = await world.now(task);
  return [
    status,
    run.status,
    steps.map(({ state }) => state).join(' '),
    effects.map(({ state }) => state).join(' '),
  ];
};

const reading = { actions: [{ type: 'noop.run', params: { category: 'READ' } }] };
const chain = {
  actions: [
    { name: 'first', type: 'noop.run', params: {} },
    { name: 'second', type: 'noop.run', params: {}, dependsOn: ['first'] },
  ],
};
const lost = ['NEEDS_ATTENTION', 'NEEDS_ATTENTION', 'NEEDS_ATTENTION', 'UNKNOWN'];

describe('a step in flight whose worker is lost', () => {
  it('is taken up by another worker, under another fence', async () => {
    const task = await world.agent.submits(anErrand());
    const first = await started(task);
    expect(await claim(task)).toBeNull();
    await loseWorker(first);
    const second = await started(task);
    expect(second.step).toMatchObject({ fence: 2, attempt: 2 });
    expect(second.earlier?.state).toBe('INTENDED');
    expect(await settle(first, { kind: 'SUCCEEDED', output: null })).toEqual([false]);
  });

  it('ends the task that is being cancelled, and a person has to look', async () => {
    const task = await world.agent.submits(anErrand());
    const first = await started(task);
    expect(await world.agent.cancels(task)).toMatchObject({ ok: true, value: { status: 'RUNNING' } });
    expect(await world.agent.cancels(task)).toMatchObject({ ok: true });
    await loseWorker(first);
    expect(await claim(task)).toBeNull();
    expect(await summaryOf(task)).toEqual(lost);
    const events = (await world.historyOf(task)).map(({ type }) => type);
    expect(events.slice(-3)).toEqual(['task.cancelling', 'step.needs_attention', 'task.needs_attention']);
    expect(events.filter((type) => type === 'task.cancelling')).toHaveLength(1);
  });

  it('ends the task that is being cancelled as cancelled where it only read', async () => {
    const task = await world.agent.submits(anErrand({}, reading));
    const first = await started(task);
    await world.agent.cancels(task);
    await loseWorker(first);
    expect(await claim(task)).toBeNull();
    expect(await summaryOf(task)).toEqual(['CANCELLED', 'CANCELLED', 'FAILED', 'FAILED']);
  });

  it('is not tried more often than its plan allows', async () => {
    const task = await world.agent.submits(anErrand({}, { retry: { maxRetries: 1 } }));
    await loseWorker(await started(task));
    await loseWorker(await started(task));
    expect(await claim(task)).toBeNull();
    expect(await summaryOf(task)).toEqual(lost);
  });

  it('is not passed over where the time of its task is over meanwhile', async () => {
    const task = await world.agent.submits(anErrand());
    await loseWorker(await started(task));
    await world.owner.query("UPDATE run SET deadline_at = now() - interval '1 second' WHERE task_id = $1", [
      task.id,
    ]);
    expect(await claim(task)).toBeNull();
    expect(await summaryOf(task)).toEqual(lost);
    expect((await world.now(task)).error).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      stepName: 'step-1',
      details: { cause: 'EXECUTION_TIMEOUT' },
    });
  });

  it('goes on where the approval expired meanwhile: the run began in time', async () => {
    const task = await world.agent.submits(aRiskyTask());
    await world.approver.approves(task);
    await loseWorker(await started(task));
    await world.owner.query(
      'UPDATE approval_request SET expires_at = now(), start_within_ms = 0 WHERE task_id = $1',
      [task.id],
    );
    expect(await claim(task)).not.toBeNull();
  });

  it('goes on in a rehearsal too, which leaves no effect to tell by that it began in time', async () => {
    const task = await world.agent.submits(aRiskyTask({ ...chain, mode: 'NOOP' }));
    await world.approver.approves(task);
    const expire = 'UPDATE approval_request SET expires_at = now(), start_within_ms = 0 WHERE task_id = $1';
    const first = await started(task);
    await world.owner.query(expire, [task.id]);
    expect(await settle(first, { kind: 'SUCCEEDED', output: null, isNoop: true })).toEqual([true]);
    const second = await claim(task, 1);
    expect(second).toMatchObject({ effect: null, earlier: null });
    expect(await summaryOf(task)).toEqual(['RUNNING', 'RUNNING', 'SUCCEEDED RUNNING', '']);
    const late = await world.agent.submits(aRiskyTask({ mode: 'NOOP' }));
    await world.approver.approves(late);
    await world.owner.query(expire, [late.id]);
    expect(await claim(late)).toBeNull();
    expect((await world.now(late)).status).toBe('EXPIRED');
  });
});

describe('a step that is claimed while the policy engine fails', () => {
  const brokenPolicy = async (opa: OpaServer): Promise<PolicyService> => {
    const engine = await createPolicyEngine({ bundleDir: '/nowhere', opaUrl: opa.url, timeoutMs: 2_000 });
    opa.answers(null);
    return createPolicyService({
      policies: { of: () => engine, trouble: engine.trouble },
      traitsOfStep({ action, params, name }) {
        const prepared = world.services.executors.prepare(action, params, name);
        return prepared.ok ? prepared.action.traits : undefined;
      },
      killSwitch: () => null,
      autonomyOf: () => Promise.resolve(null),
      grantsOf: () => Promise.resolve([]),
    });
  };
  const waits = async (task: Task): Promise<Partial<Step> | undefined> => {
    const { now } = await world.services.database.transaction((tx) =>
      world.services.stores.tasks.lock(tx, [task.id]),
    );
    const [step] = (await recordOf(task)).steps;
    expect(step?.nextAttemptAt.getTime()).toBeGreaterThan(now.getTime());
    expect(step).toMatchObject({ state: 'READY', worker: null, leaseUntil: null });
    return step;
  };

  it('has spent nothing', async () => {
    await using opa = await startOpaServer();
    const task = await world.agent.submits(anErrand());
    expect(await claim(task, 0, await brokenPolicy(opa))).toBeNull();
    expect(await waits(task)).toMatchObject({ attempt: 0, fence: 0, dispatchEpoch: 2 });
    expect(await summaryOf(task)).toEqual(['QUEUED', 'QUEUED', 'READY', '']);
  });

  it('has spent the attempt of a worker that was lost, and its effect stays in doubt', async () => {
    await using opa = await startOpaServer();
    const task = await world.agent.submits(anErrand());
    const first = await started(task);
    await loseWorker(first);
    expect(await claim(task, 0, await brokenPolicy(opa))).toBeNull();
    expect(await waits(task)).toMatchObject({ attempt: 1, fence: 1 });
    expect(await summaryOf(task)).toEqual(['RUNNING', 'RUNNING', 'READY', 'UNKNOWN']);
    expect(await settle(first, { kind: 'SUCCEEDED', output: null })).toEqual([false]);
    await world.owner.query('UPDATE step SET next_attempt_at = now() WHERE task_id = $1', [task.id]);
    expect(await started(task)).toMatchObject({
      step: { attempt: 2, fence: 2 },
      earlier: { state: 'UNKNOWN' },
    });
  });
});

describe('a step that was put off before its call', () => {
  const notNow: AttemptResult = {
    kind: 'HELD',
    hold: { rule: 'platform.circuit_breaker', reason: 'It is left alone.' },
    failure: { code: 'SERVICE_DOWN', message: 'It is left alone.' },
    delayMs: 0,
    isEffectUnknown: false,
  };

  it('begins again under the same number and another fence, with the same effect', async () => {
    const task = await world.agent.submits(anErrand({}, { retry: { maxRetries: 0 } }));
    for (const fence of [1, 2, 3]) {
      const claimed = await started(task);
      expect(claimed.step).toMatchObject({ attempt: 1, fence });
      expect(claimed.earlier?.state ?? null).toBe(fence === 1 ? null : 'FAILED');
      expect(await settle(claimed, notNow)).toEqual([true]);
    }
    expect(await summaryOf(task)).toEqual(['RUNNING', 'RUNNING', 'READY', 'FAILED']);
    expect(await settle(await started(task), { kind: 'SUCCEEDED', output: null })).toEqual([true]);
    expect(await summaryOf(task)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
  });

  it('is cancelled with its task, for nothing was called', async () => {
    const waiting = await world.agent.submits(anErrand());
    await settle(await started(waiting), notNow);
    await world.agent.cancels(waiting);
    expect(await summaryOf(waiting)).toEqual(['CANCELLED', 'CANCELLED', 'CANCELLED', 'FAILED']);

    const inFlight = await world.agent.submits(anErrand());
    const claimed = await started(inFlight);
    await world.agent.cancels(inFlight);
    await settle(claimed, notNow);
    expect(await summaryOf(inFlight)).toEqual(['CANCELLED', 'CANCELLED', 'CANCELLED', 'FAILED']);
    expect((await world.historyOf(inFlight)).map(({ type }) => type).slice(-2)).toEqual([
      'step.refused',
      'task.cancelled',
    ]);
  });
});

describe('a step that waits for another attempt, of which nobody knows what the last one did', () => {
  const inDoubt = async (): Promise<Task> => {
    const task = await world.agent.submits(anErrand({}, { retry: { maxRetries: 5 } }));
    expect(await settle(await started(task), doubt)).toEqual([true]);
    expect(await summaryOf(task)).toEqual(['RUNNING', 'RUNNING', 'READY', 'UNKNOWN']);
    return task;
  };

  it('is left to a person when the task is cancelled, and only a person closes it', async () => {
    const task = await inDoubt();
    expect(await world.agent.cancels(task)).toMatchObject({ ok: true, value: { status: 'NEEDS_ATTENTION' } });
    expect(await summaryOf(task)).toEqual(lost);
    expect(await world.agent.cancels(task)).toMatchObject({
      ok: false,
      refusal: { code: 'AUTHORIZATION_FAILED' },
    });
    expect(await world.operator.cancels(task)).toMatchObject({ ok: true, value: { status: 'CANCELLED' } });
    expect(await world.operator.cancels(task)).toMatchObject({
      ok: false,
      refusal: { code: 'NOT_CANCELLABLE', message: 'The task has ended already: CANCELLED.' },
    });
  });
});

describe('a task from before a restore', () => {
  const policy = undefined;
  const failed: AttemptResult = { kind: 'FAILED', failure: { code: 'DEPENDENCY_FAILED', message: 'No.' } };
  const controlOf = (task: Task) => {
    const { stores, journal, planRequests, findStop } = world.services;
    const restoredAt = task.createdAt;
    return createRunControl({ ...stores, ...planRequests, journal, newId, findStop, restoredAt });
  };

  it('whose step fails leaves to a person what the others may have done', async () => {
    const task = await world.agent.submits(anErrand({}, chain));
    const first = await claim(task, 0, policy, task.createdAt);
    expect(first?.earlier).toMatchObject({ state: 'UNKNOWN', isOfLostPast: true });
    if (first) await settle(first, failed, task.createdAt);
    const states = 'FAILED NEEDS_ATTENTION';
    expect(await summaryOf(task)).toEqual(['NEEDS_ATTENTION', 'NEEDS_ATTENTION', states, 'FAILED']);
  });

  it('asks nobody about what only reads', async () => {
    const [first, second] = chain.actions;
    const actions = [first, { ...second, params: { category: 'READ' } }];
    const task = await world.agent.submits(anErrand({}, { actions }));
    const claimed = await claim(task, 0, policy, task.createdAt);
    if (claimed) await settle(claimed, failed, task.createdAt);
    expect(await summaryOf(task)).toEqual(['FAILED', 'FAILED', 'FAILED CANCELLED', 'FAILED']);
  });

  it('that is rolled back leaves to a person what waits', async () => {
    const task = await world.agent.submits(anErrand({}, chain));
    const claimed = await claim(task, 0, policy, task.createdAt);
    if (claimed) await settle(claimed, { kind: 'SUCCEEDED', output: null }, task.createdAt);
    await controlOf(task).rollback(world.operator.principal, task.id, 'Take it back.');
    expect((await recordOf(task)).steps[1]).toMatchObject({ name: 'second', state: 'NEEDS_ATTENTION' });
  });

  it('and is refused before anybody knows asks a person, once', async () => {
    const reviewer = await world.hires('Reviewer of before');
    const task = await world.agent.submits(aRiskyTask());
    await reviewer.approves(task);
    const { id } = reviewer.principal;
    await world.owner.query("UPDATE principal SET roles = '{VIEWER}' WHERE id = $1", [id]);
    expect(await claim(task, 0, policy, task.createdAt)).toBeNull();
    expect(await summaryOf(task)).toEqual(['NEEDS_ATTENTION', 'NEEDS_ATTENTION', 'NEEDS_ATTENTION', '']);
    const control = controlOf(task);
    const { principal } = world.operator;
    const said = await control.resolve(principal, task.id, 'step-1', 'DID_NOT_HAPPEN', 'I looked.');
    expect(said).toMatchObject({ ok: true, value: { status: 'FAILED' } });
    expect(await control.retry(principal, task.id, 'step-1', 'Once more.')).toMatchObject({ ok: true });
    // It is refused as before, and this time it is known that nothing was done.
    expect(await claim(task, 0, policy, task.createdAt)).toBeNull();
    expect(await summaryOf(task)).toEqual(['DENIED', 'FAILED', 'FAILED', '']);
  });
});

describe('what somebody with the application’s rights on the tables changes', () => {
  const flip = (task: Task, set: string, name = 'second'): Promise<unknown> =>
    world.owner.query(`UPDATE step SET ${set} WHERE task_id = $1 AND name = $2`, [task.id, name]);

  it('does not run a step before its turn', async () => {
    const task = await world.agent.submits(anErrand({}, chain));
    await flip(task, "state = 'READY'");
    expect(await claim(task, 1)).toBeNull();
    expect(await summaryOf(task)).toEqual(['FAILED', 'FAILED', 'CANCELLED FAILED', '']);
    expect((await world.now(task)).error).toMatchObject({ code: 'CONFLICT', stepName: 'second' });
  });

  it('does not run one step as another', async () => {
    const task = await world.agent.submits(anErrand({}, chain));
    await flip(task, "name = 'other'");
    await flip(task, "name = 'second'", 'first');
    expect(await claim(task)).toBeNull();
    expect((await world.now(task)).error).toMatchObject({ code: 'CONFLICT' });
  });

  it('does not turn a rehearsal into the real thing', async () => {
    const task = await world.agent.submits(anErrand({}, { mode: 'NOOP' }));
    await world.owner.query("UPDATE task SET mode = 'APPLY' WHERE id = $1", [task.id]);
    expect(await claim(task)).toBeNull();
    expect((await world.now(task)).status).toBe('FAILED');
  });

  it('does not lower a quorum', async () => {
    const task = await world.agent.submits(aRiskyTask());
    const approve = `UPDATE approval_request SET status = 'APPROVED', required = 0, effective_at = now() WHERE task_id = $1`;
    await world.owner.query(approve, [task.id]);
    await world.owner.query("UPDATE task SET status = 'HELD' WHERE id = $1", [task.id]);
    const { journal, stores, release } = world.services;
    await journal.transaction(async (tx) => {
      const { tasks, now } = await stores.tasks.lock(tx, [task.id]);
      const released = await release(tx, [...tasks.values()], now);
      stores.tasks.update(tx, [...released.values()]);
    });
    expect(await claim(task)).toBeNull();
    expect(await world.now(task)).toMatchObject({ status: 'DENIED', error: { code: 'HITL_REQUIRED' } });
  });
});

describe('an approval by somebody who', () => {
  it.each([
    ['lost the role since', "roles = '{VIEWER}'"],
    ['was disabled since', 'disabled_at = now()'],
  ])('%s runs nothing', async (title, change) => {
    const reviewer = await world.hires(`Reviewer who ${title}`);
    const task = await world.agent.submits(aRiskyTask());
    expect(await reviewer.approves(task)).toMatchObject({ task: { status: 'QUEUED' } });
    await world.owner.query(`UPDATE principal SET ${change} WHERE id = $1`, [reviewer.principal.id]);
    expect(await claim(task)).toBeNull();
    expect(await world.now(task)).toMatchObject({
      status: 'DENIED',
      error: {
        code: 'HITL_REQUIRED',
        message: '0 of 1 approvals stand. Others came from people who may not decide any more.',
      },
    });
    expect((await recordOf(task)).effects).toEqual([]);
  });
});

describe('an approval of a plan that was shown otherwise than it was made', () => {
  it('is refused', async () => {
    const task = await world.agent.submits(aRiskyTask());
    await world.owner.transaction(async (tx) => {
      await tx.query('SET LOCAL session_replication_role = replica');
      await tx.query(
        `UPDATE plan SET presentation = jsonb_set(presentation, '{steps,0,summary}', '"Read a page"')
        WHERE task_id = $1`,
        [task.id],
      );
    });
    for (const verdict of ['APPROVE', 'REJECT'] as const) {
      expect(await world.approver.votes(verdict, task)).toMatchObject({ refusal: { code: 'CONFLICT' } });
    }
    expect((await world.now(task)).status).toBe('AWAITING_APPROVAL');
    expect(await world.operator.cancels(task)).toMatchObject({ ok: true, value: { status: 'CANCELLED' } });
  });
});

describe('a vote', () => {
  it('with a comment that no store takes is refused with its place, and its neighbours count', async () => {
    const [one, other] = await world.agent.submitsMany([aRiskyTask(), aRiskyTask()]);
    if (!one || !other) throw new Error('Two tasks were submitted.');
    const vote = (task: Task, comment: string) => ({
      reviewer: signedIn(world.approver.principal),
      taskId: task.id,
      verdict: 'APPROVE' as const,
      on: { revision: task.revision, planHash: asPlanned(task).planHash },
      comment,
    });
    const decide = world.services.approvals.decide;
    const [bad, good] = await Promise.all([decide(vote(one, 'a\u0000b')), decide(vote(other, 'Fine.'))]);
    expect(bad).toMatchObject({
      ok: false,
      refusal: { code: 'SCHEMA_VALIDATION_FAILED', details: { faults: [{ path: 'comment' }] } },
    });
    expect(good).toMatchObject({ ok: true });
  });

  it('that is taken back by a clock that runs behind is taken back', async () => {
    const task = await world.agent.submits(aRiskyTask());
    await world.owner.query('UPDATE approval_request SET required = 2 WHERE task_id = $1', [task.id]);
    await world.approver.approves(task);
    await world.approver.withdraws(task);
    // The ids of two nodes whose clocks disagree: the withdrawal's sorts before the approval's.
    await world.owner.transaction(async (tx) => {
      await tx.query('SET LOCAL session_replication_role = replica');
      await tx.query(
        "UPDATE review SET id = '00000000-0000-7000-8000-000000000000' WHERE verdict = 'WITHDRAW'",
      );
    });
    const { approval } = await world.secondApprover.approves(task);
    expect(approval.status).toBe('PENDING');
  });
});

describe('an outcome that was written down in the home of another process, before a restore', () => {
  const success: AttemptResult = { kind: 'SUCCEEDED', output: { isOf: 'the past that was lost' } };
  const saves = async (worker: string | null, task: Task, restoredAt: Date | null): Promise<string> => {
    const { step } = await started(task);
    const home = await mkdtemp(join(tmpdir(), 'countersign-another-home-'));
    await using _ = { [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }) };
    const outcomes = createOutcomeFolder(home);
    await outcomes.write({ stepId: step.id, fence: step.fence, worker, result: success });
    const { stores, journal, planRequests } = world.services;
    const logger = createLogger({ level: 'silent' });
    await saveWrittenOutcomes({ ...stores, ...planRequests, journal, outcomes, newId, restoredAt, logger });
    expect(await outcomes.read()).toEqual({ attempts: [], unreadable: [] });
    return (await world.now(task)).status;
  };

  it('is taken for that of its own attempt alone, never for one that has its number since', async () => {
    const submits = (): Promise<Task> => world.agent.submits(anErrand());
    expect(await saves('another', await submits(), new Date())).toBe('RUNNING');
    expect(await saves('w', await submits(), new Date())).toBe('SUCCEEDED');
  });

  it('that an older release wrote down counts where nothing was ever restored', async () => {
    const submits = (): Promise<Task> => world.agent.submits(anErrand());
    expect(await saves(null, await submits(), null)).toBe('SUCCEEDED');
    expect(await saves(null, await submits(), new Date())).toBe('RUNNING');
  });
});
