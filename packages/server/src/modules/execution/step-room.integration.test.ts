import { expect, test } from 'vitest';
import { createTestDatabase } from '../../../testing/postgres.ts';
import { createRecordedWork } from '../../../testing/recorded-work.ts';
import { until } from '../../../testing/until.ts';
import { createLogger } from '../../infra/logger.ts';
import { defaultLanes } from '../../infra/queue/lane-queue.ts';
import { createWakeUps } from '../../infra/wakeups.ts';
import { createRunStore } from '../../record/run-store.ts';
import { createStepRoom } from './step-room.ts';

test('a worker with room calls what others laid aside, and one that stops calls nothing', async () => {
  await using testDatabase = await createTestDatabase();
  await using database = testDatabase.open();
  const logger = createLogger({ level: 'silent' });
  await using wakeUps = await createWakeUps(database, logger);
  const runs = createRunStore(database);
  let looks = 0;
  await using room = createStepRoom({
    runs: {
      ...runs,
      async findShelves() {
        const shelves = await runs.findShelves();
        looks += 1;
        return shelves;
      },
    },
    lanes: defaultLanes,
    wakeUps,
    enterPlatform: () => null,
    reconcileEveryMs: 100,
    logger,
  });
  const work = createRecordedWork(database);
  const tenantId = await work.tenant();
  const othersLayAside = async (): Promise<void> => {
    const task = await work.task(tenantId, { priority: 'NORMAL' });
    const [step] = await work.steps(task, [{ state: 'READY', dispatchEpoch: 1 }]);
    if (step) await runs.shelve([{ stepId: step.id, epoch: 1, comesAfterMs: 600_000 }]);
  };
  const called = () => runs.takeDue([{ lane: 'NORMAL', room: 10 }]);
  const isLookedAt = async (): Promise<void> => {
    const before = looks;
    await until(
      () => looks > before + 2 || undefined,
      () => 'nobody looks at the shelf',
    );
  };

  await othersLayAside();
  await until(
    async () => (await called()).length === 1 || undefined,
    () => 'nothing was called',
  );
  await isLookedAt();
  room.close();
  await othersLayAside();
  await isLookedAt();
  expect(await called()).toEqual([]);
});
