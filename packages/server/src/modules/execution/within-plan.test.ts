import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { aDocument, aDocumentStep, anEffect, aRun, aStep, aTask } from '../../../testing/domain-samples.ts';
import { createTestExecutors } from '../../../testing/test-executors.ts';
import { accepted } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { createLogger } from '../../infra/logger.ts';
import { describeError, type ActionExecutor } from '../../platforms/index.ts';
import { performStep } from './perform-step.ts';

const input = z.strictObject({
  channel: z.string(),
  text: z.string().max(100),
  count: z.int().optional(),
  at: z.string().optional(),
  data: z.json().optional(),
});
type Input = z.infer<typeof input>;

const stack = new AsyncDisposableStack();
afterAll(() => stack.disposeAsync());

/** Posts a text. A text with an `@name` reaches a person too, and one that shouts is risky. */
const createPost = (posted: string[]): ActionExecutor<Input, { readonly id: string }> => ({
  traits: {
    name: 'post.send',
    version: 1,
    platform: 'post',
    category: 'WRITE',
    idempotency: 'NATIVE_KEY',
    reversible: true,
    budget: { timeMs: 1_000, network: 'NONE' },
  },
  description: 'Posts a text.',
  input,
  traitsFor: ({ text }) => (text === 'look' ? { category: 'READ' } : {}),
  endpointOf: ({ at = '' }) => at,
  plan: async ({ channel, text }) =>
    accepted({
      summary: `Post "${text}" to ${channel}`,
      targets: [channel, ...(text.match(/@\w+/g) ?? [])].map((name) => ({ kind: 'reader', name })),
      precondition: null,
      diffs: [],
      findings: text === 'HELP' ? [{ severity: 'CRITICAL', message: 'It shouts' }] : [],
    }),
  apply: async ({ text }) => {
    posted.push(text);
    return { id: text };
  },
  verify: async () => {},
});

const from = { $from: 'create', pointer: '/id' };

const prepare = (params: JsonObject, posted: string[] = []) => {
  const executors = stack.use(createTestExecutors({ moreExecutors: [createPost(posted)] }));
  return { prepare: executors.prepare, prepared: executors.prepare('post.send@1', params, 'it') };
};

const call = {
  signal: new AbortController().signal,
  tenantId: 't',
  priority: 'NORMAL',
  principalId: 'p',
  logger: createLogger({ level: 'silent' }),
} as const;

describe('an action whose params earlier steps put out', () => {
  it('is planned with what people can read in their place, and keeps them', async () => {
    const { prepared } = prepare({ channel: 'ops', text: from, data: { of: [from] } });
    if (!prepared.ok) throw new Error('it should be prepared');
    expect(prepared.action.params).toEqual({ channel: 'ops', text: from, data: { of: [from] } });
    const planned = await prepared.action.plan(call);
    expect(planned.ok && planned.value.summary).toBe('Post "‹from step create: /id›" to ops');
  });

  it.each<[string, JsonObject, string]>([
    ['a number', { channel: 'ops', text: 'x', count: from }, 'it.params.count'],
    ['the params as a whole', from, 'it.params'],
    [
      'a text that it is a part of elsewhere',
      { channel: '‹from step create: /id›', text: from },
      'it.params.text',
    ],
    ['a malformed one', { channel: 'ops', text: { ...from, or: 1 } }, 'it.params.text'],
  ])('cannot take %s', (_what, params, path) => {
    const { prepared } = prepare(params);
    expect(prepared.ok ? [] : prepared.faults.map((fault) => fault.path)).toEqual([path]);
  });

  it('cannot be told by them what to act on', async () => {
    const { prepared } = prepare({ channel: from, text: 'x' });
    const planned = prepared.ok ? await prepared.action.plan(call) : prepared;
    expect(planned).toMatchObject({
      ok: false,
      refusal: { details: { faults: [{ path: 'channel', code: 'POLICY_DENIED' }] } },
    });
  });
});

const perform = async (text: string, params: JsonObject = {}) => {
  const posted: string[] = [];
  const { prepare: find } = prepare({ channel: 'ops', text: 'x' }, posted);
  const planned = aDocumentStep({
    action: 'post.send@1',
    params: { channel: 'ops', text: from, ...params },
    targets: [{ kind: 'reader', name: 'ops' }],
    precondition: null,
  });
  const result = await performStep(
    {
      prepare: find,
      describeError,
      isShownAsPlanned: () => false,
      keepFooting: async () => true,
      keepCalled: async () => true,
      random: () => 0,
      logger: call.logger,
    },
    {
      task: aTask(),
      run: aRun(),
      step: aStep('a'),
      document: aDocument({ steps: [planned], risk: 'LOW' }),
      planned,
      params: { channel: 'ops', text, ...params },
      effect: anEffect('a'),
      earlier: null,
      precondition: planned.precondition,
      undone: null,
      heldSinceMs: 0,
      remainingMs: null,
      startBy: null,
    },
    {
      signal: call.signal,
      isOverdue: false,
      halt: null,
      assertHeld: () => undefined,
      [Symbol.dispose]: () => undefined,
    },
    null,
  );
  return { result, posted };
};

describe('what earlier steps put out', () => {
  it('is used', async () => {
    const { result, posted } = await perform('page-7');
    expect(result).toMatchObject({ kind: 'SUCCEEDED', output: { id: 'page-7' } });
    expect(posted).toEqual(['page-7']);
  });

  it.each([
    ['reaches somebody else', 'hello @boss', 'act on something else'],
    ['is riskier', 'HELP', 'riskier than the plan'],
    ['makes it another kind of action', 'look', 'another kind of action'],
  ])('stops the step where it %s', async (_what, text, why) => {
    const { result, posted } = await perform(text);
    expect(result).toMatchObject({
      kind: 'FAILED',
      failure: { code: 'POLICY_DENIED', message: expect.stringContaining(why) as string },
    });
    expect(posted).toEqual([]);
  });

  it('stops the step where its schema does not take it', async () => {
    const { result, posted } = await perform('x'.repeat(101));
    expect(result).toMatchObject({ kind: 'FAILED', failure: { code: 'SCHEMA_VALIDATION_FAILED' } });
    expect(posted).toEqual([]);
  });
});
