import { expect, test } from 'vitest';
import { createLogOutlet, type LogSink, type LogNews } from './log-outlet.ts';

const terms = { most: 100, patienceMs: 30, firstRetryMs: 5, longestRetryMs: 10 };
const line = (text: string): string => `${text.padEnd(9)}\n`;
type News = Parameters<LogNews>[0];

/** A sink that takes lines, refuses them, or does nothing at all. */
const aSink = () => {
  const taken: string[] = [];
  const sink = { does: 'takes' as 'takes' | 'refuses' | 'hangs', closed: 0 };
  const made: LogSink = {
    write: (lines) => {
      if (sink.does === 'hangs') return new Promise(() => undefined);
      if (sink.does === 'refuses') return Promise.reject(new Error('away'));
      taken.push(...lines);
      return Promise.resolve();
    },
    close: () => void (sink.closed += 1),
  };
  const news: News[] = [];
  const outlet = createLogOutlet('syslog', made, (each) => news.push(each), terms);
  return { sink, outlet, taken, news };
};

test('lines come in their order, and an end waits for them', async () => {
  const { outlet, taken, sink } = aSink();
  const lines = Array.from({ length: 8 }, (_, index) => line(String(index)));
  lines.forEach(outlet.write);
  expect(taken).toEqual([]);
  await outlet.end(1_000);
  expect(taken).toEqual(lines);
  expect(outlet.dropped()).toBe(0);
  expect(sink.closed).toBe(1);
});

test.each(['refuses', 'hangs'] as const)(
  'one that %s holds nobody up: what has no room is counted, and told once it is back',
  async (does) => {
    const { outlet, taken, news, sink } = aSink();
    sink.does = does;
    const lines = Array.from({ length: 13 }, (_, index) => line(String(index)));
    lines.forEach(outlet.write);
    await expect.poll(() => news).toMatchObject([{ destination: 'syslog', isBack: false }]);
    expect(outlet.dropped()).toBe(3);
    sink.does = 'takes';
    await expect.poll(() => news.slice(1)).toEqual([{ destination: 'syslog', isBack: true, dropped: 3 }]);
    expect(taken).toEqual(lines.slice(0, 10));
    outlet.write(line('later'));
    await expect.poll(() => taken.at(-1)).toBe(line('later'));
    expect(news).toHaveLength(2);
    await outlet.end(1_000);
  },
);

test('an end that a sink does not let come, comes all the same, and what waited is counted', async () => {
  const { outlet, sink } = aSink();
  sink.does = 'hangs';
  outlet.write(line('one'));
  outlet.write(line('two'));
  await outlet.end(50);
  outlet.write(line('three'));
  expect(outlet.dropped()).toBe(3);
});
