import { describe, expect, test } from 'vitest';
import { aResource, anEffect, anErrand, aRiskyTask } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { backends, createWorld, type World } from '../../testing/world.ts';
import type { Task } from '../domain/task.ts';

const refusedWith = (code: string) => ({ ok: false, refusal: { code } });

/** Waits until the time to decide is over by the database's clock. */
const expires = (world: World, task: Task): Promise<unknown> =>
  until(
    async () => {
      const [row] = await world.owner.query<{ over: boolean }>(
        'SELECT expires_at <= clock_timestamp() AS over FROM approval_request WHERE task_id = $1',
        [task.id],
      );
      return row?.over || undefined;
    },
    () => 'the request did not expire',
  );

describe.each(backends)('the undo window on %s', (backend) => {
  test('holds what was approved, lets it be taken back, and then starts it', async () => {
    await using world = await createWorld({ backend, asking: { undoWindowMs: 6_000 } });
    const resource = aResource();
    const task = await world.agent.submits(anEffect('ledger.keyed', resource, { requiresApproval: true }));
    expect(await world.approver.approves(task)).toMatchObject({ task: { status: 'HELD' } });
    expect(await world.secondApprover.votes('WITHDRAW', task)).toMatchObject(refusedWith('NOT_ELIGIBLE'));
    expect(await world.approver.withdraws(task)).toMatchObject({
      task: { status: 'AWAITING_APPROVAL' },
      approval: { status: 'PENDING', effectiveAt: null, resolvedAt: null },
    });
    expect(await world.approver.approves(task)).toMatchObject({ task: { status: 'HELD' } });
    await world.reaches(task, 'SUCCEEDED');
    expect(await world.approver.votes('WITHDRAW', task)).toMatchObject(refusedWith('UNDO_WINDOW_CLOSED'));
    expect(world.ledger.effects().get(resource)).toBe(1);
    const history = (await world.historyOf(task)).map(({ type }) => type);
    expect(history.filter((type) => type.startsWith('approval.') || type === 'task.held')).toEqual([
      'approval.requested',
      'approval.reviewed',
      'approval.resolved',
      'task.held',
      'approval.withdrawn',
      'approval.reviewed',
      'approval.resolved',
      'task.held',
    ]);
  });
});

test('a window that was started by one node is closed by another', async () => {
  await using world = await createWorld({ background: 'NONE', asking: { undoWindowMs: 300 } });
  const task = await world.agent.submits(aRiskyTask());
  await world.approver.approves(task);
  expect((await world.now(task)).status).toBe('HELD');
  world.begins('ALL', await world.startsNode());
  await world.reaches(task, 'SUCCEEDED');
});

test('a task that cannot be released holds up no other', async () => {
  await using world = await createWorld({
    background: 'NONE',
    logLevel: 'fatal',
    asking: { undoWindowMs: 100 },
  });
  const tasks = await world.agent.submitsMany([aRiskyTask(), aRiskyTask(), aRiskyTask()]);
  const [broken, ...others] = tasks;
  await Promise.all(tasks.map((task) => world.approver.approves(task)));
  // A run of this revision is there already, as no release could have made it.
  await world.owner.query(
    `INSERT INTO run (id, tenant_id, task_id, revision, plan_hash, status, created_at)
     SELECT gen_random_uuid(), tenant_id, id, revision, plan_hash, 'QUEUED', now() FROM task WHERE id = $1`,
    [broken?.id],
  );
  world.begins('ALL');
  await world.allReach(others, 'SUCCEEDED');
  expect((await world.now(broken!)).status).toBe('HELD');
});

test('nobody decides in time: the request expires, nothing runs, and a late decision is refused', async () => {
  await using world = await createWorld({ asking: { expiresInMs: 1_000 } });
  const task = await world.agent.submits(aRiskyTask());
  await world.reaches(task, 'EXPIRED');
  const [approval] = await world.approvalsOf(task);
  expect(approval).toMatchObject({ status: 'EXPIRED' });
  expect(approval?.resolvedAt?.getTime()).toBeGreaterThanOrEqual(approval?.expiresAt.getTime() ?? Infinity);
  expect(await world.approver.votes('APPROVE', task)).toMatchObject(refusedWith('APPROVAL_EXPIRED'));
  expect(await world.approver.votes('REJECT', task)).toMatchObject(refusedWith('APPROVAL_EXPIRED'));
  expect((await world.historyOf(task)).map(({ type }) => type).slice(-2)).toEqual([
    'approval.resolved',
    'task.expired',
  ]);
});

test('an expired request is refused even where nobody has swept it', async () => {
  await using world = await createWorld({ background: 'NONE', asking: { expiresInMs: 1_000 } });
  const task = await world.agent.submits(aRiskyTask());
  await expires(world, task);
  expect(await world.approver.votes('APPROVE', task)).toMatchObject(refusedWith('APPROVAL_EXPIRED'));
  expect((await world.now(task)).status).toBe('AWAITING_APPROVAL');
});

