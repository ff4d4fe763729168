import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBatcher } from './batch.ts';

const connectionLost = (): Error => Object.assign(new Error('lost'), { code: 'ECONNRESET' });

describe('createBatcher', () => {
  it('runs a lone item at once and lets those who come meanwhile share the next batch', async () => {
    const batches: number[][] = [];
    const first = Promise.withResolvers<undefined>();
    const batcher = createBatcher<number, number>({
      async run(items) {
        batches.push([...items]);
        if (batches.length === 1) await first.promise;
        return items.map((item) => item * 2);
      },
      maxSize: 10,
      concurrency: 1,
    });
    const results = [batcher.submit(1)];
    await nextTurn();
    for (const item of [2, 3, 4]) {
      results.push(batcher.submit(item));
      await nextTurn();
    }
    expect(batches).toEqual([[1]]);
    first.resolve(undefined);
    expect(await Promise.all(results)).toEqual([2, 4, 6, 8]);
    expect(batches).toEqual([[1], [2, 3, 4]]);
  });

  it('fails every item of the batch when the connection is lost, and runs nothing twice', async () => {
    let runs = 0;
    const batcher = createBatcher<number, number>({
      run() {
        runs += 1;
        return Promise.reject(connectionLost());
      },
      maxSize: 10,
      concurrency: 1,
    });
    const results = await Promise.allSettled([1, 2, 3].map((item) => batcher.submit(item)));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(runs).toBe(1);
  });

  it('does not run a batch again because it gave the wrong number of results', async () => {
    let runs = 0;
    const batcher = createBatcher<number, number>({
      run() {
        runs += 1;
        return Promise.resolve([1]);
      },
      maxSize: 10,
      concurrency: 1,
    });
    const results = await Promise.allSettled([batcher.submit(1), batcher.submit(2)]);
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(runs).toBe(1);
  });

  it('waits for what was submitted when it is disposed, and takes nothing afterwards', async () => {
    const done: number[] = [];
    const batcher = createBatcher<number, undefined>({
      async run(items) {
        await nextTurn();
        done.push(...items);
        return items.map(() => undefined);
      },
      maxSize: 1,
      concurrency: 1,
    });
    const submitted = [1, 2, 3].map((item) => batcher.submit(item));
    await batcher[Symbol.asyncDispose]();
    expect(done).toEqual([1, 2, 3]);
    await Promise.all(submitted);
    await expect(batcher.submit(4)).rejects.toThrow('disposed');
  });

  it('gives each item its own result or its own error, once, within its bounds, whatever the order of arrival', async () => {
    const arrivals = fc.array(
      fc.record({ kind: fc.constantFrom('good', 'refused', 'poisoned'), turns: fc.nat({ max: 2 }) }),
      { maxLength: 60 },
    );
    const bounds = fc.record({
      maxSize: fc.integer({ min: 1, max: 7 }),
      concurrency: fc.integer({ min: 1, max: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(arrivals, bounds, async (items, { maxSize, concurrency }) => {
        const committed: number[] = [];
        let underWay = 0;
        let widest = 0;
        const batcher = createBatcher<number, number>({
          async run(indexes) {
            underWay += 1;
            widest = Math.max(widest, underWay, indexes.length > maxSize ? Infinity : 0);
            await nextTurn();
            underWay -= 1;
            if (indexes.some((index) => items[index]?.kind === 'poisoned')) throw new Error('poisoned');
            committed.push(...indexes);
            return indexes.map((index) => (items[index]?.kind === 'refused' ? new Error('refused') : index));
          },
          maxSize,
          concurrency,
        });
        const outcomes: Promise<unknown>[] = [];
        for (const [index, { turns }] of items.entries()) {
          for (let turn = 0; turn < turns; turn++) await nextTurn();
          outcomes.push(batcher.submit(index).catch(String));
        }
        expect(await Promise.all(outcomes)).toEqual(
          items.map(({ kind }, index) => (kind === 'good' ? index : `Error: ${kind}`)),
        );
        expect(committed.toSorted((a, b) => a - b)).toEqual(
          items.flatMap(({ kind }, index) => (kind === 'poisoned' ? [] : [index])),
        );
        expect(widest).toBeLessThanOrEqual(concurrency);
      }),
    );
  });
});
