import { ofType } from '../../testing/events.ts';
import { describe, expect, test } from 'vitest';
import type { LedgerAction } from '../../testing/ledger.ts';
import type { PlannedFailure } from '../../testing/planned-failure.ts';
import { aResource, anEffect, anErrand } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { backends, createWorld, type Backend, type World } from '../../testing/world.ts';
import type { Task } from '../domain/task.ts';

const leaseMs = 1_500;

/** A worker dies in the middle of its call to the platform, which had acted by then or had not. */
const dieMidCall = async (world: World, type: LedgerAction): Promise<{ task: Task; resource: string }> => {
  const resource = aResource();
  const first = await world.startsWorker();
  const task = await world.agent.submits(anEffect(type, resource));
  await world.ledger.hasFailedAsPlanned();
  await first.kill();
  expect(await world.now(task)).toMatchObject({ status: 'RUNNING' });
  return { task, resource };
};

const worldOf = (backend: Backend, when: PlannedFailure['when'], honoursKeys: boolean): Promise<World> =>
  createWorld({
    backend,
    leaseMs,
    background: 'KEEPERS',
    ledger: { honoursKeys, failures: [{ kind: 'HANG', when }] },
  });

/** How each kind of action comes out of its worker's death: what the platform saw, by when it was. */
const resumptions = [
  ['ledger.keyed', 'AFTER', ['APPLIED', 'REPLAYED']],
  ['ledger.marked', 'AFTER', ['APPLIED']],
  ['ledger.keyed', 'BEFORE', ['APPLIED']],
  ['ledger.marked', 'BEFORE', ['APPLIED']],
  ['ledger.versioned', 'AFTER', ['APPLIED']],
] as const;
/** What a queue has a part in is tried on both of them, the rest on one. */
const resumptionsOn = (backend: Backend) => (backend === 'redis' ? resumptions.slice(0, 2) : resumptions);

/** Whether somebody waits for the lock on a task. */
const claimsWaiting = async ({ owner }: World): Promise<boolean> => {
  const waiting = await owner.query(
    `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
       AND query LIKE '%FROM task %FOR NO KEY UPDATE%'`,
  );
  return waiting.length > 0;
};

describe.each(backends)('a worker killed in the middle of a step, on %s', (backend) => {
  test.each(resumptionsOn(backend))(
    '%s: another one resumes after the lease (the platform %s)',
    async (type, when, expected) => {
      await using world = await worldOf(backend, when, type === 'ledger.keyed');
      const { task, resource } = await dieMidCall(world, type);
      const second = await world.startsWorker();
      await world.reaches(task, 'SUCCEEDED');
      expect(world.ledger.entriesOf(resource).map(({ outcome }) => outcome)).toEqual(expected);
      const attempts = ofType(await world.historyOf(task), 'step.started');
      expect(attempts.map(({ data }) => [data.attempt, data.fence])).toEqual([
        [1, 1],
        [2, 2],
      ]);
      expect(attempts[1]?.data.worker).toBe(second.name);
    },
  );

  test.each(['AFTER', 'BEFORE'] as const)(
    'ledger.unmarked: a person is asked, and nobody calls again (the platform %s)',
    async (when) => {
      await using world = await worldOf(backend, when, false);
      const { task, resource } = await dieMidCall(world, 'ledger.unmarked');
      await using _second = await world.startsWorker();
      const stuck = await world.reaches(task, 'NEEDS_ATTENTION');
      expect(stuck.error).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
      expect(world.ledger.entriesOf(resource)).toHaveLength(when === 'AFTER' ? 1 : 0);
    },
  );

  test('a worker that dies with a job in hand, before it claimed the step, holds nobody up for long', async () => {
    await using world = await createWorld({ backend, leaseMs, background: 'KEEPERS' });
    const task = await world.agent.submits(anErrand());
    const release = Promise.withResolvers<void>();
    const held = world.owner.transaction(async (tx) => {
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
    const diedAt = performance.now();
    await world.startsWorker();
    await world.reaches(task, 'SUCCEEDED');
    expect(performance.now() - diedAt).toBeLessThan(20_000);
  });
});
