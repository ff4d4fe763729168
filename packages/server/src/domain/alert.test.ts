import { describe, expect, it } from 'vitest';
import { alertChanges, backupSights, executorSights, laneSights, type Alert } from './alert.ts';

const now = new Date('2026-11-26T12:00:00Z');
const lane = (depth: number) => laneSights([{ priority: 'HIGH', depth }], 100);
const executor = (status: 'HEALTHY' | 'DEGRADED' | 'DOWN', recentCalls = 1) =>
  executorSights([{ platform: 'git', status, recentCalls }]);

/** What is raised and cleared while one thing is seen again and again. */
const story = (sights: ReturnType<typeof lane>[]): string => {
  let open: readonly Alert[] = [];
  return sights
    .map((seen) => {
      const { raised, cleared } = alertChanges(open, seen, now);
      open = [...open.filter((alert) => !cleared.includes(alert)), ...raised];
      return raised.length > 0 ? '+' : cleared.length > 0 ? '-' : '.';
    })
    .join('');
};

describe('an alert', () => {
  it('is raised where more than the limit wait, and cleared at four fifths of it', () => {
    expect(story([100, 101, 200, 100, 81, 101, 80, 81, 100, 101].map(lane))).toBe('.+....-..+');
    expect(alertChanges([], lane(101), now).raised).toEqual([
      {
        kind: 'QUEUE_DEPTH',
        subject: 'HIGH',
        message: '101 steps wait in the lane HIGH, more than 100.',
        since: now,
      },
    ]);
  });

  it('of a platform outlasts its probes, and ends once it is healthy', () => {
    const statuses = ['DEGRADED', 'DOWN', 'DEGRADED', 'DOWN', 'DEGRADED', 'HEALTHY', 'DEGRADED'] as const;
    expect(story(statuses.map((status) => executor(status)))).toBe('.+...-.');
  });

  it('of a platform outlasts restarts, after which nobody has called it yet', () => {
    const silent = executor('HEALTHY', 0);
    expect(story([silent, executor('DOWN'), silent, executor('DOWN'), silent, executor('HEALTHY')])).toBe(
      '.+...-',
    );
  });

  it('ends with what it is of', () => {
    expect(story([executor('DOWN'), lane(0)])).toBe('+-');
  });
});

describe('the age of the newest good backup', () => {
  const ago = (ms: number): Date => new Date(now.getTime() - ms);

  it.each([
    ['nobody expects one', null, null, null],
    ['there is none', null, 1_000, 'TROUBLE'],
    ['it is as old as it may be', ago(1_000), 1_000, 'WELL'],
    ['it is older', ago(1_001), 1_000, 'TROUBLE'],
  ])('where %s, is told as it is', (_, lastGoodAt, oldAfterMs, look) => {
    const sights = backupSights(lastGoodAt, oldAfterMs, now);
    expect(sights.map((sight) => [sight.kind, sight.look])).toEqual(
      look === null ? [] : [['BACKUP_OLD', look]],
    );
  });
});