test('an approval that expires while the task waits in the queue lets nothing start', async () => {
  await using world = await createWorld({
    background: 'KEEPERS',
    asking: { expiresInMs: 2_000, startWithinMs: 1_000 },
  });
  const resource = aResource();
  const task = await world.agent.submits(anEffect('ledger.keyed', resource, { requiresApproval: true }));
  expect(await world.approver.approves(task)).toMatchObject({ task: { status: 'QUEUED' } });
  await expires(world, task);
  world.begins('ALL');
  const expired = await world.reaches(task, 'EXPIRED');
  expect(expired.error).toMatchObject({ code: 'APPROVAL_EXPIRED' });
  expect(world.ledger.entriesOf(resource)).toEqual([]);
  expect((await world.historyOf(task)).map(({ type }) => type)).not.toContain('step.started');
});

test('what began in time ends: neither a later attempt nor a later step is measured by the request', async () => {
  const asking = { expiresInMs: 5_000, startWithinMs: 5_000 };
  await using world = await createWorld({ asking, ledger: { latencyMs: 6_000 } });
  const [debit, credit] = [aResource(), aResource()];
  const failures = [{ kind: 'STATUS' as const, status: 429, when: 'BEFORE' as const }];
  await world.ledger.behaves({ failures });
  const task = await world.agent.submits({
    goal: 'Move money',
    requiresApproval: true,
    actions: [
      { name: 'debit', type: 'ledger.keyed', params: { resource: debit, value: 1 } },
      { name: 'credit', type: 'ledger.keyed', params: { resource: credit, value: 1 }, dependsOn: ['debit'] },
    ],
    retry: { maxRetries: 2, initialDelayMs: 1_000, backoffMultiplier: 1 },
  });
  await world.approver.approves(task);
  await world.reaches(task, 'SUCCEEDED');
  expect(world.ledger.entries().map(({ resource }) => resource)).toEqual([debit, credit]);
});

test('what our own guard kept from its platform has not begun, and does not begin when that time is over', async () => {
  await using world = await createWorld({
    asking: { expiresInMs: 6_000, startWithinMs: 6_000 },
    guards: { ledger: { breaker: { opensAt: 1, probeAfterMs: 3_600_000 } } },
  });
  const [spoilt, resource] = [aResource(), aResource()];
  await world.ledger.behaves({ failures: [{ kind: 'STATUS', status: 503, when: 'BEFORE' }] });
  const first = await world.agent.submits(
    anEffect('ledger.keyed', spoilt, { retry: { maxRetries: 0 }, requiresApproval: true }),
  );
  await world.approver.approves(first);
  await world.reaches(first, 'NEEDS_ATTENTION');
  const task = await world.agent.submits(anEffect('ledger.keyed', resource, { requiresApproval: true }));
  await world.approver.approves(task);
  const { error } = await world.reaches(task, 'EXPIRED');
  expect(error).toMatchObject({ code: 'APPROVAL_EXPIRED' });
  expect(world.ledger.entriesOf(resource)).toEqual([]);
  const [effect] = await world.owner.query('SELECT state FROM effect WHERE task_id = $1', [task.id]);
  expect(effect).toEqual({ state: 'FAILED' });
});

test('what waits for a place at its platform is ended when the time of its approval is over', async () => {
  await using world = await createWorld({
    asking: { expiresInMs: 3_000, startWithinMs: 3_000 },
    guards: { noop: { bulkhead: { concurrent: 1, queued: 10 } } },
  });
  const busy = await world.agent.submits(anErrand({ delayMs: 60_000 }));
  await world.reaches(busy, 'RUNNING');
  const task = await world.agent.submits(anErrand({}, { requiresApproval: true }));
  await world.approver.approves(task);
  const { error } = await world.reaches(task, 'EXPIRED');
  expect(error).toMatchObject({ code: 'APPROVAL_EXPIRED' });
  expect((await world.now(busy)).status).toBe('RUNNING');
  await world.agent.cancels(busy);
});

test('who approves at the last moment leaves enough time for the undo window and the queue', async () => {
  const asking = { expiresInMs: 1_000, undoWindowMs: 2_000 };
  await using world = await createWorld({ background: 'NONE', asking });
  const task = await world.agent.submits(aRiskyTask());
  const { approval } = await world.approver.approves(task);
  expect(approval.effectiveAt?.getTime()).toBeGreaterThan(approval.expiresAt.getTime());
  await expires(world, task);
  world.begins('ALL');
  await world.reaches(task, 'SUCCEEDED');
});

test('a decision that waited for a lock is measured by the time it got it', async () => {
  await using world = await createWorld({ background: 'NONE', asking: { expiresInMs: 1_000 } });
  const task = await world.agent.submits(aRiskyTask());
  const vote = await world.owner.transaction(async (tx) => {
    await tx.query('SELECT 1 FROM task WHERE id = $1 FOR UPDATE', [task.id]);
    const pending = world.approver.votes('APPROVE', task);
    await expires(world, task);
    return { pending };
  });
  expect(await vote.pending).toMatchObject(refusedWith('APPROVAL_EXPIRED'));
});
