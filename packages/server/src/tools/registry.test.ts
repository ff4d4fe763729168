import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { accepted } from '../domain/errors.ts';
import { defineTool, type AnyTool, type ToolContext } from './contract/tool.ts';
import { createToolRegistry, type ToolCall } from './registry.ts';

const nothing = {
  source: { name: 'input', asOf: null, isOutside: false },
  citation: { text: 'said', rows: null },
};

const tool = (call: (signal: AbortSignal) => Promise<unknown>, budget = {}) =>
  defineTool({
    name: 'say',
    title: 'Say',
    description: 'Says.',
    reads: [],
    input: z.strictObject({ word: z.string().max(5) }),
    output: z.object({ said: z.string() }),
    budget,
    call: async (_input, { signal }) =>
      accepted({ output: (await call(signal)) as { said: string }, ...nothing }),
  });

const refuses = () => Promise.reject(new Error('nothing is read here'));

const context = (signal = new AbortController().signal): ToolContext => ({
  tenantId: 't',
  signal,
  now: new Date(0),
  inventory: { find: refuses, findNodes: refuses, countVersions: refuses },
  catalogues: { find: refuses },
});

const callOf = async (one: AnyTool, input: unknown, signal?: AbortSignal) => {
  const seen: unknown[] = [];
  const registry = createToolRegistry({ tools: [one], onError: (error) => seen.push(error) });
  return { call: await registry.callTool('say', input, context(signal)), seen };
};

const codeOf = ({ outcome }: ToolCall) => (outcome.ok ? 'OK' : outcome.refusal.code);

describe('a call of a tool', () => {
  it('tells what it said, with its digest', async () => {
    const { call } = await callOf(
      tool(() => Promise.resolve({ said: 'hi' })),
      { word: 'hi' },
    );
    expect(call).toMatchObject({ tool: 'say', outcome: { ok: true, value: { output: { said: 'hi' } } } });
    expect(call.outputDigest).toMatch(/^[0-9a-f]{64}$/);
  });

  it('refuses an input that does not fit, with every fault', async () => {
    const { call } = await callOf(
      tool(() => Promise.resolve({ said: 'hi' })),
      { word: 'much too long', other: 1 },
    );
    expect(codeOf(call)).toBe('SCHEMA_VALIDATION_FAILED');
    expect(call.outcome.ok ? null : call.outcome.refusal.details).toMatchObject({
      faults: [{ path: 'word' }, { path: 'other' }],
    });
  });

  it('refuses what is longer than its budget', async () => {
    const { call } = await callOf(
      tool(() => Promise.resolve({ said: 'x'.repeat(200) }), { maxBytes: 100 }),
      { word: 'hi' },
    );
    expect(codeOf(call)).toBe('QUERY_TOO_COMPLEX');
  });

  it('ends with its time, and tells the tool', async () => {
    let told: AbortSignal | null = null;
    const { call } = await callOf(
      tool(
        (signal) => {
          told = signal;
          return new Promise(() => undefined);
        },
        { timeMs: 5 },
      ),
      { word: 'hi' },
    );
    expect(codeOf(call)).toBe('EXECUTION_TIMEOUT');
    expect(told).toMatchObject({ aborted: true });
  });

  it('ends with its caller', async () => {
    const { call } = await callOf(
      tool(() => new Promise(() => undefined)),
      { word: 'hi' },
      AbortSignal.abort(),
    );
    expect(codeOf(call)).toBe('TASK_CANCELLED');
  });

  it.each([
    ['throws', () => Promise.reject(new Error('secret'))],
    ['does not keep its form', () => Promise.resolve({ said: 1 })],
  ])('hides what is wrong with a tool that %s', async (_how, work) => {
    const { call, seen } = await callOf(tool(work), { word: 'hi' });
    expect(codeOf(call)).toBe('INTERNAL_ERROR');
    expect(JSON.stringify(call)).not.toContain('secret');
    expect(seen).toHaveLength(1);
  });

  it('knows no tool that is not there', async () => {
    const registry = createToolRegistry({ tools: [], onError: () => undefined });
    expect(codeOf(await registry.callTool('say', {}, context()))).toBe('RESOURCE_NOT_FOUND');
  });
});
