import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aDocumentStep } from '../../testing/domain-samples.ts';
import { movedWords, nextLookMs, stepsToLookAt } from './target-watch.ts';

const planned = (names: readonly string[]) =>
  names.map((name) =>
    aDocumentStep({ name, precondition: { version: 1 }, targets: [{ kind: 'page', name: `page ${name}` }] }),
  );

test('what is planned upon earlier steps, a gate, and what has no footing is not looked at', () => {
  const [scale, upon, gate, none] = planned(['scale', 'upon', 'gate', 'none']);
  if (!scale || !upon || !gate || !none) throw new Error('four steps');
  const steps = [
    scale,
    { ...upon, after: ['scale'] },
    { ...gate, kind: 'GATE' as const },
    { ...none, precondition: null },
  ];
  expect(stepsToLookAt(steps, 0.9)).toEqual({ steps: [scale], areAll: true });
});

test('of many steps each has its turn, and never more than twenty in one go', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 200 }),
      fc.double({ min: 0, max: 0.999_999, noNaN: true }),
      (count, random) => {
        const all = planned(Array.from({ length: count }, (_, index) => `step ${index}`));
        const { steps, areAll } = stepsToLookAt(all, random);
        expect(new Set(steps).size).toBe(Math.min(20, count));
        expect(areAll).toBe(count <= 20);
      },
    ),
  );
  const all = planned(Array.from({ length: 100 }, (_, index) => `step ${index}`));
  const seen = new Set(Array.from({ length: 100 }, (_, at) => stepsToLookAt(all, at / 100).steps).flat());
  expect(seen.size).toBe(100);
});

test('the more often it was planned anew, the longer it is left alone', () => {
  expect([1, 2, 3, 4].map((revision) => nextLookMs(revision, 30_000))).toEqual([
    30_000, 60_000, 120_000, 240_000,
  ]);
  expect(nextLookMs(10, 30_000)).toBe(900_000);
  expect(nextLookMs(3, 3_600_000)).toBe(3_600_000);
});

test('people are told what has moved, of many only the first', () => {
  expect(movedWords(1, planned(['a']))).toBe('page a ("a") is not as revision 1 found it.');
  expect(movedWords(2, planned(['a', 'b']))).toBe(
    'page a ("a"), page b ("b") are not as revision 2 found them.',
  );
  expect(movedWords(1, planned(['a', 'b', 'c', 'd', 'e', 'f', 'g']))).toContain(' and 2 more are not');
});
