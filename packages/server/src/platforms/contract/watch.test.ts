import { expect, test } from 'vitest';
import { createNoopExecutor } from '../../../testing/executors/noop-executor.ts';
import { planCall } from '../../../testing/test-executors.ts';
import { createEgress } from '../../infra/egress.ts';
import { ExecutorError, type ExecutorErrorCode } from '../kit/executor-error.ts';
import { createGuards } from './guards.ts';

type Noop = ReturnType<typeof createNoopExecutor>;

const watched = async (watch?: Noop['watch']): Promise<boolean | null> => {
  await using egress = createEgress({});
  const executor: Noop = { ...createNoopExecutor(), ...(watch ? { watch } : {}) };
  const guards = createGuards({}, { executors: [executor], egress, killSwitch: () => null });
  const input = executor.input.parse({ label: 'watched' });
  return await guards.watch(executor, input, { ...planCall(), precondition: { version: 7 } });
};
const failing = (code: ExecutorErrorCode) => async (): Promise<never> => {
  throw new ExecutorError(code, 'as planned', { effect: 'NONE' });
};

test('a target is looked at as its plan found it', async () => {
  expect(await watched(async (_input, { precondition }) => Object.is(precondition, null))).toBe(false);
  expect(await watched(async (_input, { precondition }) => precondition !== null)).toBe(true);
});

test('one that is gone has moved', async () => {
  expect(await watched(failing('RESOURCE_NOT_FOUND'))).toBe(false);
  expect(await watched(failing('PRECONDITION_FAILED'))).toBe(false);
});

test('what cannot be looked at now is not taken for one that moved', async () => {
  await expect(watched(failing('SERVICE_DOWN'))).rejects.toMatchObject({ code: 'SERVICE_DOWN' });
  expect(await watched()).toBeNull();
});

test('looks have a tenth of what the platform takes, and neither runs nor planning lose by them', async () => {
  await using egress = createEgress({});
  const executor: Noop = { ...createNoopExecutor(), watch: async () => true };
  const platforms = { noop: { rate: { limit: 20, windowMs: 60_000 } } };
  const guards = createGuards({ platforms }, { executors: [executor], egress, killSwitch: () => null });
  const input = executor.input.parse({ label: 'watched' });
  const look = () => guards.watch(executor, input, { ...planCall(), precondition: null });
  expect([await look(), await look()]).toEqual([true, true]);
  await expect(look()).rejects.toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', guard: 'RATE_LIMIT' });
  expect(await guards.plan(executor, input, planCall())).toMatchObject({ ok: true });
  expect(guards.health.report()[0]?.rateLimit.current).toBe(0);
});
