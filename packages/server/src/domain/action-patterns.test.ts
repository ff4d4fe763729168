import { expect, it } from 'vitest';
import { patternsOf } from './action-patterns.ts';

const day = (count: number): Date => new Date(Date.UTC(2026, 0, 1 + count));
const counts = {
  total: 30,
  since: day(0),
  until: day(10),
  mostFrequentType: 'repo.commit',
  mostFrequentPlatform: 'git',
  hours: [
    { hour: 23, count: 9 },
    { hour: 9, count: 12 },
    { hour: 3, count: 4 },
    { hour: 2, count: 4 },
    { hour: 4, count: 1 },
  ],
};

it('tells the busiest hours in the order of the day, and how many there are in one', () => {
  expect(patternsOf(counts)).toEqual({
    mostFrequentType: 'repo.commit',
    mostFrequentPlatform: 'git',
    peakHours: [2, 9, 23],
    averagePerDay: 3,
  });
});

it('makes no week of an hour', () => {
  expect(patternsOf({ ...counts, until: new Date(day(0).getTime() + 1_000) }).averagePerDay).toBe(30);
});

it('knows nothing of nothing', () => {
  const none = { ...counts, total: 0, mostFrequentType: null, mostFrequentPlatform: null, hours: [] };
  expect(patternsOf(none)).toMatchObject({ peakHours: [], averagePerDay: 0 });
});
