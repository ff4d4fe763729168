import { inspect } from 'node:util';
import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createSandboxWorld, type SandboxWorld } from '../../testing/sandbox-world.ts';
import { createEgress } from '../infra/egress.ts';
import { createGuardedFetch } from '../infra/guarded-fetch.ts';
import { createHttpClient } from '../infra/http-client.ts';
import { createLanguageModel } from '../infra/models/language-model.ts';
import { createRedactor } from '../infra/redaction.ts';
import { createModelPlanner } from '../modules/agents/index.ts';
import { wholeTenant } from '../domain/sight.ts';

/** A fake of the providers' HTTP APIs, in their wire formats. */
const fake = new LLMock({ port: 0, strict: true });
const providers = ['anthropic', 'openai-compatible'] as const;
const worlds = new Map<string, SandboxWorld>();
const stack = new AsyncDisposableStack();
beforeAll(async () => {
  await fake.start();
  stack.defer(() => fake.stop());
  const { host } = new URL(fake.url);
  const egress = stack.use(createEgress({ allowedInternalHosts: [host] }));
  const fetchOut = createGuardedFetch(createHttpClient(egress, { reach: 'INTERNET' }));
  for (const provider of providers) {
    const baseUrl = `${fake.url}/v1`;
    const price = { input: 3, output: 15 };
    const settings = {
      provider,
      model: 'the-model',
      baseUrl,
      apiKey: 'a-key-of-the-fake',
      maxOutputTokens: 1_000,
      price,
    };
    const planners = [
      createModelPlanner(createLanguageModel(settings, fetchOut, createRedactor([settings.apiKey]))),
    ];
    worlds.set(provider, stack.use(await createSandboxWorld({ planners })));
  }
});
afterAll(() => stack.disposeAsync());
beforeEach(() => void fake.reset());

const worldOf = (provider: string) => {
  const found = worlds.get(provider)?.world;
  if (!found) throw new Error(`There is no world of ${provider}.`);
  return found;
};

const scale = (name: string) => ({
  summary: `Scale ${name} to 3`,
  report: 'Because the goal says so.',
  actions: [
    {
      type: 'kubernetes.deployment.scale',
      params: { cluster: 'sandbox', namespace: 'shop', name, replicas: 3 },
    },
  ],
});
const used = (tokens: number) => ({
  input_tokens: tokens,
  output_tokens: 10,
  prompt_tokens: tokens,
  completion_tokens: 10,
  total_tokens: tokens + 10,
});
const submits = (plan: object) => ({ toolCalls: [{ name: 'submit_plan', arguments: JSON.stringify(plan) }] });

test.each(providers)(
  '%s: what a model hands in is planned and decided as any submission',
  async (provider) => {
    const world = worldOf(provider);
    fake.onMessage(/Scale sandbox\/shop\/web-01/, { ...submits(scale('web-01')), usage: used(900) });
    const task = await world.agent.submits({ goal: 'Scale sandbox/shop/web-01 to 3' });
    const planned = await world.reaches(task, 'AWAITING_APPROVAL');
    expect(planned.actions).toMatchObject([{ name: 'step-1', type: 'kubernetes.deployment.scale' }]);
    const [planning] = await world.services.agents.plannings.findMany(wholeTenant(world.tenantId), [task.id]);
    expect(planning).toMatchObject({
      planner: `${provider}/the-model`,
      tries: 1,
      summary: 'Scale web-01 to 3',
    });
    expect(planning?.inputTokens).toBeGreaterThan(0);
    expect(planning?.costMicros).toBeGreaterThan(0);
    const [call] = await world.owner.query<{ prompt: { prompt: string }; answer: object }>(
      'SELECT prompt, answer FROM model_call WHERE task_id = $1',
      [task.id],
    );
    expect(call?.prompt.prompt).toContain('Goal: Scale sandbox/shop/web-01 to 3');
    expect(JSON.stringify(call?.answer)).toContain('submit_plan');
  },
);

test.each(providers)('%s: a target that nobody asked for is never taken', async (provider) => {
  const world = worldOf(provider);
  fake.onMessage(/Scale sandbox\/shop\/web-02/, { ...submits(scale('web-07')), usage: used(900) });
  const task = await world.agent.submits({ goal: 'Scale sandbox/shop/web-02 to 3' });
  const done = await world.reaches(task, 'FAILED');
  expect(done).toMatchObject({ revision: 0, actions: [], error: { code: 'GOAL_WITHOUT_ACTIONS' } });
});

test.each(providers)('%s: a busy provider is asked again, and the goal is planned then', async (provider) => {
  const world = worldOf(provider);
  fake.onMessage(/Scale sandbox\/shop\/web-03/, submits(scale('web-03')));
  fake.nextRequestError(429, { message: 'slow down' });
  const task = await world.agent.submits({ goal: 'Scale sandbox/shop/web-03 to 3' });
  await world.reaches(task, 'AWAITING_APPROVAL');
  const [planning] = await world.services.agents.plannings.findMany(wholeTenant(world.tenantId), [task.id]);
  expect(planning?.tries).toBe(2);
});

test.each(providers)(
  '%s: words in place of a plan, and a key that is refused, end with what is wrong',
  async (provider) => {
    const world = worldOf(provider);
    fake.onMessage(/Scale sandbox\/shop\/web-04/, { content: '}{ not a plan' });
    const task = await world.agent.submits({ goal: 'Scale sandbox/shop/web-04 to 3' });
    const done = await world.reaches(task, 'FAILED');
    expect(done.error?.message).toBe(`${provider}/the-model ended without a plan.`);

    // Cut at 300 characters, the message would end within the key.
    fake.nextRequestError(401, { message: `bad key${' '.repeat(240)}a-key-of-the-fake` });
    const other = await world.agent.submits({ goal: 'Scale sandbox/shop/web-05 to 3' });
    const { error } = await world.reaches(other, 'FAILED');
    expect(error).toMatchObject({ code: 'DEPENDENCY_FAILED' });
    const told = inspect([error, await world.historyOf(other)], { depth: null });
    expect(told).not.toContain('a-key');
    expect(told).toContain('[secret');
  },
);

test.each(providers)('%s: a model that spends more than its agent may is stopped', async (provider) => {
  const world = worldOf(provider);
  fake.onMessage(/Scale sandbox\/shop\/web-06/, {
    ...submits({}),
    usage: used(90_000),
  });
  const task = await world.agent.submits({ goal: 'Scale sandbox/shop/web-06 to 3' });
  expect((await world.reaches(task, 'FAILED')).error).toMatchObject({ code: 'QUOTA_EXCEEDED' });
});

test('where the tokens of a day are used up, no model is asked', async () => {
  const world = worldOf('anthropic');
  fake.onMessage(/Scale sandbox\/shop\/web-08/, submits(scale('web-08')));
  await world.owner.query(
    `INSERT INTO model_call (id, tenant_id, task_id, agent, model, at, duration_ms, input_tokens, output_tokens)
     VALUES (gen_random_uuid(), $1, gen_random_uuid(), 'any', 'any', now(), 1, 2000000, 0)`,
    [world.tenantId],
  );
  const task = await world.agent.submits({ goal: 'Scale sandbox/shop/web-08 to 3' });
  expect((await world.reaches(task, 'FAILED')).error).toMatchObject({ code: 'QUOTA_EXCEEDED' });
  expect(await world.owner.query('SELECT 1 FROM model_call WHERE task_id = $1', [task.id])).toEqual([]);
});
