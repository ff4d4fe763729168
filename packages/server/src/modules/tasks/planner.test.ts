import { expect, it } from 'vitest';
import { aTask, anAgent } from '../../../testing/domain-samples.ts';
import { accepted } from '../../domain/errors.ts';
import { systemClock } from '../../infra/clock.ts';
import { createLogger } from '../../infra/logger.ts';
import type { PreparedAction } from '../../platforms/index.ts';
import { createPlanner } from './planner.ts';

const unasked = () => Promise.reject(new Error('Nobody asks for more than a plan.'));

const anAction: Omit<PreparedAction, 'params' | 'plan'> = {
  traits: {
    name: 'test.act',
    version: 1,
    platform: 'test',
    category: 'WRITE',
    idempotency: 'NONE',
    reversible: false,
    budget: { timeMs: 1_000, network: 'NONE' },
  },
  showsWholeEffect: false,
  canCompensate: false,
  isAsForeseen: null,
  endpoint: 'test',
  references: [],
  withParams: () => ({ ok: false, faults: [] }),
  watch: unasked,
  lines: unasked,
  positions: () => [],
  apply: unasked,
  verify: unasked,
  compensate: unasked,
  reconcile: unasked,
};

/** So many steps with params and a target of these lengths; gives what came of it, and how many were planned. */
const planned = async (count: number, paramsLength: number, targetLength: number) => {
  let calls = 0;
  const targets = [{ kind: 'thing', name: 'x'.repeat(targetLength) }];
  const params = { text: 'x'.repeat(paramsLength) };
  const plan = () => {
    calls += 1;
    return Promise.resolve(
      accepted({ summary: 'Act', targets, precondition: null, diffs: [], findings: [] }),
    );
  };
  const steps = Array.from({ length: count }, (_, index) => ({
    name: `step-${index}`,
    type: 'test.act',
    params,
    dependsOn: [],
    phase: 1,
    action: index,
    typePath: `actions[${index}].type`,
    paramsPath: `actions[${index}].params`,
    prepared: { ...anAction, params, plan },
  }));
  const logger = createLogger({ level: 'silent' });
  const outcome = await createPlanner(systemClock, () => crypto.randomUUID(), logger).plan({
    tenantId: 'tenant',
    taskId: 'task',
    revision: 1,
    requester: anAgent(),
    request: aTask({ environment: 'STAGING', priority: 'LOW' }),
    workflow: { steps },
    policyBundle: 'bundle',
    signal: new AbortController().signal,
  });
  return { outcome, calls };
};

it('refuses actions whose params alone are too much, and plans none of them', async () => {
  const { outcome, calls } = await planned(2, 600_000, 1);
  expect(outcome).toMatchObject({ ok: false, refusal: { code: 'SCHEMA_VALIDATION_FAILED' } });
  expect(calls).toBe(0);
});

it('stops planning where what is planned becomes too much', async () => {
  const { outcome, calls } = await planned(100, 1, 300_000);
  const message = expect.stringContaining('1048576 bytes');
  expect(outcome).toMatchObject({ ok: false, refusal: { message } });
  expect(calls).toBeLessThan(10);
});

it('plans what fits', async () => {
  expect(await planned(3, 300_000, 1)).toMatchObject({ outcome: { ok: true }, calls: 3 });
});
