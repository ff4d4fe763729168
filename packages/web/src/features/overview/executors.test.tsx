import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { Executors } from './executors.tsx';
import type { Executor } from './overview-data.ts';

const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();

const show = (breaker: Partial<Executor['circuitBreaker']>): void => {
  const executor: Executor = {
    platform: 'http',
    status: 'DEGRADED',
    lastSuccessAt: null,
    lastFailureAt: null,
    averageResponseMs: null,
    p95ResponseMs: null,
    actionTypes: [],
    circuitBreaker: { state: 'OPEN', failureCount: 5, opensAt: 5, nextProbeAt: null, ...breaker },
    rateLimit: { current: 0, limit: 6_000, resetAt: inSeconds(60) },
  };
  render(<Executors executors={[executor]} />);
};

describe('Executors', () => {
  afterEach(cleanup);

  it('counts down to the probe, and then waits for a request to make it', () => {
    show({ nextProbeAt: inSeconds(42) });
    expect(screen.getByText(/^open, nothing is sent, probe in 0:4\d$/)).toBeTruthy();
    cleanup();
    show({ nextProbeAt: inSeconds(-5) });
    expect(screen.getByText('open, the next request is the probe')).toBeTruthy();
  });

  it('separates thousands', () => {
    show({});
    expect(screen.getByText('0 of 6,000')).toBeTruthy();
  });
});
