import { describe, expect, test } from 'vitest';
import { createCountersign, guardAiSdk, guardMastra, guardOpenAiAgents } from './index.ts';

const countersign = createCountersign({ url: 'http://127.0.0.1:1', apiKey: 'k' });
const options = { thread: 'conversation' };
const noop = () => ({ type: 'noop.run', params: {} });

describe('a tool that is run where no guard can stand is refused', () => {
  test.each([
    ['by the provider of the model', { type: 'provider', id: 'x.web_search', isProviderExecuted: true }],
    ['by it, as earlier releases write it', { type: 'provider-defined', id: 'x.web_search' }],
  ])('of the AI SDK and Mastra: %s', (_where, tool) => {
    const [tools, actions] = [{ search: tool }, { search: noop }];
    const words = 'search is not run by the agent itself';
    expect(() => guardAiSdk(countersign, tools, actions, options)).toThrow(words);
    expect(() => guardMastra(countersign, tools, actions, options)).toThrow(words);
  });

  test.each([
    ['by the provider', { type: 'hosted_tool', name: 'search', providerData: {} }],
    ['as a shell', { type: 'shell', name: 'search', shell: { run: () => Promise.resolve({ output: [] }) } }],
  ])('of OpenAI Agents: %s', (_where, tool) => {
    expect(() => guardOpenAiAgents(countersign, [tool], { search: noop }, options)).toThrow(
      'search is not run by the agent itself',
    );
  });
});

test('one that a provider describes and the agent runs is guarded', () => {
  const shell = { type: 'provider', id: 'x.shell', isProviderExecuted: false, execute: () => 'past it' };
  const { run } = guardAiSdk(countersign, { run: shell }, { run: noop }, options);
  expect(run.execute).not.toBe(shell.execute);
});
