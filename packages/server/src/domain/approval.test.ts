import { approvalStatuses, type ApprovalStatus, type Verdict } from '@countersign/shared';
import { describe, expect, it } from 'vitest';
import { anAgent, anApproval, aPerson, aReview, at } from '../../testing/domain-samples.ts';
import { review, viewerRights, withdraw } from './approval.ts';
import {
  standingApprovals,
  type ApprovalRequest,
  type DecisionOn,
  type CountedReview,
} from './approval-request.ts';
import { ineligibility } from './eligibility.ts';
import type { Caller } from './principal.ts';

const minute = 60_000;
const hour = 60 * minute;
const now = at(minute);

const ann = aPerson('ann');
const on: DecisionOn = { revision: 1, planHash: 'plan-hash' };

const people = {
  ann,
  ben: aPerson('ben'),
  'a stranger': aPerson('ann', { tenantId: 'elsewhere' }),
  'the owner': aPerson('owner'),
  'the agent': anAgent(),
  'the agent as approver': anAgent({ roles: ['APPROVER'] }),
  'another agent': anAgent({ id: 'agent-2', roles: ['APPROVER'] }),
  'a service': aPerson('service', { type: 'SERVICE', roles: ['APPROVER', 'ADMIN'] }),
  'a requesting person': aPerson('agent'),
  'a viewer': aPerson('vic', { roles: ['VIEWER'] }),
  'a submitter': aPerson('sue', { roles: ['SUBMITTER'] }),
  'an operator': aPerson('ole', { roles: ['OPERATOR'] }),
  'an admin': aPerson('ada', { roles: ['ADMIN'] }),
  'nobody special': aPerson('nil', { roles: [] }),
  'an admin who approves': aPerson('ada', { roles: ['ADMIN', 'APPROVER'] }),
  'an operator who approves': aPerson('ole', { roles: ['OPERATOR', 'APPROVER'] }),
} satisfies Record<string, Caller>;
type Who = keyof typeof people;

const approved = (...ids: string[]): CountedReview[] => ids.map((id) => aReview(id));
const held: Partial<ApprovalRequest> = {
  status: 'APPROVED',
  effectiveAt: at(minute + 1),
  resolvedAt: at(minute),
};
const running: Partial<ApprovalRequest> = { ...held, effectiveAt: now };
const ended = (status: ApprovalStatus): Partial<ApprovalRequest> => ({ status, resolvedAt: at(1) });

interface Given {
  readonly request?: Partial<ApprovalRequest>;
  readonly reviews?: readonly CountedReview[];
  readonly on?: Partial<DecisionOn>;
  readonly atMs?: number;
}
/** What a vote gives: a status with how many approvals stand, or a refusal's code. */
type Case = [title: string, verdict: Verdict, who: Who, expected: string, given?: Given];

