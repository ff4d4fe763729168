import { afterAll, beforeAll, expect, test } from 'vitest';
import { allowing, startOpaServer, type OpaServer } from '../../testing/opa-server.ts';
import { aResource, anEffect } from '../../testing/task-inputs.ts';
import { until } from '../../testing/until.ts';
import { createWorld, type World } from '../../testing/world.ts';
import type { Task } from '../domain/task.ts';
import { createLogger } from '../infra/logger.ts';
import { createMonitoring } from '../monitoring.ts';

const stack = new AsyncDisposableStack();
let opa: OpaServer;
let world: World;
beforeAll(async () => {
  opa = stack.use(await startOpaServer());
  world = stack.use(await createWorld({ opaUrl: opa.url, background: 'KEEPERS' }));
});
afterAll(() => stack.disposeAsync());

const retry = { maxRetries: 0 };
const typesOf = async (task: Task): Promise<string[]> =>
  (await world.historyOf(task)).map(({ type }) => type).filter((type) => type.startsWith('step.'));

const isHeld = (task: Task): Promise<true> =>
  until(
    async () => (await typesOf(task)).includes('step.held') || undefined,
    () => 'the step was not held',
  );

test('a policy engine that fails at a claim stops the step, and not for ever', async () => {
  const [patient, hurried] = [aResource(), aResource()];
  const first = await world.agent.submits(anEffect('ledger.unmarked', patient, { retry }));
  const second = await world.agent.submits(anEffect('ledger.keyed', hurried, { retry, timeoutMs: 1_500 }));
  opa.answers(null);
  const asked = opa.questions();
  world.begins('ALL');

  await isHeld(first);
  await world.reaches(second, 'FAILED');
  expect((await world.now(second)).error).toMatchObject({ code: 'EXECUTION_TIMEOUT' });
  await until(
    async () => opa.questions() >= asked + 4 || undefined,
    () => 'the engine was not asked again',
  );
  expect((await world.now(first)).status).toBe('QUEUED');
  expect(world.ledger.entries()).toEqual([]);

  opa.answers(allowing);
  await world.reaches(first, 'SUCCEEDED');
  expect(world.ledger.effects()).toEqual(new Map([[patient, 1]]));
  // Asked again and again, it says so once.
  expect(await typesOf(first)).toEqual(['step.held', 'step.started', 'step.succeeded']);
  const [held] = (await world.historyOf(first)).filter(({ type }) => type === 'step.held');
  expect(held).toMatchObject({
    summary: expect.stringContaining(' is held: The policy could not be evaluated, so nothing runs'),
    data: { rule: 'policy_engine.fault', until: null, attempt: 0 },
  });
  const steps = await world.owner.query('SELECT attempt, fence FROM step WHERE task_id = $1', [first.id]);
  expect(steps).toEqual([{ attempt: 1, fence: 1 }]);
});

test('a policy engine that answers no, once it answers, denies', async () => {
  opa.answers(allowing);
  const resource = aResource();
  const blocker = await world.agent.submits(
    anEffect('ledger.keyed', resource, { retry, requiresApproval: true }),
  );
  opa.answers(null);
  await world.approver.approves(blocker);
  await isHeld(blocker);
  opa.answers({ ...allowing, deny: [{ rule: 'a.rule', message: 'Frozen until Monday.' }] });
  await world.reaches(blocker, 'DENIED');
  expect((await world.now(blocker)).error).toMatchObject({
    code: 'POLICY_DENIED',
    message: 'Frozen until Monday.',
  });
  expect(world.ledger.entriesOf(resource)).toEqual([]);
});

test('a policy engine that fails at a submission is no verdict: nothing is stored, and the key is free', async () => {
  const resource = aResource();
  const input = { ...anEffect('ledger.keyed', resource, { retry }), idempotencyKey: crypto.randomUUID() };
  const taken = () =>
    world.owner.query('SELECT 1 FROM task WHERE idempotency_key = $1', [input.idempotencyKey]);
  const recorded = () => world.owner.query<{ count: number }>('SELECT count(*)::int AS count FROM event');
  const before = await recorded();
  for (const mode of ['APPLY', 'PLAN', 'NOOP'] as const) {
    opa.answers(null);
    const refused = await world.agent.asks({ ...input, mode });
    expect(refused).toMatchObject({
      ok: false,
      refusal: { code: 'DEPENDENCY_FAILED', retriable: true, retryAfterMs: expect.any(Number) as number },
    });
    expect(await taken()).toEqual([]);
    expect(await recorded()).toEqual(before);
    expect(await world.services.policy.trouble()).toContain('500');
  }
  opa.answers(allowing);
  expect(await world.services.policy.trouble()).toBeNull();
  await world.reaches(await world.agent.submits(input), 'SUCCEEDED');
  expect(world.ledger.entriesOf(resource)).toHaveLength(1);
});

test('a decision names the rules that the server held when it decided', async () => {
  const bundleOf = async (): Promise<unknown> => {
    const task = await world.agent.submits(anEffect('ledger.keyed', aResource(), { mode: 'PLAN' }));
    const [row] = await world.owner.query<{ hash: string }>(
      'SELECT bundle_hash AS hash FROM policy_decision WHERE task_id = $1',
      [task.id],
    );
    return row?.hash;
  };
  opa.answers(allowing);
  const before = await bundleOf();
  expect(before).toMatch(/^[0-9a-f]{64}$/);
  expect(await bundleOf()).toBe(before);
  opa.loads('package countersign\n\nimport rego.v1');
  const after = await bundleOf();
  expect(after).toMatch(/^[0-9a-f]{64}$/);
  expect(after).not.toBe(before);
});

test('a node without verdicts is not ready, and is again once the engine answers', async () => {
  await using ending = new AsyncDisposableStack();
  const silent = createLogger({ level: 'silent' });
  const { health } = createMonitoring(world.config, silent, world.services, () => 0, ending);
  const becomes = (status: number) =>
    until(
      async () => {
        const answer = await health.probes.readyz();
        return answer.status === status ? answer.body : undefined;
      },
      () => `/readyz did not become ${status}`,
    );
  opa.answers(allowing);
  await becomes(200);
  opa.answers(null);
  expect(await becomes(503)).toMatchObject({ status: 'not_ready', checks: { policy: 'failed' } });
  opa.answers(allowing);
  await becomes(200);
});

test('policy is asked once when a task is made and once when its step is claimed', async () => {
  opa.answers(allowing);
  const before = opa.questions();
  const inputs = Array.from({ length: 20 }, () => anEffect('ledger.keyed', aResource(), { retry }));
  await world.allReach(await world.agent.submitsMany(inputs), 'SUCCEEDED');
  expect(opa.questions() - before).toBe(2 * inputs.length);
});
