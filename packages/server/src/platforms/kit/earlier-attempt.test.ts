import { describe, expect, it } from 'vitest';
import { makeOnce } from './earlier-attempt.ts';
import { ExecutorError, moved } from './executor-error.ts';

type Found = 'FOUND' | 'ABSENT' | 'UNKNOWN';

/** Looks that find these in turn, and an effect that ends like this. */
const attempted = async (attempt: number, finds: readonly Found[], ends: () => string) => {
  const calls: string[] = [];
  const look = async () => {
    const kind = finds[calls.filter((call) => call === 'look').length] ?? 'ABSENT';
    calls.push('look');
    return kind === 'FOUND' ? { kind, output: 'found' } : { kind };
  };
  const make = async () => {
    calls.push('make');
    return ends();
  };
  const context = { attempt, signal: new AbortController().signal };
  const end = await makeOnce(look, make)(null, context).catch(messageOf);
  return { end, calls: calls.join(' ') };
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const made = (): string => 'made';
const throws = (error: Error) => (): never => {
  throw error;
};
const drift = moved('It moved.');
const down = new ExecutorError('SERVICE_DOWN', 'It is down.', { effect: 'NONE' });

describe('an effect that is made once', () => {
  it.each([
    ['is made at the first attempt', 1, [], made, 'made', 'make'],
    ['is found where an earlier attempt made it', 2, ['FOUND'], made, 'found', 'look'],
    ['is made where none did', 2, ['ABSENT'], made, 'made', 'look make'],
    [
      'is found where it arrives after the look',
      2,
      ['ABSENT', 'FOUND'],
      throws(drift),
      'found',
      'look make look',
    ],
    [
      'is not made where others moved the target',
      2,
      ['ABSENT', 'UNKNOWN'],
      throws(drift),
      'It moved.',
      'look make look',
    ],
    ['is not looked for where nothing came before', 1, ['FOUND'], throws(drift), 'It moved.', 'make'],
    ['fails as it failed', 2, ['ABSENT', 'FOUND'], throws(down), 'It is down.', 'look make'],
  ] as const)('%s', async (_, attempt, finds, ends, end, calls) => {
    expect(await attempted(attempt, finds, ends)).toEqual({ end, calls });
  });
});