const cases: Case[] = [
  ['the one who is needed', 'APPROVE', 'ann', 'APPROVED 1'],
  ['the first of two', 'APPROVE', 'ann', 'PENDING 1', { request: { required: 2 } }],
  [
    'the second of two',
    'APPROVE',
    'ben',
    'APPROVED 2',
    { request: { required: 2 }, reviews: approved('ann') },
  ],
  [
    'the third of five',
    'APPROVE',
    'ann',
    'PENDING 3',
    { request: { required: 5 }, reviews: approved('ben', 'cy') },
  ],
  [
    'the fifth of five',
    'APPROVE',
    'ann',
    'APPROVED 5',
    { request: { required: 5 }, reviews: approved('b', 'c', 'd', 'e') },
  ],
  [
    'the same person twice',
    'APPROVE',
    'ann',
    'ALREADY_DECIDED',
    { request: { required: 2 }, reviews: approved('ann') },
  ],
  [
    'the same person again after taking it back',
    'APPROVE',
    'ann',
    'PENDING 1',
    {
      request: { required: 2 },
      reviews: [aReview('ann'), aReview('ann', { verdict: 'WITHDRAW', at: at(2_000) })],
    },
  ],
  [
    'an approval of another hash does not count',
    'APPROVE',
    'ann',
    'PENDING 1',
    {
      request: { required: 2 },
      reviews: [aReview('ben', { planHash: 'old-hash' })],
    },
  ],
  [
    'their own approval of another hash does not stand in the way',
    'APPROVE',
    'ann',
    'APPROVED 1',
    {
      reviews: [aReview('ann', { planHash: 'old-hash' })],
    },
  ],

  ['the agent that asked', 'APPROVE', 'the agent', 'NOT_ELIGIBLE'],
  ['the agent that asked, an approver by role', 'APPROVE', 'the agent as approver', 'NOT_ELIGIBLE'],
  ['another agent with the role', 'APPROVE', 'another agent', 'NOT_ELIGIBLE'],
  ['a service with the role', 'APPROVE', 'a service', 'NOT_ELIGIBLE'],
  ['the person who asked', 'APPROVE', 'a requesting person', 'SELF_APPROVAL'],
  ["the agent's owner", 'APPROVE', 'the owner', 'SELF_APPROVAL'],
  ['a viewer', 'APPROVE', 'a viewer', 'NOT_ELIGIBLE'],
  ['a submitter', 'APPROVE', 'a submitter', 'NOT_ELIGIBLE'],
  ['an operator', 'APPROVE', 'an operator', 'NOT_ELIGIBLE'],
  ['an administrator', 'APPROVE', 'an admin', 'NOT_ELIGIBLE'],
  ['somebody without a role', 'APPROVE', 'nobody special', 'NOT_ELIGIBLE'],
  ['an administrator who is an approver', 'APPROVE', 'an admin who approves', 'APPROVED 1'],
  ['an operator who is an approver', 'APPROVE', 'an operator who approves', 'APPROVED 1'],
  ['an approver of another tenant', 'APPROVE', 'a stranger', 'RESOURCE_NOT_FOUND'],

  ['an older revision', 'APPROVE', 'ann', 'CONFLICT', { request: { revision: 2 } }],
  ['a revision yet to come', 'APPROVE', 'ann', 'CONFLICT', { on: { revision: 2 } }],
  ['another hash', 'APPROVE', 'ann', 'CONFLICT', { on: { planHash: 'plan-hasH' } }],
  ['no hash', 'APPROVE', 'ann', 'CONFLICT', { on: { planHash: '' } }],
  [
    'an older revision with its own hash',
    'APPROVE',
    'ann',
    'CONFLICT',
    { on: { revision: 0, planHash: 'old-hash' } },
  ],
  [
    'another tenant learns nothing of revisions',
    'APPROVE',
    'a stranger',
    'RESOURCE_NOT_FOUND',
    { on: { revision: 9 } },
  ],
  ['an agent learns nothing of revisions', 'APPROVE', 'the agent', 'NOT_ELIGIBLE', { on: { revision: 9 } }],

  ['a moment before it expires', 'APPROVE', 'ann', 'APPROVED 1', { atMs: hour - 1 }],
  ['the moment it expires', 'APPROVE', 'ann', 'APPROVAL_EXPIRED', { atMs: hour }],
  ['long after it expired', 'APPROVE', 'ann', 'APPROVAL_EXPIRED', { atMs: 100 * hour }],
  ['once it is marked expired', 'APPROVE', 'ann', 'APPROVAL_EXPIRED', { request: ended('EXPIRED') }],
  ['once it is approved', 'APPROVE', 'ann', 'ALREADY_DECIDED', { request: held, reviews: approved('ben') }],
  ['once it runs', 'APPROVE', 'ann', 'ALREADY_DECIDED', { request: running, reviews: approved('ben') }],
  ['once it is rejected', 'APPROVE', 'ann', 'ALREADY_DECIDED', { request: ended('REJECTED') }],
  ['once the task is cancelled', 'APPROVE', 'ann', 'ALREADY_DECIDED', { request: ended('CANCELLED') }],
  [
    'once a new revision took its place',
    'APPROVE',
    'ann',
    'APPROVAL_SUPERSEDED',
    { request: ended('SUPERSEDED') },
  ],
  [
    'of a request that is approved and expired since',
    'APPROVE',
    'ann',
    'ALREADY_DECIDED',
    { request: held, atMs: 2 * hour },
  ],

  ['one veto', 'REJECT', 'ann', 'REJECTED 0'],
  [
    'one veto beside an approval',
    'REJECT',
    'ben',
    'REJECTED 1',
    { request: { required: 2 }, reviews: approved('ann') },
  ],
  [
    'a veto by who approved before',
    'REJECT',
    'ann',
    'REJECTED 0',
    { request: { required: 2 }, reviews: approved('ann') },
  ],
  ['the agent that asked', 'REJECT', 'the agent', 'NOT_ELIGIBLE'],
  ["the agent's owner", 'REJECT', 'the owner', 'SELF_APPROVAL'],
  ['the person who asked', 'REJECT', 'a requesting person', 'SELF_APPROVAL'],
  ['a viewer', 'REJECT', 'a viewer', 'NOT_ELIGIBLE'],
  ['an operator', 'REJECT', 'an operator', 'NOT_ELIGIBLE'],
  ['an approver of another tenant', 'REJECT', 'a stranger', 'RESOURCE_NOT_FOUND'],
  ['an older revision', 'REJECT', 'ann', 'CONFLICT', { request: { revision: 2 } }],
  ['another hash', 'REJECT', 'ann', 'CONFLICT', { on: { planHash: 'x' } }],
  ['the moment it expires', 'REJECT', 'ann', 'APPROVAL_EXPIRED', { atMs: hour }],
  ['once it is approved', 'REJECT', 'ann', 'ALREADY_DECIDED', { request: held, reviews: approved('ben') }],
  ['once it is rejected', 'REJECT', 'ann', 'ALREADY_DECIDED', { request: ended('REJECTED') }],
  ['once the task is cancelled', 'REJECT', 'ann', 'ALREADY_DECIDED', { request: ended('CANCELLED') }],
  ['once it is marked expired', 'REJECT', 'ann', 'APPROVAL_EXPIRED', { request: ended('EXPIRED') }],
  [
    'once a new revision took its place',
    'REJECT',
    'ann',
    'APPROVAL_SUPERSEDED',
    { request: ended('SUPERSEDED') },
  ],

  [
    'while others are asked',
    'WITHDRAW',
    'ann',
    'PENDING 0',
    { request: { required: 2 }, reviews: approved('ann') },
  ],
  ['within the undo window', 'WITHDRAW', 'ann', 'PENDING 0', { request: held, reviews: approved('ann') }],
  [
    'within the undo window, one of two',
    'WITHDRAW',
    'ann',
    'PENDING 1',
    {
      request: { ...held, required: 2 },
      reviews: approved('ann', 'ben'),
    },
  ],
  [
    'the moment the undo window closes',
    'WITHDRAW',
    'ann',
    'UNDO_WINDOW_CLOSED',
    { request: running, reviews: approved('ann') },
  ],
  [
    'where there is no undo window',
    'WITHDRAW',
    'ann',
    'UNDO_WINDOW_CLOSED',
    {
      request: { ...running, undoWindowMs: 0 },
      reviews: approved('ann'),
    },
  ],
  ['without an approval', 'WITHDRAW', 'ann', 'NOT_ELIGIBLE'],
  [
    "somebody else's approval",
    'WITHDRAW',
    'ann',
    'NOT_ELIGIBLE',
    { request: held, reviews: approved('ben') },
  ],
  [
    'twice',
    'WITHDRAW',
    'ann',
    'NOT_ELIGIBLE',
    {
      request: { required: 2 },
      reviews: [aReview('ann'), aReview('ann', { verdict: 'WITHDRAW', at: at(2_000) })],
    },
  ],
  [
    'by an approver who is none any more',
    'WITHDRAW',
    'a viewer',
    'PENDING 0',
    { request: held, reviews: approved('vic') },
  ],
  [
    'by the agent that asked',
    'WITHDRAW',
    'the agent',
    'NOT_ELIGIBLE',
    { request: held, reviews: approved('ann') },
  ],
  [
    "by the agent's owner",
    'WITHDRAW',
    'the owner',
    'SELF_APPROVAL',
    { request: held, reviews: approved('ann') },
  ],
  [
    'by the same id in another tenant',
    'WITHDRAW',
    'a stranger',
    'RESOURCE_NOT_FOUND',
    { request: held, reviews: approved('ann') },
  ],
  [
    'of another hash',
    'WITHDRAW',
    'ann',
    'CONFLICT',
    { request: held, reviews: approved('ann'), on: { planHash: 'x' } },
  ],
  [
    'of an approval of an older plan',
    'WITHDRAW',
    'ann',
    'CONFLICT',
    {
      request: { ...held, revision: 2, planHash: 'new-hash' },
      reviews: approved('ann'),
    },
  ],
  [
    'once the request expired',
    'WITHDRAW',
    'ann',
    'APPROVAL_EXPIRED',
    { request: { required: 2 }, reviews: approved('ann'), atMs: hour },
  ],
  [
    'once it is marked expired',
    'WITHDRAW',
    'ann',
    'APPROVAL_EXPIRED',
    { request: ended('EXPIRED'), reviews: approved('ann') },
  ],
  [
    'once it is rejected',
    'WITHDRAW',
    'ann',
    'ALREADY_DECIDED',
    { request: ended('REJECTED'), reviews: approved('ann') },
  ],
  [
    'once the task is cancelled',
    'WITHDRAW',
    'ann',
    'ALREADY_DECIDED',
    { request: ended('CANCELLED'), reviews: approved('ann') },
  ],
  [
    'once a new revision took its place',
    'WITHDRAW',
    'ann',
    'APPROVAL_SUPERSEDED',
    { request: ended('SUPERSEDED'), reviews: approved('ann') },
  ],
  [
    'within the undo window though the request would be expired',
    'WITHDRAW',
    'ann',
    'PENDING 0',
    {
      request: { ...held, expiresAt: now },
      reviews: approved('ann'),
    },
  ],
];

