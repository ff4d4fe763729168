// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { isWaitingLong, placeStretches, stretches } from './timeline.ts';

const start = Date.UTC(2026, 10, 21, 10, 0, 0);
const event = (type: string, afterMs: number) => ({ type, at: new Date(start + afterMs).toISOString() });
const life = [
  event('task.submitted', 0),
  event('task.planned', 40),
  event('policy.decided', 41),
  event('approval.requested', 50),
  event('approval.reviewed', 60_000),
  event('task.held', 60_050),
  event('task.queued', 70_050),
  event('task.started', 70_100),
  event('step.started', 70_110),
  event('something.nobody.knows', 70_120),
  event('task.succeeded', 71_100),
];

describe('stretches', () => {
  it('reads a whole life without gaps', () => {
    expect(stretches(life, start + 999_999).map(({ kind, fromMs, toMs }) => [kind, toMs - fromMs])).toEqual([
      ['planning', 50],
      ['approval', 60_000],
      ['held', 10_000],
      ['queued', 50],
      ['running', 1_000],
    ]);
  });

  it('counts a pause as waiting for a person', () => {
    const paused = [
      event('task.started', 0),
      event('run.paused', 500),
      event('run.resumed', 1_500),
      event('task.needs_attention', 2_000),
      event('step.resolved', 5_000),
      event('task.succeeded', 5_100),
    ];
    expect(stretches(paused, start + 9_000).map(({ kind, fromMs, toMs }) => [kind, toMs - fromMs])).toEqual([
      ['running', 500],
      ['approval', 1_000],
      ['running', 500],
      ['approval', 3_000],
      ['running', 100],
    ]);
  });

  it('lets the last stretch run on while the task lives', () => {
    expect(stretches(life.slice(0, 4), start + 5_000).at(-1)).toEqual({
      kind: 'approval',
      fromMs: start + 50,
      toMs: start + 5_000,
      isOpen: true,
    });
  });

  it('ends with its task, also where not all of it is known', () => {
    expect(stretches(life.slice(0, 8), start + 9_000_000, start + 600_000).at(-1)).toEqual({
      kind: 'running',
      fromMs: start + 70_100,
      toMs: start + 600_000,
      isOpen: false,
    });
  });

  it('shows the wait again when an approval is taken back', () => {
    const kinds = stretches([...life.slice(0, 6), event('approval.withdrawn', 62_000)], start + 63_000).map(
      ({ kind }) => kind,
    );
    expect(kinds).toEqual(['planning', 'approval', 'held', 'approval']);
  });
});

describe('placeStretches', () => {
  const width = (isWaitingHidden: boolean) =>
    Object.fromEntries(
      placeStretches(stretches(life, start), isWaitingHidden).map(({ kind, width: share }) => [kind, share]),
    );

  it('shares the width by time', () => {
    expect(width(false)['approval']).toBeGreaterThan(0.75);
    expect(width(false)['running']).toBeLessThan(0.05);
  });

  it('gives the work its room once the waiting is hidden', () => {
    expect(width(true)['approval']).toBeLessThan(0.1);
    expect(width(true)['running']).toBeGreaterThan(0.6);
  });

  it('always fills the whole width', () => {
    for (const isHidden of [false, true]) {
      const sum = Object.values(width(isHidden)).reduce((total, share) => total + share, 0);
      expect(sum).toBeCloseTo(1);
    }
  });
});

describe('isWaitingLong', () => {
  const waits = (...types: [type: string, afterMs: number][]): boolean =>
    isWaitingLong(
      stretches(
        types.map(([type, afterMs]) => event(type, afterMs)),
        start,
      ),
    );

  it('is so where a person was waited for, not for a blink in the queue', () => {
    expect(isWaitingLong(stretches(life, start))).toBe(true);
    expect(
      waits(['task.submitted', 0], ['task.queued', 1], ['task.started', 54], ['task.failed', 4_300]),
    ).toBe(false);
    expect(waits(['task.submitted', 0], ['task.denied', 0])).toBe(false);
  });
});
