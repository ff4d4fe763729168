import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { createCountersign, type Countersign, type ToolOptions } from '@countersign/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { value } from '../../packages/server/testing/access-node.ts';
import { shippedPolicyData } from '../../packages/server/testing/policy-data.ts';
import { createRestWorld, type RestWorld } from '../../packages/server/testing/rest-world.ts';
import { until } from '../../packages/server/testing/until.ts';
import * as aiSdk from './ai-sdk.ts';
import * as claudeAgent from './claude-agent.ts';
import * as langChain from './langchain.ts';
import * as mastra from './mastra.ts';
import * as openAiAgents from './openai-agents.ts';
import { aiSdkModel, langChainModel, openAiModel, type ScriptedCall } from './testing/scripted-models.ts';

let world: RestWorld;
let countersign: Countersign;
/** Ann's, made to decide in PRODUCTION too. */
let annKey: string;
beforeAll(async () => {
  world = await createRestWorld((home) =>
    shippedPolicyData(home, { rememberRejectionMs: 3_600_000 }, { STAGING: ['noop.run'] }),
  );
  countersign = createCountersign({ url: world.app.url, apiKey: world.agent.key });
  const wanted = { principalId: world.ann.id, name: 'production', decidesIn: ['PRODUCTION'] as const };
  annKey = value(await world.app.access.issueApiKey(world.tenantId, wanted)).secret;
});
afterAll(async () => {
  await countersign.close();
  await world[Symbol.asyncDispose]();
});

const actions = {
  refund: ({ order }: { readonly [key: string]: unknown }) => ({
    type: 'noop.run',
    params: { label: `refund ${JSON.stringify(order)}` },
  }),
};
const prompt = 'Do it.';

/** An agent whose model makes one call, and says what it was answered. */
interface Framework {
  /** By the tools of Countersign. */
  ask(call: ScriptedCall, options: ToolOptions): Promise<string>;
  /** By a tool of its own, which acts through Countersign. */
  askGuarded(call: ScriptedCall, options: ToolOptions): Promise<string>;
  /** By the tool that waits for a task; `ask` does it where it is left out. */
  wait?(callId: string, taskId: string, options: ToolOptions): Promise<string>;
}

const claude = (call: ScriptedCall, options: ToolOptions): Promise<string> =>
  claudeAgent.ask(
    countersign,
    prompt,
    options,
    { mcp__shop__refund: actions.refund },
    {
      pathToClaudeCodeExecutable: join(import.meta.dirname, 'testing/claude-code.ts'),
      executable: 'node',
      env: { ...process.env, SCRIPTED_CALL: JSON.stringify(call) },
    },
  );

/** Mastra's types name another release of the interface that they are written for. */
const mastraModel = (call: ScriptedCall) => aiSdkModel(call) as unknown as Parameters<typeof mastra.ask>[1];

const frameworks: Readonly<Record<string, Framework>> = {
  'AI SDK': {
    ask: (call, options) => aiSdk.ask(countersign, aiSdkModel(call), prompt, options),
    askGuarded: (call, options) => aiSdk.askGuarded(countersign, aiSdkModel(call), prompt, options, actions),
  },
  'OpenAI Agents': {
    ask: (call, options) => openAiAgents.ask(countersign, openAiModel(call), prompt, options),
    askGuarded: (call, options) =>
      openAiAgents.askGuarded(countersign, openAiModel(call), prompt, options, actions),
  },
  LangChain: {
    ask: (call, options) => langChain.ask(countersign, langChainModel(call), prompt, options),
    askGuarded: (call, options) =>
      langChain.askGuarded(countersign, langChainModel(call), prompt, options, actions),
  },
  Mastra: {
    ask: (call, options) => mastra.ask(countersign, mastraModel(call), prompt, options),
    askGuarded: (call, options) =>
      mastra.askGuarded(countersign, mastraModel(call), prompt, options, actions),
  },
  'Claude Agent SDK': {
    ask: ({ id, tool, input: params }, { environment, goal = 'An agent calls it', ...options }) => {
      const input = {
        idempotencyKey: 'as-the-model-likes',
        goal,
        params,
        ...(environment && { environment }),
      };
      return claude({ id, tool: `mcp__countersign__${tool}`, input }, options);
    },
    wait: (id, taskId, options) =>
      claude({ id, tool: 'mcp__countersign__wait_for_task', input: { id: taskId } }, options),
    askGuarded: (call, options) => claude({ ...call, tool: `mcp__shop__${call.tool}` }, options),
  },
};

const tasksWith = async (status: string): Promise<number> => {
  const query = 'query ($status: [TaskStatus!]) { tasks(filter: { status: $status }) { totalCount } }';
  const { tasks } = (await world.ann.graphql(query, { status: [status] })) as {
    tasks: { totalCount: number };
  };
  return tasks.totalCount;
};

/** An id that the answer names, whatever stands around it. */
const taskIdIn = (told: string): string => {
  const [, id] = /task_?id\\*":\\*"([0-9a-f-]{36})/i.exec(told) ?? [];
  if (id === undefined) throw new Error(`No task is named: ${told}`);
  return id;
};

interface Waiting {
  readonly task_id: string;
  readonly approval_token: string;
}

