import { expect, test } from 'vitest';
import type { LedgerEntry } from '../ledger-file.ts';
import { findTripFaults, type Trip } from './trips.ts';

const at = (ms: number): Date => new Date(ms);
const trip: Trip = { returnedAt: at(1_000), quietAt: at(2_000), releasingAt: at(3_000) };
const call = (ms: number, key: string, readAfterMs = 0): LedgerEntry => ({
  number: 1,
  at: at(ms + readAfterMs).toISOString(),
  sentAt: at(ms).toISOString(),
  outcome: 'APPLIED',
  id: 'effect-1',
  idempotencyKey: key,
  resource: 'a',
  value: 1,
});
const meant = { key: 'a', at: at(900) };

test('what was intended before may arrive until all is quiet, and everything goes on afterwards', () => {
  const intents = [meant, { key: 'b', at: at(3_100) }];
  expect(findTripFaults([trip], intents, [call(1_900, 'a', 500), call(3_200, 'b')])).toEqual([]);
});

test.each([
  ['an intent after the trip has returned', [{ key: 'b', at: at(1_500) }], [], 'b was intended at'],
  ['a call that nobody intended before', [meant], [call(1_500, 'b')], 'not intended before'],
  ['a call after all was quiet', [meant], [call(2_500, 'a')], 'said to be quiet'],
])('%s is found', (_what, intents, calls, fault) => {
  expect(findTripFaults([trip], intents, calls).join('\n')).toContain(fault);
});
