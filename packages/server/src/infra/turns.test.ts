import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createBreath, createTurns } from './turns.ts';

const busy = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

it('a breath is due after a while, and lets others have their turn', async () => {
  const breath = createBreath();
  expect(breath.isDue()).toBe(false);
  busy(15);
  expect(breath.isDue()).toBe(true);
  let hasHadTurn = false;
  setImmediate(() => (hasHadTurn = true));
  await breath.take();
  expect(hasHadTurn).toBe(true);
  expect(breath.isDue()).toBe(false);
});

describe('turns', () => {
  it('give what the work gives, and its failure', async () => {
    const turns = createTurns(1);
    expect(await turns.run('a', () => 1)).toBe(1);
    expect(await turns.run('a', () => Promise.resolve(2))).toBe(2);
    await expect(turns.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(
      turns.run('a', () => {
        throw new Error('at once');
      }),
    ).rejects.toThrow('at once');
    expect(await turns.run('a', () => 3)).toBe(3);
  });

  it('are had by so many at once', async () => {
    const turns = createTurns(3);
    let [now, most] = [0, 0];
    const work = async (): Promise<void> => {
      now += 1;
      most = Math.max(most, now);
      await nextTurn();
      now -= 1;
    };
    await Promise.all(Array.from({ length: 20 }, () => turns.run('a', work)));
    expect(most).toBe(3);
  });

  it('go round: who wants a thousand does not keep the others', async () => {
    const turns = createTurns(1);
    const order: string[] = [];
    const wants = (whose: string, count: number) =>
      Array.from({ length: count }, () =>
        turns.run(whose, async () => {
          await nextTurn();
          order.push(whose);
        }),
      );
    await Promise.all([...wants('many', 1_000), ...wants('one', 1), ...wants('two', 2)]);
    expect(order.indexOf('one')).toBeLessThan(3);
    expect(order.lastIndexOf('two')).toBeLessThan(6);
  });

  it('leave the event loop to others again and again', async () => {
    const turns = createTurns(1);
    const work = Promise.all(Array.from({ length: 50 }, () => turns.run('a', () => busy(5))));
    let rounds = 0;
    let isOver = false;
    void work.then(() => (isOver = true));
    while (!isOver) {
      await nextTurn();
      rounds += 1;
    }
    expect(rounds).toBeGreaterThan(10);
  });
});
