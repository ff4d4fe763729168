// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createConnectionStore } from './connection.ts';
import { createLossSignal } from './connection.ts';

describe('the signal of a loss', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const live = () => {
    const connection = createConnectionStore();
    connection.signal({ type: 'socketAcknowledged', atMs: 0 });
    return connection;
  };

  it('comes soon after a live connection is lost', () => {
    const connection = live();
    const loss = createLossSignal(connection, 2_000);
    connection.signal({ type: 'socketLost' });
    vi.advanceTimersByTime(1_999);
    expect(loss.signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(loss.signal.aborted).toBe(true);
  });

  it('does not come while all is well, nor once the answer is there', () => {
    const connection = live();
    const loss = createLossSignal(connection, 2_000);
    connection.signal({ type: 'pong', atMs: 1, latencyMs: 1 });
    vi.advanceTimersByTime(60_000);
    connection.signal({ type: 'socketLost' });
    loss.stop();
    vi.advanceTimersByTime(60_000);
    expect(loss.signal.aborted).toBe(false);
  });
});
