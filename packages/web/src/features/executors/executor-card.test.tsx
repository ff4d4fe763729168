import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { MantineProvider } from '@mantine/core';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ExecutorCard } from './executor-card.tsx';
import type { Executor } from './executors-data.ts';

const ago = (seconds: number): string => new Date(Date.now() - seconds * 1_000).toISOString();

const show = (more: Partial<Executor> = {}): void => {
  const executor: Executor = {
    platform: 'kubernetes',
    status: 'HEALTHY',
    isSandbox: true,
    lastSuccessAt: ago(60),
    lastFailureAt: null,
    recentCalls: 3,
    p50ResponseMs: 12,
    p95ResponseMs: 340,
    actionTypes: ['kubernetes.deployment.scale@1'],
    viewerCanControl: true,
    load: { waiting: 2, held: 0, running: 1 },
    control: null,
    circuitBreaker: { state: 'CLOSED', failureCount: 0, opensAt: 5, nextProbeAt: null },
    rateLimit: { current: 0, limit: 6_000, resetAt: ago(-60) },
    ...more,
  };
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider>
        <ExecutorCard executor={executor} total={12} />
      </MantineProvider>
    </QueryClientProvider>,
  );
};
const buttons = (): string[] => screen.queryAllByRole('button').map(({ textContent }) => textContent);

describe('an executor', () => {
  // jsdom has none, and Mantine asks it for the colour scheme.
  beforeEach(() => {
    const query = { matches: false, addEventListener: vi.fn(), removeEventListener: vi.fn() };
    vi.stubGlobal('matchMedia', () => query);
  });
  afterEach(() => {
    cleanup();
    vi.unstubAllGlobals();
  });

  it('says how it does and how much of the queue is for it', () => {
    show();
    expect(screen.getByText('12 ms p50, 340 ms p95')).toBeTruthy();
    expect(screen.getByText('1 run, 2 wait; 25% of the queue')).toBeTruthy();
    expect(screen.getByText('sandbox')).toBeTruthy();
    expect(buttons()).toEqual(['Drain', 'Open']);
  });

  it('says who drained it and why, and offers to close it', () => {
    show({ control: { mode: 'DRAIN', by: 'Olga', reason: 'Upgrade to 1.32', at: ago(120) } });
    expect(screen.getByText(/^Drained$/).parentElement?.textContent).toMatch(
      /Drained by Olga \d min ago.*Upgrade to 1\.32/,
    );
    expect(buttons()).toEqual(['Close', 'Open']);
  });

  it('offers to close what its circuit breaker has cut off', () => {
    show({ circuitBreaker: { state: 'OPEN', failureCount: 5, opensAt: 5, nextProbeAt: ago(-30) } });
    expect(buttons()).toEqual(['Close', 'Drain', 'Open']);
  });

  it('gives no buttons to whoever may not', () => {
    show({ viewerCanControl: false });
    expect(buttons()).toEqual([]);
  });
});
