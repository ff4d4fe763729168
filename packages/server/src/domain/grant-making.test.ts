import { describe, expect, it } from 'vitest';
import { aPerson, anAgent, at } from '../../testing/domain-samples.ts';
import { aGrant } from '../../testing/grant-samples.ts';
import {
  approveGrant,
  makeGrant,
  resumeGrant,
  resumerOf,
  revokeGrant,
  type GrantOrder,
} from './grant-making.ts';
import { statusOf } from './grant.ts';
import type { Voter } from './stand-in.ts';

const order: GrantOrder = {
  actionType: 'http.request@1',
  environment: 'STAGING',
  target: 'shop@*',
  maxRisk: 'MEDIUM',
  uses: 10,
  expiresAt: at(86_400_000),
  reason: 'Often enough.',
};
const terms = {
  environments: { STAGING: { people: 1 }, PRODUCTION: { people: 2 } },
  mostUses: 100,
  longestDays: 30,
  hardActionTypes: ['repo.commit'],
};
const agent = anAgent({ handIds: ['maker'] });
const ann = aPerson('ann');
const withKey = (handIds: readonly string[]) =>
  aPerson('ann', { credential: { id: 'key', kind: 'API_KEY', handIds, decidesIn: ['STAGING'] } });
const make = (parts: Partial<GrantOrder> = {}, who = ann) =>
  makeGrant('grant', { ...order, ...parts }, who, agent, terms, at(0));

describe('making a grant', () => {
  it.each<[Partial<GrantOrder>, path: string]>([
    [{ environment: 'DEVELOPMENT' }, 'environment'],
    [{ actionType: 'repo.commit@1' }, 'actionType'],
    [{ target: '' }, 'target'],
    [{ target: '**' }, 'target'],
    [{ target: 'x'.repeat(501) }, 'target'],
    [{ target: 'shop\u202E@main' }, 'target'],
    [{ maxRisk: 'CRITICAL' }, 'maxRisk'],
    [{ uses: 0 }, 'uses'],
    [{ uses: 101 }, 'uses'],
    [{ expiresAt: at(0) }, 'expiresAt'],
    [{ expiresAt: at(31 * 86_400_000) }, 'expiresAt'],
    [{ target: 'C*' }, 'target'],
    [{ target: 's?op@main' }, 'target'],
    [{ target: '*@main' }, 'target'],
    ...['https:*', 'https:/*', 'https:?/*', 'http:*', 'HTTPS:/?api.example', 'mqtts:*', 'https://*'].map(
      (target): [Partial<GrantOrder>, string] => [{ target }, 'target'],
    ),
    [{ target: 'https://shop.example*' }, 'target'],
    [{ target: '/*' }, 'target'],
    [{ reason: ' ' }, 'reason'],
    [{ reason: 'x' }, 'reason'],
    [{ reason: '..........' }, 'reason'],
  ])('refuses %j', (parts, path) => {
    expect(make(parts)).toMatchObject({ refusal: { details: { faults: [{ path }] } } });
  });

  it.each(['shop@*', 'C0OPS/*', 'shop/web-*', 'https://shop.example/v1/*', 'arm-1'])(
    'takes targets of one place: %s',
    (target) => {
      expect(make({ target }).ok).toBe(true);
    },
  );

  it.each([
    ['an agent', { ...ann, type: 'AGENT' as const }, 'NOT_ELIGIBLE'],
    ['somebody without the right', { ...ann, roles: ['OPERATOR' as const] }, 'NOT_ELIGIBLE'],
    ["the agent's owner", aPerson('owner'), 'SELF_APPROVAL'],
    ["the agent's maker", aPerson('maker'), 'SELF_APPROVAL'],
    ["somebody with a key that the agent's owner made", withKey(['owner']), 'SELF_APPROVAL'],
  ])('is nothing for %s', (_title, who, code) => {
    expect(make({}, who)).toMatchObject({ refusal: { code } });
  });

  it('is done with a key where keys decide, and with a second person in production', () => {
    expect(make({}, withKey([]))).toMatchObject({ value: { required: 1 } });
    expect(make({ environment: 'PRODUCTION' }, withKey([]))).toMatchObject({
      refusal: { code: 'NOT_ELIGIBLE' },
    });
    expect(make({ environment: 'PRODUCTION' })).toMatchObject({ value: { required: 2, approvedById: null } });
  });
});

const pending = aGrant({ required: 2 });
const bobFor = (id: string): Voter => ({
  ...aPerson('bob'),
  standsFor: [{ id, name: id, groups: [], delegatedById: id }],
});

