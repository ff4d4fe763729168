import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { standInForLayout } from '../../../testing/layout.ts';
import type { Answer, AskSpecialist, Wish } from './ask-data.ts';
import { AskForm, goalComplaint } from './ask-screen.tsx';

beforeAll(standInForLayout);

const specialist = (name: string, title: string, planner: string): AskSpecialist => ({
  name,
  title,
  purpose: `Does ${title}.`,
  tools: ['query_assets'],
  planner,
  autonomyLevel: 0,
  actions: [{ type: 'kubernetes.deployment.scale' }],
  budget: { tokens: 80_000, toolCalls: 1, timeMs: 300_000, costMicros: 1_000_000 },
});
const specialists = [
  specialist('sop_agent', 'SOP', 'scripted'),
  specialist('drift_agent', 'Drift', 'anthropic/claude'),
];

const show = (send: (wish: Wish) => Promise<Answer>, from: Partial<Wish> = {}) => {
  const onAsked = vi.fn();
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <AskForm specialists={specialists} from={from} send={send} onAsked={onAsked} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return onAsked;
};
const goal = () => screen.getByRole('textbox', { name: 'What do you want done?' });
const ask = () => fireEvent.submit(screen.getByRole('form', { name: 'Ask' }));

describe('AskForm', () => {
  afterEach(cleanup);

  it('sends the words once, however often it is pressed, and goes on to the task', async () => {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const send = vi.fn(() => promise);
    const onAsked = show(send);
    fireEvent.change(goal(), { target: { value: '  Scale sandbox/shop/web-01 to 3 ' } });
    ask();
    await waitFor(() => expect(screen.getByRole('button', { name: 'Sending…' })).toBeTruthy());
    ask();
    resolve({ taskId: 'task-1', complaint: null });
    await waitFor(() => expect(onAsked).toHaveBeenCalledWith('task-1'));
    ask();
    expect(send.mock.calls).toMatchObject([
      [{ goal: 'Scale sandbox/shop/web-01 to 3', environment: 'DEVELOPMENT', agent: null }],
    ]);
  });

  it('keeps the words that it begins with, and says what each agent is for and may spend', async () => {
    const send = vi.fn(() => Promise.resolve({ taskId: null, complaint: 'No room today.' }));
    const onAsked = show(send, { goal: 'Fix drift', environment: 'STAGING', agent: 'sop_agent' });
    expect(screen.getByText('Does SOP.')).toBeTruthy();
    expect(screen.getByText('at most 80,000 tokens, 1 tool call, 5 min, $1.00 on a plan')).toBeTruthy();
    expect(screen.getByText(/the scripted planner answers/)).toBeTruthy();
    fireEvent.change(screen.getByRole('combobox', { name: 'Who plans it' }), {
      target: { value: 'drift_agent' },
    });
    expect(screen.queryByText(/the scripted planner answers/)).toBeNull();
    ask();
    expect(await screen.findByText('No room today.')).toBeTruthy();
    expect(send.mock.calls).toMatchObject([
      [{ goal: 'Fix drift', environment: 'STAGING', agent: 'drift_agent' }],
    ]);
    expect(onAsked).not.toHaveBeenCalled();
  });

  it('sends nothing without words', () => {
    const send = vi.fn(() => Promise.resolve({ taskId: null, complaint: null }));
    show(send);
    ask();
    expect(screen.getByText('Say what you want done.')).toBeTruthy();
    expect(send).not.toHaveBeenCalled();
  });

  it('counts as the server does', () => {
    expect(goalComplaint(` ${'x'.repeat(4_000)} `)).toBeNull();
    expect(goalComplaint('x'.repeat(4_002))).toBe('2 characters too many.');
  });
});
