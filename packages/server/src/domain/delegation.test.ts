import { environments, type Environment } from '@countersign/shared';
import { expect, it } from 'vitest';
import { aPerson, at } from '../../testing/domain-samples.ts';
import { delegationFault, handingOnFault, type Delegation, type NewDelegation } from './delegation.ts';

const day = 86_400_000;
const between = (fromId: string, toId: string, days: readonly [number, number]): Delegation => ({
  id: `${fromId} to ${toId}`,
  tenantId: 'tenant',
  fromId,
  toId,
  startsAt: at(days[0] * day),
  endsAt: at(days[1] * day),
  createdById: fromId,
  createdAt: at(0),
  endedAt: null,
});
const wanted = (parts: Partial<NewDelegation> = {}): NewDelegation => ({
  from: aPerson('ann'),
  to: aPerson('bea'),
  startsAt: at(day),
  endsAt: at(3 * day),
  ...parts,
});

it.each<[title: string, NewDelegation, readonly Delegation[], string | null]>([
  ['from one day to another', wanted(), [], null],
  ['to nobody', wanted({ to: null }), [], 'SCHEMA_VALIDATION_FAILED'],
  ['to oneself', wanted({ to: aPerson('ann') }), [], 'SCHEMA_VALIDATION_FAILED'],
  ['to an agent', wanted({ to: aPerson('bot', { type: 'AGENT' }) }), [], 'SCHEMA_VALIDATION_FAILED'],
  [
    'to who may not decide',
    wanted({ to: aPerson('vic', { roles: ['VIEWER'] }) }),
    [],
    'SCHEMA_VALIDATION_FAILED',
  ],
  [
    'to who may not act',
    wanted({ to: aPerson('dee', { disabledAt: at(0) }) }),
    [],
    'SCHEMA_VALIDATION_FAILED',
  ],
  [
    'of who may not decide',
    wanted({ from: aPerson('vic', { roles: ['ADMIN'] }) }),
    [],
    'SCHEMA_VALIDATION_FAILED',
  ],
  ['that ends before it begins', wanted({ endsAt: at(day) }), [], 'SCHEMA_VALIDATION_FAILED'],
  ['that is over', wanted({ startsAt: at(-2 * day), endsAt: at(-day) }), [], 'SCHEMA_VALIDATION_FAILED'],
  ['for longer than a quarter', wanted({ endsAt: at(92 * day) }), [], 'SCHEMA_VALIDATION_FAILED'],
  [
    'in more than a year',
    wanted({ startsAt: at(366 * day), endsAt: at(367 * day) }),
    [],
    'SCHEMA_VALIDATION_FAILED',
  ],
  ['beside another of theirs', wanted(), [between('ann', 'cem', [2, 4])], 'NOT_IN_THIS_STATE'],
  ['after another of theirs', wanted(), [between('ann', 'cem', [0, 1])], null],
  ['handed on by who stands in', wanted(), [between('cem', 'ann', [2, 4])], 'NOT_IN_THIS_STATE'],
  ['to who is away then', wanted(), [between('bea', 'cem', [0, 2])], 'NOT_IN_THIS_STATE'],
  ['to who is away later', wanted(), [between('bea', 'cem', [3, 4])], null],
  ['to who stands in for another too', wanted(), [between('cem', 'bea', [1, 3])], null],
])('a delegation %s', (_title, delegation, theirs, expected) => {
  expect(delegationFault(delegation, theirs, at(0))?.code ?? null).toBe(expected);
});

const keyOfAnn = (decidesIn: readonly Environment[]) =>
  aPerson('ann', { credential: { id: 'key', kind: 'API_KEY', handIds: [], decidesIn } });

it.each([
  ['whose word it is', aPerson('ann'), null],
  ['somebody else', aPerson('bea'), 'AUTHORIZATION_FAILED'],
  ['an administrator', aPerson('ada', { roles: ['ADMIN'] }), null],
  ['a key that decides everywhere', keyOfAnn(environments), null],
  ['a key that does not decide in production', keyOfAnn(['DEVELOPMENT', 'STAGING']), 'NOT_ELIGIBLE'],
])('is for %s to make', (_title, viewer, code) => {
  expect(handingOnFault(viewer, 'ann')?.code ?? null).toBe(code);
});
