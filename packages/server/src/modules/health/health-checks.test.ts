import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLogger } from '../../infra/logger.ts';
import { createChecks, HealthFault, type CheckSource } from './health-checks.ts';

const logger = createLogger({ level: 'silent' });
const passing: CheckSource = { name: 'passing', isVital: true, run: () => Promise.resolve() };

describe('health checks', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it.each([
    [true, 'DOWN'],
    [false, 'DEGRADED'],
  ])('that fail are told by how vital they are (%s: %s)', async (isVital, status) => {
    const run = () => Promise.reject(new Error('connect ECONNREFUSED db.internal:5432'));
    const [check] = await createChecks([{ name: 'database', isVital, run }], logger)();
    expect(check).toMatchObject({ name: 'database', status });
    expect(check?.message).not.toMatch(/internal|5432|ECONN/);
  });

  it('show what a fault says', async () => {
    const run = () => Promise.reject(new HealthFault('A migration is unfinished.'));
    const [check] = await createChecks([{ name: 'schema', isVital: true, run }], logger)();
    expect(check?.message).toBe('A migration is unfinished.');
  });

  it('get a second each, and the others their answer', async () => {
    const hanging: CheckSource = { name: 'hanging', isVital: true, run: () => new Promise(() => undefined) };
    const answer = createChecks([hanging, passing], logger)();
    await vi.advanceTimersByTimeAsync(1_200);
    expect(await answer).toMatchObject([
      { name: 'hanging', status: 'DOWN', message: 'It gave no answer within 1000 ms.' },
      { name: 'passing', status: 'HEALTHY', message: null },
    ]);
  });

  it('do not pile up behind one that hangs, and heal when it answers', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const run = vi.fn(() => promise);
    const checks = createChecks([{ name: 'slow', isVital: true, run }], logger);
    for (let round = 0; round < 5; round += 1) {
      const answer = checks();
      await vi.advanceTimersByTimeAsync(2_000);
      expect(await answer).toMatchObject([{ status: 'DOWN' }]);
    }
    expect(run).toHaveBeenCalledTimes(1);
    resolve(undefined);
    await vi.advanceTimersByTimeAsync(501);
    expect(await checks()).toMatchObject([{ status: 'HEALTHY' }]);
  });

  it('are made at most every half second', async () => {
    const run = vi.fn(() => Promise.resolve());
    const checks = createChecks([{ name: 'counted', isVital: true, run }], logger);
    await Promise.all(Array.from({ length: 100 }, checks));
    await vi.advanceTimersByTimeAsync(400);
    await checks();
    expect(run).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(101);
    await checks();
    expect(run).toHaveBeenCalledTimes(2);
  });
});

it('a check is not blamed for the time in which this process could not hear it', async () => {
  const run = async (): Promise<void> => {
    for (let turn = 0; turn < 3; turn += 1) await readFile(import.meta.filename);
  };
  const checks = createChecks([{ name: 'file', isVital: true, run }], logger);
  const answer = checks();
  const heldUntil = performance.now() + 1_300;
  while (performance.now() < heldUntil);
  expect(await answer).toMatchObject([{ status: 'HEALTHY', message: null }]);
});
