import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createLine } from './line.ts';

const terms = { atOnce: 4, atOnceEach: 3, waiting: 100 };
const of = (id: string, tenantId = 'one') => ({ id, tenantId });

/** Work that lasts until it is told to end. */
const held = () => {
  const gate = Promise.withResolvers<undefined>();
  let running = 0;
  return {
    running: () => running,
    end: () => gate.resolve(undefined),
    async work() {
      running += 1;
      await gate.promise;
      running -= 1;
    },
  };
};

it('gives what the work gives, and its failure', async () => {
  const line = createLine(terms);
  expect(await line.run(of('a'), () => Promise.resolve(1))).toBe(1);
  await expect(line.run(of('a'), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await line.run(of('a'), () => Promise.resolve(2))).toBe(2);
});

it('lets so much run at once, of all and of each', async () => {
  const line = createLine(terms);
  const [one, other] = [held(), held()];
  const all = [
    ...Array.from({ length: 10 }, () => line.run(of('a'), one.work)),
    ...Array.from({ length: 10 }, () => line.run(of('b'), other.work)),
  ];
  await nextTurn();
  expect([one.running(), other.running()]).toEqual([3, 1]);
  one.end();
  other.end();
  await Promise.all(all);
});

it('goes by turns of tenants, and of the callers of each', async () => {
  const line = createLine({ ...terms, atOnce: 1 });
  const order: string[] = [];
  const wants = (id: string, tenantId: string, count: number) =>
    Array.from({ length: count }, () =>
      line.run(of(id, tenantId), async () => {
        order.push(id);
        await nextTurn();
      }),
    );
  await Promise.all([
    ...wants('a1', 'a', 40),
    ...wants('a2', 'a', 8),
    ...wants('a3', 'a', 8),
    ...wants('b1', 'b', 8),
  ]);
  expect(order).toHaveLength(64);
  expect(order.lastIndexOf('b1')).toBeLessThan(18);
  expect(order.lastIndexOf('a3')).toBeLessThan(36);
});

it('is full for who has more waiting than their share, and for nobody who has not', async () => {
  const line = createLine(terms);
  const one = held();
  const taken = Array.from({ length: 102 }, () => line.run(of('a'), one.work));
  expect(line.isFull(of('a'))).toBe(false);
  taken.push(line.run(of('a'), one.work));
  expect(line.isFull(of('a'))).toBe(true);
  expect(line.isFull(of('b'))).toBe(false);
  taken.push(...Array.from({ length: 51 }, () => line.run(of('b', 'two'), one.work)));
  expect(line.isFull(of('b', 'two'))).toBe(true);
  one.end();
  await Promise.all(taken);
  expect(line.isFull(of('a'))).toBe(false);
});