const given = ({ request = {}, reviews = [], on: named = {}, atMs = minute }: Given = {}) => ({
  request: anApproval(request),
  reviews,
  named: { ...on, ...named },
  when: at(atMs),
});

const decide = (verdict: Verdict, who: Caller, parts: Given = {}) => {
  const { request, reviews, named, when } = given(parts);
  return verdict === 'WITHDRAW'
    ? withdraw(request, reviews, who, named, when)
    : review(request, reviews, who, verdict, named, when);
};

describe('a vote', () => {
  it.each(cases)('%s: %s by %s gives %s', (_title, verdict, who, expected, parts) => {
    const outcome = decide(verdict, people[who], parts);
    const got = outcome.ok ? `${outcome.value.request.status} ${outcome.value.given}` : outcome.refusal.code;
    expect(got).toBe(expected);
  });

  it.each(cases)(
    '%s: %s by %s shows in the rights that the console reads',
    (_title, verdict, who, _expected, parts) => {
      const { request, reviews, when } = given(parts);
      const rights = viewerRights(request, { all: reviews, counted: reviews }, people[who], when);
      const current = { revision: request.revision, planHash: request.planHash };
      const isAllowed = decide(verdict, people[who], { ...parts, on: current }).ok;
      expect(
        {
          APPROVE: rights.canApprove,
          REJECT: rights.canReject,
          REQUEST_CHANGES: rights.canReject,
          WITHDRAW: rights.canWithdraw,
        }[verdict],
      ).toBe(isAllowed);
      expect(rights.ineligibility).toEqual(ineligibility(request, people[who]));
    },
  );

  it('that refuses names the current revision and hash', () => {
    const outcome = decide('APPROVE', ann, { request: { revision: 3, planHash: 'new' } });
    expect(outcome).toMatchObject({
      ok: false,
      refusal: { retriable: false, details: { currentRevision: 3, currentPlanHash: 'new' } },
    });
  });

  it('that settles opens the undo window from now', () => {
    expect(decide('APPROVE', ann)).toMatchObject({
      value: { request: { status: 'APPROVED', resolvedAt: now, effectiveAt: at(minute + 10_000) } },
    });
    expect(decide('APPROVE', ann, { request: { undoWindowMs: 0 } })).toMatchObject({
      value: { request: { effectiveAt: now } },
    });
  });

  it('that does not settle leaves the request as it was', () => {
    const outcome = decide('APPROVE', ann, { request: { required: 2 } });
    expect(outcome).toMatchObject({ value: { request: anApproval({ required: 2 }) } });
  });

  it('that rejects leaves nothing to become effective', () => {
    expect(decide('REJECT', ann)).toMatchObject({
      value: { request: { status: 'REJECTED', resolvedAt: now, effectiveAt: null } },
    });
  });

  it('that is taken back opens the request again', () => {
    expect(decide('WITHDRAW', ann, { request: held, reviews: approved('ann') })).toMatchObject({
      value: { request: { status: 'PENDING', resolvedAt: null, effectiveAt: null } },
    });
  });

  it.each(approvalStatuses)('changes nothing but status and times of a request that is %s', (status) => {
    const changeable = { status: null, resolvedAt: null, effectiveAt: null };
    for (const verdict of ['APPROVE', 'REJECT', 'WITHDRAW'] as const) {
      const outcome = decide(verdict, ann, {
        request: { status, effectiveAt: at(hour) },
        reviews: approved('ann'),
      });
      if (outcome.ok)
        expect({ ...outcome.value.request, ...changeable }).toEqual({ ...anApproval(), ...changeable });
    }
  });
});

