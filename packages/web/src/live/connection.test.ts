// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { initialConnection, nextConnection, reconnectDelayMs, type ConnectionSignal } from './connection.ts';

const phaseAfter = (...signals: ConnectionSignal[]) =>
  signals.reduce(nextConnection, initialConnection).phase;

const acknowledged: ConnectionSignal = { type: 'socketAcknowledged', atMs: 1_000 };
const lost: ConnectionSignal = { type: 'socketLost' };
const unreachable: ConnectionSignal = { type: 'requestUnreachable' };
const answered: ConnectionSignal = { type: 'requestAnswered', atMs: 2_000 };

describe('the connection state', () => {
  it('is live only after an acknowledgement: an answer over HTTP is not enough', () => {
    expect(phaseAfter()).toBe('connecting');
    expect(phaseAfter(answered)).toBe('connecting');
    expect(phaseAfter(acknowledged)).toBe('live');
  });

  it('says reconnecting once a live socket is lost, and live again after the next acknowledgement', () => {
    expect(phaseAfter(acknowledged, lost)).toBe('reconnecting');
    expect(phaseAfter(acknowledged, lost, lost, acknowledged)).toBe('live');
  });

  it('polls after three refusals in a row while HTTP answers', () => {
    expect(phaseAfter(lost, lost)).toBe('reconnecting');
    expect(phaseAfter(lost, lost, lost, answered)).toBe('polling');
  });

  it('is offline when HTTP fails too, and leaves that state as soon as it answers', () => {
    expect(phaseAfter(acknowledged, lost, unreachable)).toBe('offline');
    expect(phaseAfter(acknowledged, lost, unreachable, answered)).toBe('reconnecting');
  });

  it('does not count against the server that is back how often the absent one refused', () => {
    const outage = [acknowledged, lost, unreachable, lost, lost, lost, answered];
    expect(phaseAfter(...outage)).toBe('reconnecting');
    expect(phaseAfter(...outage, lost, lost, lost)).toBe('polling');
  });

  it('stays live through one failed request while the socket answers', () => {
    expect(phaseAfter(acknowledged, unreachable)).toBe('live');
  });

  it('is ended for good until somebody signs in', () => {
    expect(phaseAfter(acknowledged, { type: 'sessionEnded' }, answered, lost)).toBe('ended');
    expect(phaseAfter({ type: 'sessionEnded' }, { type: 'sessionStarted' })).toBe('connecting');
  });

  it('knows since when its data may be old', () => {
    const state = [acknowledged, { type: 'pong', atMs: 9_000, latencyMs: 4 } as const, lost].reduce(
      nextConnection,
      initialConnection,
    );
    expect(state).toMatchObject({ currentAsOfMs: 9_000, latencyMs: null });
  });
});

describe('reconnectDelayMs', () => {
  it('doubles from 250 ms to 15 s, give or take 30 %', () => {
    expect([0, 1, 2, 3].map((attempt) => reconnectDelayMs(attempt, () => 0.5))).toEqual([
      250, 500, 1_000, 2_000,
    ]);
    expect(reconnectDelayMs(50, () => 0.5)).toBe(15_000);
    expect(reconnectDelayMs(0, () => 0)).toBeCloseTo(175);
    expect(reconnectDelayMs(0, () => 1)).toBeCloseTo(325);
  });
});