/** The one task of this goal that waits for people. */
const waitingFor = (goal: string): Promise<Waiting> =>
  until(
    async () => {
      const path = `/tasks?status=awaiting_approval&search=${encodeURIComponent(goal)}`;
      const { body } = await world.ann.call('GET', path);
      const [found] = body['tasks'] as Waiting[];
      return found;
    },
    () => `Nobody is asked about ${goal}.`,
  );

const decide = async ({ task_id: id, approval_token: token }: Waiting, reason?: string): Promise<void> => {
  const decision = reason === undefined ? 'approve' : 'reject';
  const { status } = await world.ann.call('POST', `/approvals/${id}`, {
    headers: { authorization: `Bearer ${annKey}`, 'idempotency-key': crypto.randomUUID() },
    body: { decision, approval_token: token, ...(reason !== undefined && { reason }) },
  });
  expect(status).toBe(200);
};

describe.each(Object.entries(frameworks))('an agent of %s', (name, { ask, askGuarded, wait }) => {
  const thread = `conversation of ${name}`;
  /** Of a conversation of its own. */
  const asked = () => {
    const goal = `Asked by ${name}: ${crypto.randomUUID()}`;
    return { thread: goal, goal, environment: 'PRODUCTION' } as const;
  };

  test('acts through the tools that it is given; a call that is made again is the same task', async () => {
    const call = { id: 'call-1', tool: 'noop-run', input: { label: name } };
    const options = { thread, actions: ['noop.run'] };
    const told = await ask(call, options);
    expect(told).toMatch(/succeeded/i);
    expect(taskIdIn(await ask(call, options))).toBe(taskIdIn(told));
  });

  test('is told what policy denies, with the reason', async () => {
    const call = { id: 'call-2', tool: 'noop-run', input: { label: name } };
    const told = await ask(call, { thread, environment: 'STAGING' });
    expect(told).toMatch(/denied/i);
    expect(told).toContain('noop.run is forbidden in staging.');
  });

  test('waits for people with a tool of its own, which never acts by itself', async () => {
    const call = { id: 'call-3', tool: 'refund', input: { order: 7 } };
    const options = { thread, environment: 'PRODUCTION', holdMs: 50 } as const;
    const done = await tasksWith('SUCCEEDED');
    // On a slow machine it is planned yet.
    const pending = await until(
      async () => {
        const told = await askGuarded(call, options);
        expect(told).toContain('pending');
        return told.includes('AWAITING_APPROVAL') ? told : undefined;
      },
      () => 'Nobody is asked.',
    );
    expect(await tasksWith('SUCCEEDED')).toBe(done);
    expect(taskIdIn(await askGuarded(call, options))).toBe(taskIdIn(pending));
  });

  test('goes on as soon as a person has approved, in the very call that asked', async () => {
    const done = await tasksWith('SUCCEEDED');
    const [given, own] = [asked(), asked()];
    const toldGiven = ask({ id: 'call-1', tool: 'noop-run', input: { label: given.goal } }, given);
    await decide(await waitingFor(given.goal));
    expect(await toldGiven).toMatch(/succeeded/i);
    const toldOwn = askGuarded({ id: 'call-2', tool: 'refund', input: { order: randomInt(1e9) } }, own);
    await decide(await waitingFor(own.goal));
    expect(await toldOwn).toMatch(/succeeded/i);
    expect(await tasksWith('SUCCEEDED')).toBe(done + 2);
  });

  test('is told that a person said no, and why; to ask again asks nobody', async () => {
    const done = await tasksWith('SUCCEEDED');
    const reason = 'This order was paid back already.';
    const options = asked();
    const call = { id: 'call-1', tool: 'refund', input: { order: randomInt(1e9) } };
    const answer = askGuarded(call, options);
    await decide(await waitingFor(options.goal), reason);
    const told = await answer;
    const sameCall = await askGuarded(call, options);
    const otherCall = await askGuarded({ ...call, id: 'call-2' }, { ...options, goal: 'It is urgent' });
    for (const each of [told, sameCall, otherCall]) {
      expect(each).toContain('APPROVAL_REJECTED');
      expect(each).toContain(reason);
      expect(taskIdIn(each)).toBe(taskIdIn(told));
    }
    expect(await tasksWith('SUCCEEDED')).toBe(done);
  });

  test('waits again for what was left pending, by the tool that is there for it', async () => {
    const options = asked();
    const call = { id: 'call-1', tool: 'refund', input: { order: randomInt(1e9) } };
    const pending = await askGuarded(call, { ...options, holdMs: 50 });
    expect(pending).toContain('pending');
    const taskId = taskIdIn(pending);
    const waiting = wait
      ? wait('call-2', taskId, { thread: options.thread })
      : ask(
          { id: 'call-2', tool: 'wait_for_task', input: { taskId } },
          { thread: options.thread, actions: ['noop.run'] },
        );
    await decide(await waitingFor(options.goal));
    const told = await waiting;
    expect(told).toMatch(/succeeded/i);
    expect(taskIdIn(told)).toBe(taskId);
  });
});

test.each([
  ['of no server', 'Bash'],
  ['of a server whose name begins as ours does', 'mcp__countersign__shop__refund'],
  ['of a server whose name ends with one more mark', 'mcp__countersign___submit_task'],
])('a tool %s that has no action does nothing', async (_whose, tool) => {
  const told = await claude({ id: 'call-4', tool, input: { command: 'date' } }, { thread: 'other' });
  expect(told).toContain('AUTHORIZATION_FAILED');
});
