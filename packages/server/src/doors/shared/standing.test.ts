import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ofTheMachine, signedIn } from '../../../testing/signed-in.ts';
import type { Caller } from '../../domain/principal.ts';
import { createLogger } from '../../infra/logger.ts';
import type { Credentials } from '../http/credentials.ts';
import { createStandings, type EndOfStanding, type StandingsDeps } from './standing.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const callerOf = (name: string): Caller => {
  const known = { ...ofTheMachine, id: `principal-${name}`, tenantId: 'tenant', name };
  const caller = signedIn({ ...known, type: 'SERVICE', roles: ['SUBMITTER'] });
  return { ...caller, credential: { ...caller.credential, id: `credential-${name}` } };
};
const credentialsOf = (name: string): Credentials => ({ authorization: name });
const nameIn = ({ authorization = '' }: Credentials): string => authorization;

/** Who is let in by their name, while nobody says otherwise. */
const start = (given: Partial<StandingsDeps> = {}) => {
  const asked: string[] = [];
  const ended = new Map<string, EndOfStanding>();
  const lines: string[] = [];
  const standings = createStandings({
    authenticate(credentials) {
      asked.push(nameIn(credentials));
      return Promise.resolve(callerOf(nameIn(credentials)));
    },
    remainingMs: () => Promise.resolve(null),
    logger: createLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } }),
    recheckMs: 1_000,
    ...given,
  });
  const watch = (name: string) =>
    standings.watch({
      credentials: credentialsOf(name),
      viewer: callerOf(name),
      end: (why) => void ended.set(name, why),
    });
  return { standings, watch, asked, ended, lines };
};

test('what changed of one is asked of that one alone, once for all that it has open', async () => {
  const { standings, watch, asked } = start();
  for (const name of ['ann', 'ann', 'bob', 'eve']) watch(name);
  standings.recheck(new Set(['principal-ann']));
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toEqual(['ann']);
  standings.recheck(new Set(['credential-bob', 'nobody']));
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toEqual(['ann', 'bob']);
});

test('while all are looked at, nobody begins to look at them anew', async () => {
  const asked: string[] = [];
  const { watch } = start({
    authenticate(credentials) {
      asked.push(nameIn(credentials));
      return new Promise(() => undefined);
    },
  });
  watch('ann');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toEqual(['ann']);
});

test('where nobody can tell, one line says so, and all go on', async () => {
  const { watch, ended, lines } = start({ authenticate: () => Promise.reject(new Error('away')) });
  for (const name of ['ann', 'bob', 'eve']) watch(name);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(lines).toHaveLength(1);
  expect([...ended]).toEqual([]);
});

test('credentials that outlast the longest timer end when they end, and not at once', async () => {
  const days = 86_400_000;
  const endsAt = Date.now() + 50 * days;
  const { watch, ended } = start({
    recheckMs: 20 * days,
    authenticate: (credentials) =>
      Promise.resolve(Date.now() < endsAt ? callerOf(nameIn(credentials)) : null),
    remainingMs: () => Promise.resolve(Math.max(0, endsAt - Date.now())),
  });
  watch('ann');
  await vi.advanceTimersByTimeAsync(49 * days);
  expect([...ended]).toEqual([]);
  await vi.advanceTimersByTimeAsync(2 * days);
  expect([...ended]).toEqual([['ann', 'ENDED']]);
});

test('nothing is left of what is watched no more', async () => {
  const { standings, watch, ended } = start({ remainingMs: () => Promise.resolve(500) });
  const watched = ['ann', 'bob'].map(watch);
  await vi.advanceTimersByTimeAsync(0);
  watched.forEach((each) => each[Symbol.dispose]());
  standings[Symbol.dispose]();
  expect(vi.getTimerCount()).toBe(0);
  await vi.advanceTimersByTimeAsync(2_000);
  expect([...ended]).toEqual([]);
});
