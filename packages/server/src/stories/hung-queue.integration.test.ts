import { expect, test } from 'vitest';
import { startRedis } from '../../testing/redis-server.ts';
import { anErrand } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { createWorld } from '../../testing/world.ts';
import type { Task } from '../domain/task.ts';

test('a Redis that hangs holds back no reader of the log, and what it did not take is run when it is back', async () => {
  const log: string[] = [];
  await using redis = await startRedis();
  await using world = await createWorld({
    backend: 'redis',
    redisUrl: redis.url,
    background: 'KEEPERS',
    logLevel: 'warn',
    log: (line) => void log.push(line),
  });
  const seen = new Set<string>();
  using _reading = world.services.reader.onEvents((events) => {
    for (const { taskId, type } of events) if (type === 'task.submitted' && taskId) seen.add(taskId);
  });
  redis.freeze();
  const tasks: Task[] = [];
  const delaysMs: number[] = [];
  // Each gives the relay something to hand over, until it has waited for Redis as long as it may.
  await until(
    async () => {
      const submittedAt = performance.now();
      const task = await world.agent.submits(anErrand());
      tasks.push(task);
      await until(
        () => seen.has(task.id) || undefined,
        () => 'the reader did not see a submission',
      );
      delaysMs.push(performance.now() - submittedAt);
      return log.some((line) => line.includes('Command timed out')) || undefined;
    },
    () => `the relay did not give up: ${log.join('')}`,
    { pollMs: 100 },
  );
  expect(Math.max(...delaysMs)).toBeLessThan(4_500);
  redis.thaw();
  world.begins('ALL');
  await world.allReach(tasks, 'SUCCEEDED');
}, 300_000);
