import { addAbortListener } from 'node:events';
import { expect, test } from 'vitest';
import { testConfig } from '../../testing/test-config.ts';
import type { Config } from '../config.ts';
import { createLogger } from '../infra/logger.ts';
import { createLiveConfig, PartError } from './live-config.ts';

const first = testConfig('', '/nowhere');
const withLimit = (queueDepth: number, level: Config['log']['level'] = 'warn'): Config => ({
  ...first,
  alerts: { queueDepth },
  log: { ...first.log, level },
});
const live = () => createLiveConfig(first, createLogger({ level: 'silent' }));
const ofDepth = (config: Config): number => config.alerts.queueDepth;

test('a part is made anew where what it is made of changes, and left alone otherwise', async () => {
  await using config = live();
  const made: number[] = [];
  const part = await config.part({
    name: 'depth',
    of: ofDepth,
    make: (next) => {
      made.push(ofDepth(next));
      return { depth: ofDepth(next) };
    },
  });
  const before = part();
  await config.change(withLimit(100, 'debug'));
  expect(part()).toBe(before);
  await config.change(withLimit(7));
  expect(part()).toEqual({ depth: 7 });
  expect(config.now().alerts.queueDepth).toBe(7);
  expect(made).toEqual([100, 7]);
});

test('nothing is taken where one part cannot be made, and what was made is ended', async () => {
  await using config = live();
  const ended: number[] = [];
  const taken: number[] = [];
  const settled: number[] = [];
  const part = await config.part({
    name: 'first',
    of: ofDepth,
    make: ofDepth,
    settle: async (depth) => void settled.push(depth),
    take: (depth) => void taken.push(depth),
    end: (depth) => void ended.push(depth),
  });
  await config.part({
    name: 'second',
    of: ofDepth,
    make: (next) => {
      if (ofDepth(next) === 13) throw new Error('thirteen is no depth.');
    },
  });
  const refused = config.change(withLimit(13));
  await expect(refused).rejects.toThrow(PartError);
  await expect(refused).rejects.toThrow('The second cannot be used: thirteen is no depth.');
  expect([part(), config.now(), taken, ended]).toEqual([100, first, [100], [13]]);
  expect(settled).toEqual([100]);
});

test('what was replaced is ended once, whatever still uses it is told at the end', async () => {
  const ended: string[] = [];
  {
    await using config = live();
    await config.part({
      name: 'slow',
      of: ofDepth,
      make: ofDepth,
      end: async (depth, signal) => {
        await new Promise<void>((resolve) => {
          addAbortListener(signal, () => resolve());
        });
        ended.push(String(depth));
      },
    });
    for (let depth = 1; depth <= 9; depth += 1) await config.change(withLimit(depth));
    expect(ended).toEqual([]);
  }
  expect(ended.toSorted()).toEqual(['1', '100', '2', '3', '4', '5', '6', '7', '8', '9']);
});
