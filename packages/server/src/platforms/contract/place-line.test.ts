import { setImmediate as nextTurn } from 'node:timers/promises';
import { priorities, type Priority } from '@countersign/shared';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { defaultWaitBoundsMs as waitBoundsMs } from '../../domain/queue.ts';
import type { HeldPlace } from './held-places.ts';
import { createPlaceLine } from './place-line.ts';

const never = new AbortController().signal;

/** Fills a line and gives the order in which its lanes are served, one place at a time. */
const served = async (arrivals: readonly Priority[]): Promise<string[]> => {
  const line = createPlaceLine({ shared: 1, reserved: 0, waitBoundsMs });
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

/** A platform of one place, whose calls take `callMs` each; all lanes but LOW always have somebody waiting. */
const waitsOfLow = async (low: number, callMs: number): Promise<{ waits: number[]; critical: number }> => {
  let nowMs = 0;
  const line = createPlaceLine({ shared: 1, reserved: 0, waitBoundsMs, now: () => nowMs });
  const served: HeldPlace[] = [];
  const waits: number[] = [];
  let critical = 0;
  const come = (lane: Priority): void => {
    const since = nowMs;
    void line.enter(lane, never).then((place) => {
      served.push(place);
      if (lane === 'LOW') return waits.push(nowMs - since);
      if (lane === 'CRITICAL') critical += 1;
      return come(lane);
    });
  };
  for (const lane of priorities) for (let each = 0; each < 3; each += 1) if (lane !== 'LOW') come(lane);
  await nextTurn();
  for (let each = 0; each < low; each += 1) come('LOW');
  critical = 0;
  while (waits.length < low) {
    nowMs += callMs;
    served.shift()?.[Symbol.dispose]();
    await nextTurn();
  }
  return { waits, critical };
};

test('LOW gets its place within its bound while all others never stop, and stops none of them', async () => {
  const callMs = 10_000;
  const { waits, critical } = await waitsOfLow(4, callMs);
  // By turns alone the last would wait for sixty calls, ten minutes.
  expect(Math.max(...waits)).toBeLessThanOrEqual(waitBoundsMs.LOW);
  expect(critical).toBeGreaterThan(4);
});

test('never are more places held than there are, and those of CRITICAL are its own', async () => {
  const act = fc.oneof(
    fc.constantFrom(...priorities).map((lane) => ({ lane })),
    fc.nat(50).map((leaves) => ({ leaves })),
    fc.nat(50).map((givesUp) => ({ givesUp })),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 80 }), async (acts) => {
      const line = createPlaceLine({ shared: 3, reserved: 2, waitBoundsMs });
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

test('within a lane whoever holds the fewest places is next, however many of another wait', async () => {
  const line = createPlaceLine({ shared: 2, reserved: 0, waitBoundsMs });
  const held = [await line.enter('NORMAL', never, 'greedy'), await line.enter('NORMAL', never, 'greedy')];
  const order: string[] = [];
  const come = (submitterId: string): void => {
    void line.enter('NORMAL', never, submitterId).then(() => order.push(submitterId));
  };
  for (let each = 0; each < 20; each += 1) come('greedy');
  come('modest');
  held.forEach((place) => {
    place[Symbol.dispose]();
  });
  await nextTurn();
  expect(order).toEqual(['modest', 'greedy']);
});

describe('a line some of whose places may be held by who waits for another', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const comeIn = async (line: ReturnType<typeof createPlaceLine>): Promise<HeldPlace> =>
    line.enter('NORMAL', never);
  const lineOf = (shared: number): ReturnType<typeof createPlaceLine> =>
    createPlaceLine({ shared, reserved: 0, waitBoundsMs });

  test('lends some while nothing moves, as many as are nested, and takes all of them back', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 32 }),
        fc.integer({ min: 1, max: 8 }),
        async (calls, shared) => {
          // Seven times what there is may be lent.
          fc.pre(calls <= 7 * shared);
          const line = lineOf(shared);
          let ended = 0;
          const nested = async (): Promise<void> => {
            using outer = await comeIn(line);
            outer.mayWait();
            using _inner = await comeIn(line);
            ended += 1;
          };
          for (let call = 0; call < calls; call += 1) void nested();
          await vi.advanceTimersByTimeAsync(10_000);
          expect(ended).toBe(calls);
          const places = Array.from({ length: shared + 1 }, () => line.take('NORMAL'));
          expect(places.map((place) => place !== null)).toEqual([
            ...Array<boolean>(shared).fill(true),
            false,
          ]);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('lends none to who is only slow, however long', async () => {
    const line = lineOf(2);
    let served = 0;
    for (let call = 0; call < 20; call += 1) void comeIn(line).then(() => (served += 1));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(served).toBe(2);
  });

  test('lends as many as may wait, and has no more in use once those have ended', async () => {
    const line = lineOf(2);
    const outer = await comeIn(line);
    outer.mayWait();
    const slow = await comeIn(line);
    const served: HeldPlace[] = [];
    for (let call = 0; call < 20; call += 1) void comeIn(line).then((place) => served.push(place));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(served).toHaveLength(1);
    // What it was lent for is over, so two are in use again.
    outer[Symbol.dispose]();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(served).toHaveLength(1);
    slow[Symbol.dispose]();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(served).toHaveLength(2);
  });

  test('lends none while places are given back, and never more than seven times what there is', async () => {
    const line = lineOf(1);
    let current = await comeIn(line);
    current.mayWait();
    let served = 0;
    for (let call = 0; call < 20; call += 1)
      void comeIn(line).then((place) => {
        place.mayWait();
        served += 1;
        current = place;
      });
    for (let turn = 1; turn <= 10; turn += 1) {
      await vi.advanceTimersByTimeAsync(200);
      current[Symbol.dispose]();
      await vi.advanceTimersByTimeAsync(0);
      expect(served).toBe(turn);
    }
    await vi.advanceTimersByTimeAsync(60_000);
    expect(served).toBe(17);
  });
});