describe('the second word on a grant', () => {
  it.each([
    ['its maker', aPerson('ann'), 'SELF_APPROVAL'],
    [
      'a key that its maker made',
      aPerson('bob', {
        credential: { id: 'key', kind: 'API_KEY', handIds: ['ann'], decidesIn: ['STAGING'] },
      }),
      'SELF_APPROVAL',
    ],
    ["the agent's owner", aPerson('owner'), 'SELF_APPROVAL'],
    ['who decides in the place of its maker', bobFor('ann'), 'SELF_APPROVAL'],
    ["who decides in the place of the agent's owner", bobFor('owner'), 'SELF_APPROVAL'],
  ])('is not that of %s', (_title, who, code) => {
    expect(approveGrant(pending, who, agent, at(0))).toMatchObject({ refusal: { code } });
  });

  it('is not that of whom its maker stood in for', () => {
    const made = make({ environment: 'PRODUCTION' }, bobFor('ann'));
    expect(made).toMatchObject({ value: { byId: 'bob', handIds: ['ann'] } });
    const { handIds } = made.ok ? made.value : pending;
    const approved = approveGrant({ ...pending, byId: 'bob', handIds }, ann, agent, at(0));
    expect(approved).toMatchObject({ refusal: { code: 'SELF_APPROVAL' } });
  });

  it('makes it hold, once', () => {
    const approved = approveGrant(pending, aPerson('bob'), agent, at(5));
    expect(approved).toMatchObject({ value: { approvedById: 'bob', approvedAt: at(5) } });
    const after = approved.ok ? approved.value : pending;
    expect(statusOf(after, at(6))).toBe('ACTIVE');
    expect(approveGrant(after, aPerson('cat'), agent, at(6))).toMatchObject({
      refusal: { code: 'NOT_IN_THIS_STATE' },
    });
  });
});

describe('a grant that has come to something', () => {
  it.each([
    ['ACTIVE', {}],
    ['PENDING', { required: 2 }],
    ['SUSPENDED', { suspendedAt: at(0) }],
    ['USED_UP', { taken: 10 }],
    ['EXPIRED', { expiresAt: at(0), taken: 10 }],
    ['REVOKED', { revokedAt: at(0), suspendedAt: at(0), expiresAt: at(0) }],
  ] as const)('is %s', (status, parts) => {
    const grant = aGrant(parts);
    expect(statusOf(grant, at(1))).toBe(status);
    const isOver = status === 'EXPIRED' || status === 'REVOKED';
    expect(revokeGrant(grant, { id: 'bob' }, 'Enough.', at(1)).ok).toBe(!isOver);
    expect(resumeGrant(grant, ann, agent, at(1)).ok).toBe(status === 'SUSPENDED');
  });
});

describe('a suspended grant that two people made', () => {
  const withKeyOf = (maker: string, id: string) =>
    aPerson(id, {
      credential: { id: 'key', kind: 'API_KEY', handIds: [maker], decidesIn: ['PRODUCTION', 'STAGING'] },
    });
  const suspended = aGrant({
    environment: 'PRODUCTION',
    required: 2,
    approvedById: 'bob',
    approvedAt: at(0),
    suspendedAt: at(1),
  });
  const asked = (grant = suspended) => {
    const first = resumeGrant(grant, aPerson('cat'), agent, at(2));
    return first.ok ? first.value : grant;
  };

  it('waits for a second person', () => {
    const waiting = asked();
    expect([statusOf(waiting, at(3)), resumerOf(waiting)]).toEqual(['SUSPENDED', 'cat']);
    for (const who of [aPerson('cat'), withKeyOf('cat', 'dan'), bobFor('cat')])
      expect(resumeGrant(waiting, who, agent, at(3))).toMatchObject({ refusal: { code: 'SELF_APPROVAL' } });
    const resumed = resumeGrant(waiting, aPerson('dan'), agent, at(3));
    expect(resumed).toMatchObject({ value: { suspendedAt: null, resumedById: 'dan' } });
  });

  it('asks both anew where it is suspended anew', () => {
    const again = { ...asked(), suspendedAt: at(10) };
    expect(resumerOf(again)).toBeNull();
    expect(resumeGrant(again, aPerson('dan'), agent, at(11))).toMatchObject({
      value: { suspendedAt: at(10), resumeAskedById: 'dan' },
    });
  });
});

it("keeps whose hand is in the second person's word", () => {
  const byKey = aPerson('bob', {
    credential: { id: 'key', kind: 'API_KEY', handIds: ['eve'], decidesIn: ['STAGING'] },
  });
  expect(approveGrant(pending, byKey, agent, at(0))).toMatchObject({
    value: { approvedHandIds: ['eve'], approvedMakerIds: ['eve'] },
  });
});