describe('a vote on another plan', () => {
  it.each<[string, Partial<DecisionOn>, string]>([
    ['hash', { planHash: 'x' }, 'This is not the hash of revision 1: read the plan again.'],
    ['revision', { revision: 2 }, 'This names revision 2 of the plan, and the current one is 1.'],
  ])('is told by its %s', (_what, named, message) => {
    expect(decide('APPROVE', ann, { on: named })).toMatchObject({ refusal: { code: 'CONFLICT', message } });
  });
});

describe('the approvals that stand', () => {
  const withdrawn = (id: string, ms: number) => aReview(id, { verdict: 'WITHDRAW', at: at(ms) });

  it.each<[title: string, reviews: CountedReview[], standing: string]>([
    ['are none at first', [], ''],
    ['are one for each person', [aReview('ann'), aReview('ben'), aReview('ann')], 'ann ben'],
    ['end when they are taken back', [aReview('ann'), withdrawn('ann', 2_000)], ''],
    ['begin again', [aReview('ann'), withdrawn('ann', 2_000), aReview('ann', { at: at(3_000) })], 'ann'],
    ['end with a veto', [aReview('ann'), aReview('ann', { verdict: 'REJECT', at: at(2_000) })], ''],
    ['are of this hash', [aReview('ann', { planHash: 'old' }), aReview('ben')], 'ben'],
    [
      'are not ended by a word on another hash',
      [aReview('ann'), aReview('ann', { planHash: 'old', verdict: 'WITHDRAW', at: at(2_000) })],
      'ann',
    ],
    [
      'go by time where ids of two clocks are out of order',
      [withdrawn('ann', 2_000), aReview('ann', { at: at(1_000) })],
      '',
    ],
    [
      'go by time in the other direction too',
      [aReview('ann', { at: at(3_000) }), withdrawn('ann', 2_000)],
      'ann',
    ],
    ['go by place within one moment', [aReview('ann'), withdrawn('ann', 1_000)], ''],
  ])('%s', (_title, reviews, standing) => {
    expect([...standingApprovals(reviews, 'plan-hash')].toSorted().join(' ')).toBe(standing);
  });
});
