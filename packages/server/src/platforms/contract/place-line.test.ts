import { setImmediate as nextTurn } from 'node:timers/promises';
import { priorities, type Priority } from '@countersign/shared';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPlaceLine, type HeldPlace } from './place-line.ts';

const never = new AbortController().signal;

/** Fills a line and gives the order in which its lanes are served, one place at a time. */
const served = async (arrivals: readonly Priority[]): Promise<string[]> => {
  const line = createPlaceLine({ shared: 1, reserved: 0 });
  let current = await line.enter('NORMAL', never);
  const order: string[] = [];
  arrivals.forEach((lane, index) => {
    void line.enter(lane, never).then((place) => {
      order.push(`${lane} ${index}`);
      current = place;
    });
  });
  for (const _ of arrivals) {
    current[Symbol.dispose]();
    await nextTurn();
  }
  return order;
};

test('within a lane it is first come, first served', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...priorities), { maxLength: 40 }), async (arrivals) => {
      const order = await served(arrivals);
      expect(order).toHaveLength(arrivals.length);
      for (const lane of priorities) {
        const own = order.filter((name) => name.startsWith(lane)).map((name) => Number(name.split(' ')[1]));
        expect(own).toEqual(own.toSorted((a, b) => a - b));
      }
    }),
    { numRuns: 50 },
  );
});

test('a long line of one lane holds up no other, the lowest included', async () => {
  const order = await served([...Array<Priority>(60).fill('HIGH'), 'LOW', 'LOW', 'CRITICAL', 'CRITICAL']);
  const placesOf = (lane: Priority): number[] =>
    order.flatMap((name, index) => (name.startsWith(lane) ? [index] : []));
  expect(Math.max(...placesOf('CRITICAL'))).toBeLessThan(6);
  expect(Math.max(...placesOf('LOW'))).toBeLessThan(20);
});

test('never are more places held than there are, and those of CRITICAL are its own', async () => {
  const act = fc.oneof(
    fc.constantFrom(...priorities).map((lane) => ({ lane })),
    fc.nat(50).map((leaves) => ({ leaves })),
    fc.nat(50).map((givesUp) => ({ givesUp })),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 80 }), async (acts) => {
      const line = createPlaceLine({ shared: 3, reserved: 2 });
      const held: { lane: Priority; place: HeldPlace }[] = [];
      const waiting: AbortController[] = [];
      for (const step of acts) {
        if ('lane' in step) {
          const patience = new AbortController();
          waiting.push(patience);
          line.enter(step.lane, patience.signal).then(
            (place) => {
              held.push({ lane: step.lane, place });
              waiting.splice(waiting.indexOf(patience), 1);
            },
            () => undefined,
          );
        } else if ('leaves' in step)
          held.splice(step.leaves % (held.length || 1), 1)[0]?.place[Symbol.dispose]();
        else waiting.splice(step.givesUp % (waiting.length || 1), 1)[0]?.abort();
        await nextTurn();
        expect(held.length).toBeLessThanOrEqual(5);
        expect(held.filter(({ lane }) => lane !== 'CRITICAL').length).toBeLessThanOrEqual(3);
        // Nobody waits beside a free place.
        if (waiting.length > 0) expect(held.length).toBeGreaterThanOrEqual(3);
      }
    }),
    { numRuns: 100 },
  );
});
