import { ofType } from '../../testing/events.ts';
import { describe, expect, test } from 'vitest';
import type { LedgerAction } from '../../testing/ledger.ts';
import { aResource, anEffect, anErrand } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { backends, createWorld, type World } from '../../testing/world.ts';
import type { Task } from '../domain/task.ts';

/** Long enough that on a busy machine only those lose it who die. */
const leaseMs = 3_000;

/**
 * How each kind of action comes out of its worker's death: what the platform saw of it, by when in the call that
 * was. Whoever cannot find out leaves the question to a person, and does not call again.
 */
const outcomes = {
  AFTER: [
    ['ledger.keyed', 'SUCCEEDED', ['APPLIED', 'REPLAYED']],
    ['ledger.marked', 'SUCCEEDED', ['APPLIED']],
    ['ledger.versioned', 'SUCCEEDED', ['APPLIED']],
    ['ledger.unmarked', 'NEEDS_ATTENTION', ['APPLIED']],
  ],
  BEFORE: [
    ['ledger.keyed', 'SUCCEEDED', ['APPLIED']],
    ['ledger.marked', 'SUCCEEDED', ['APPLIED']],
    ['ledger.versioned', 'SUCCEEDED', ['APPLIED']],
    ['ledger.unmarked', 'NEEDS_ATTENTION', []],
  ],
} as const;

interface Call {
  readonly task: Task;
  readonly resource: string;
}

/** A worker dies in the middle of a call of each type to the platform, which had acted by then or had not. */
const dieMidCall = async (world: World, types: readonly LedgerAction[]): Promise<Call[]> => {
  const first = await world.startsWorker();
  const resources = types.map(aResource);
  const tasks = await world.agent.submitsMany(
    types.map((type, place) => anEffect(type, resources[place] ?? '')),
  );
  await world.ledger.hasFailedAsPlanned();
  await first.kill();
  for (const task of tasks) expect(await world.now(task)).toMatchObject({ status: 'RUNNING' });
  return tasks.map((task, place) => ({ task, resource: resources[place] ?? '' }));
};

/** Whether somebody waits for the lock on a task. */
const claimsWaiting = async ({ owner }: World): Promise<boolean> => {
  const waiting = await owner.query(
    `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
       AND query LIKE '%FROM task %FOR NO KEY UPDATE%'`,
  );
  return waiting.length > 0;
};

describe.each(backends)('a worker killed in the middle of its steps, on %s', (backend) => {
  test.each(['AFTER', 'BEFORE'] as const)(
    'another one resumes what can be known after the lease, and a person is asked about the rest (the platform %s)',
    async (when) => {
      const expected = outcomes[when];
      await using world = await createWorld({
        backend,
        leaseMs,
        background: 'KEEPERS',
        ledger: { honoursKeys: true, failures: [{ kind: 'HANG', when, times: expected.length }] },
      });
      const calls = await dieMidCall(
        world,
        expected.map(([type]) => type),
      );
      const second = await world.startsWorker();
      for (const [place, { task, resource }] of calls.entries()) {
        const [type, status, seen] = expected[place] ?? [];
        const ended = await world.reaches(task, status ?? 'FAILED');
        expect([type, world.ledger.entriesOf(resource).map(({ outcome }) => outcome)]).toEqual([type, seen]);
        if (status === 'NEEDS_ATTENTION') {
          expect(ended.error).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
          continue;
        }
        const attempts = ofType(await world.historyOf(task), 'step.started');
        expect([type, attempts.map(({ data }) => [data.attempt, data.fence])]).toEqual([
          type,
          [
            [1, 1],
            [2, 2],
          ],
        ]);
        expect(attempts[1]?.data.worker).toBe(second.name);
      }
    },
  );

  test('a worker that dies with a job in hand, before it claimed the step, holds nobody up for long', async () => {
    await using world = await createWorld({ backend, leaseMs, background: 'KEEPERS' });
    const task = await world.agent.submits(anErrand());
    const release = Promise.withResolvers<void>();
    const held = world.owner.transaction(async (tx) => {
      // A worker may take longer to start than a transaction may stand still.
      await tx.query('SET LOCAL idle_in_transaction_session_timeout = 0');
      await tx.query('SELECT 1 FROM task WHERE id = $1 FOR UPDATE', [task.id]);
      await release.promise;
    });
    const first = await world.startsWorker();
    await until(
      async () => (await claimsWaiting(world)) || undefined,
      () => 'the worker did not try to claim the step',
    );
    await first.kill();
    release.resolve();
    await held;
    await world.startsWorker();
    const hasAnotherSince = performance.now();
    await world.reaches(task, 'SUCCEEDED');
    expect(performance.now() - hasAnotherSince).toBeLessThan(20_000);
  });
});
