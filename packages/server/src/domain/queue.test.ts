import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateWaitMs, laneRoom, queueStateOf, type LaneLoad, type LanePace } from './queue.ts';

const load = (lane: Partial<LaneLoad>): LaneLoad => ({
  priority: 'NORMAL',
  depth: 0,
  active: 0,
  slots: 10,
  oldestAgeMs: null,
  ...lane,
});
const pace = (lane: Partial<LanePace>): LanePace => ({
  priority: 'NORMAL',
  finished: 100,
  meanDurationMs: 2_000,
  meanWaitMs: 50,
  ...lane,
});

describe('the estimated wait', () => {
  it.each([
    ['a free slot is taken at once', 1, { active: 0, slots: 10 }, 2_000, 0],
    ['the last free slot is taken at once', 4, { active: 6, slots: 10 }, 2_000, 0],
    [
      'the first without a slot waits one tenth of a step in ten slots',
      5,
      { active: 6, slots: 10 },
      2_000,
      200,
    ],
    ['a full lane of one slot takes a whole step per place', 3, { active: 1, slots: 1 }, 2_000, 6_000],
    ['no history counts as a second per step', 2, { active: 1, slots: 1 }, null, 2_000],
    [
      'more busy than slots, as while a worker leaves, is a full lane',
      1,
      { active: 12, slots: 10 },
      1_000,
      100,
    ],
    ['no slots at all is one slot, not for ever', 1, { active: 0, slots: 0 }, 500, 500],
    ['fractions are rounded up', 1, { active: 3, slots: 3 }, 100, 34],
  ])('%s', (_case, place, lane, meanDurationMs, expected) => {
    expect(estimateWaitMs(place, lane, meanDurationMs)).toBe(expected);
  });
});

describe('the state of the queue', () => {
  const asOf = new Date('2026-01-01T00:00:00Z');

  it('has the four lanes, most urgent first, with their targets', () => {
    const { lanes, totalQueued } = queueStateOf([], [], asOf);
    expect(lanes.map(({ priority, targetWaitMs }) => [priority, targetWaitMs])).toEqual([
      ['CRITICAL', 5_000],
      ['HIGH', 30_000],
      ['NORMAL', 120_000],
      ['LOW', 300_000],
    ]);
    expect(totalQueued).toBe(0);
  });

  it('estimates what a newcomer would wait: behind all that waits', () => {
    const { lanes } = queueStateOf([load({ depth: 20, active: 10 })], [pace({})], asOf);
    expect(lanes[2]).toMatchObject({ priority: 'NORMAL', depth: 20, estimatedWaitMs: 4_200 });
  });

  it('sums depths, weighs waits by how many steps ended, and keeps utilization within 0 to 1', () => {
    const state = queueStateOf(
      [
        load({ priority: 'HIGH', depth: 2, active: 5 }),
        load({ priority: 'LOW', depth: 3, active: 0, slots: 10 }),
      ],
      [
        pace({ priority: 'HIGH', finished: 9, meanWaitMs: 10 }),
        pace({ priority: 'LOW', finished: 1, meanWaitMs: 110 }),
        pace({ priority: 'CRITICAL', finished: 5, meanWaitMs: null }),
      ],
      asOf,
    );
    expect(state).toMatchObject({ totalQueued: 5, averageWaitMs: 20, workerUtilization: 0.25, asOf });
    const crowded = queueStateOf([load({ active: 50 })], [], asOf);
    expect(crowded).toMatchObject({ workerUtilization: 1, averageWaitMs: 0 });
  });
});

describe('the room of a lane', () => {
  it('is every free slot and a quarter more than all of them', () => {
    expect(laneRoom({ depth: 0, active: 0, slots: 256 })).toBe(320);
    expect(laneRoom({ depth: 0, active: 256, slots: 256 })).toBe(64);
    expect(laneRoom({ depth: 60, active: 256, slots: 256 })).toBe(4);
    expect(laneRoom({ depth: 0, active: 0, slots: 1 })).toBe(5);
  });

  it('is none where as much waits already, whatever runs', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), fc.integer({ min: 1, max: 500 }), (depth, active, slots) => {
        const room = laneRoom({ depth, active, slots });
        expect(room).toBeGreaterThanOrEqual(0);
        // However often it is asked and filled, no more waits than a quarter of the slots, and four at least.
        const waits = Math.max(0, depth + room - Math.max(0, slots - active));
        expect(waits).toBeLessThanOrEqual(Math.max(depth, 4, Math.ceil(slots / 4)));
      }),
    );
  });
});
