import { approvalStatuses, type ApprovalStatus } from '@countersign/shared';
import { describe, expect, it } from 'vitest';
import { approvedAndStored, factsOf, terms, type Records } from '../../testing/admission-samples.ts';
import { aDecision, anApproval, aPerson, aReview, at } from '../../testing/domain-samples.ts';
import { admit, type AdmissionFacts } from './admission.ts';
import type { ApprovalRequest, Review } from './approval-request.ts';
import type { Principal } from './principal.ts';

const facts = (change: (records: Records) => Partial<AdmissionFacts> = () => ({})): AdmissionFacts => {
  const stored = approvedAndStored();
  const whole = factsOf(stored);
  if (!whole) throw new Error('The sample cannot be read.');
  return { ...whole, ...change(stored.records) };
};

const said = (given: AdmissionFacts): string => {
  const admission = admit(given);
  if (admission.isAdmitted) return 'ADMITTED';
  return admission.end === null
    ? `HELD ${admission.hold.rule}`
    : `${admission.end} ${admission.failure.code}`;
};

const approval = (parts: Partial<ApprovalRequest>) => (records: Records) => ({
  approval: records.approval && { ...records.approval, ...parts },
});
const reviews = (change: (all: readonly Review[]) => readonly Review[]) => (records: Records) => ({
  reviews: change(records.reviews),
});
const allowed = aDecision('ALLOW');
const reviewers = (change: Partial<Principal>) => (records: Records) => ({
  reviewers: records.reviewers.map((one, index) => (index ? { ...one, ...change } : one)),
});
const asking = aDecision('REQUIRE_APPROVAL', { approval: terms });
const friday = { rule: 'a.freeze', reason: 'Not on Fridays.', until: at(86_400_000).toISOString() };
const undecided = aDecision('DENY', {
  reasons: [{ layer: 'DENY', rule: 'policy_engine.fault', message: 'No answer.', outcome: 'DENY' }],
});
const recorded = (outcome: 'ALLOW' | 'DENY') => (records: Records) => ({
  recorded: records.recorded && { ...records.recorded, outcome },
});

type Case = [title: string, change: (records: Records) => Partial<AdmissionFacts>, expected: string];

const cases: Case[] = [
  ['as it was approved', () => ({}), 'ADMITTED'],
  ['with bytes of another hash', () => ({ documentHash: 'x' }), 'FAILED CONFLICT'],
  ['where the run is for another plan', ({ run }) => ({ run: { ...run, planHash: 'x' } }), 'FAILED CONFLICT'],
  [
    'where the task has another plan by now',
    ({ task }) => ({ task: { ...task, planHash: 'x' } }),
    'FAILED CONFLICT',
  ],
  [
    'where the task is at another revision by now',
    ({ task }) => ({ task: { ...task, revision: 2 } }),
    'FAILED CONFLICT',
  ],
  [
    'where the task became one that is meant',
    ({ task }) => ({ task: { ...task, mode: 'NOOP' } }),
    'FAILED CONFLICT',
  ],
  [
    'of a step that the plan does not have',
    ({ step }) => ({ step: { ...step, name: 'x' } }),
    'FAILED CONFLICT',
  ],
  [
    'of a step under the name of another',
    ({ step }) => ({ step: { ...step, name: 'build' } }),
    'FAILED CONFLICT',
  ],
  [
    'before its turn',
    ({ steps }) => ({ steps: steps.map((step) => ({ ...step, state: 'READY' })) }),
    'FAILED CONFLICT',
  ],
  ['where the step before it is missing', ({ step }) => ({ steps: [step] }), 'FAILED CONFLICT'],

  ['a moment before the deadline', () => ({ now: at(3_599_999) }), 'ADMITTED'],
  [
    'at the deadline',
    ({ run }) => ({ run: { ...run, deadlineAt: at(600_000) } }),
    'FAILED EXECUTION_TIMEOUT',
  ],
  ['without a deadline', ({ run }) => ({ run: { ...run, deadlineAt: null } }), 'ADMITTED'],

  ['without a recorded decision', () => ({ recorded: null }), 'DENIED POLICY_DENIED'],
  ['where policy denied it', recorded('DENY'), 'DENIED POLICY_DENIED'],
  ['where policy denies it today', () => ({ current: aDecision('DENY') }), 'DENIED POLICY_DENIED'],
  [
    'where policy denied it and allows it today',
    (all) => ({ ...recorded('DENY')(all), current: allowed }),
    'DENIED POLICY_DENIED',
  ],
  ['where policy allows it today, with the approval', () => ({ current: allowed }), 'ADMITTED'],
  [
    'where policy allows it today, without the approval',
    () => ({ current: allowed, approval: null }),
    'DENIED HITL_REQUIRED',
  ],
  [
    'where policy allowed it and asks today',
    (all) => ({ ...recorded('ALLOW')(all), approval: null }),
    'DENIED HITL_REQUIRED',
  ],
  ['where policy allowed it and asks today, with an approval', recorded('ALLOW'), 'ADMITTED'],
  [
    'where policy allows it then and now',
    (all) => ({ ...recorded('ALLOW')(all), current: allowed, approval: null, reviews: [] }),
    'ADMITTED',
  ],
  [
    'where policy allows it then and now, and people said no',
    (all) => ({
      ...recorded('ALLOW')(all),
      ...approval({ status: 'REJECTED' })(all),
      current: allowed,
    }),
    'DENIED HITL_REQUIRED',
  ],

  ['that policy holds today', () => ({ current: { ...asking, holds: [friday] } }), 'HELD a.freeze'],
  [
    'that policy held until a moment ago',
    () => ({ current: { ...asking, holds: [{ ...friday, until: at(600_000).toISOString() }] } }),
    'ADMITTED',
  ],
  [
    'that policy holds and denies today',
    () => ({ current: aDecision('DENY', { holds: [friday] }) }),
    'DENIED POLICY_DENIED',
  ],
  [
    'that policy holds today, and nobody approved',
    () => ({ current: { ...asking, holds: [friday] }, approval: null }),
    'DENIED HITL_REQUIRED',
  ],
  [
    'that policy holds today, too late to begin',
    () => ({ now: at(3_600_000), hasBegun: false, current: { ...asking, holds: [friday] } }),
    'EXPIRED APPROVAL_EXPIRED',
  ],
  [
    'that policy holds today, after its deadline',
    ({ run }) => ({
      run: { ...run, deadlineAt: at(600_000) },
      current: { ...asking, holds: [friday] },
    }),
    'FAILED EXECUTION_TIMEOUT',
  ],

  ['where policy has no word today', () => ({ current: undecided }), 'HELD policy_engine.fault'],
  [
    'where policy has no word today and allowed it then',
    (all) => ({ ...recorded('ALLOW')(all), current: undecided, approval: null, reviews: [] }),
    'HELD policy_engine.fault',
  ],
  [
    'where policy has no word today and denied it then',
    (all) => ({ ...recorded('DENY')(all), current: undecided }),
    'DENIED POLICY_DENIED',
  ],
  [
    'where policy has no word today and the deadline is over',
    ({ run }) => ({ run: { ...run, deadlineAt: at(600_000) }, current: undecided }),
    'FAILED EXECUTION_TIMEOUT',
  ],
  [
    'where policy has no word today and nobody approved it',
    () => ({ current: undecided, approval: null }),
    'DENIED HITL_REQUIRED',
  ],
  [
    'where policy has no word today and the approval expired',
    () => ({ current: undecided, hasBegun: false, now: at(3_600_000) }),
    'EXPIRED APPROVAL_EXPIRED',
  ],
  [
    'where policy has no word today and the bytes are others',
    () => ({ current: undecided, documentHash: 'x' }),
    'FAILED CONFLICT',
  ],

  ['without an approval', () => ({ approval: null }), 'DENIED HITL_REQUIRED'],
  ['without reviews', () => ({ reviews: [] }), 'DENIED HITL_REQUIRED'],
  ['one review short', reviews((all) => all.slice(1)), 'DENIED HITL_REQUIRED'],
  [
    'one person twice',
    reviews(([first]) => (first ? [first, { ...first, id: 'again' }] : [])),
    'DENIED HITL_REQUIRED',
  ],
  [
    'the requester among them',
    reviews(([first]) => (first ? [first, { ...first, reviewerId: 'agent' }] : [])),
    'DENIED HITL_REQUIRED',
  ],
  [
    "the agent's owner among them",
    reviews(([first]) => (first ? [first, { ...first, reviewerId: 'owner' }] : [])),
    'DENIED HITL_REQUIRED',
  ],
  [
    'one taken back',
    reviews((all) => [
      ...all,
      aReview('ann', { planHash: all[0]?.planHash ?? '', verdict: 'WITHDRAW', at: at(200_000) }),
    ]),
    'DENIED HITL_REQUIRED',
  ],
  [
    'a third who rejects',
    reviews((all) => [
      ...all,
      aReview('cy', { planHash: all[0]?.planHash ?? '', verdict: 'REJECT', at: at(200_000) }),
    ]),
    'DENIED HITL_REQUIRED',
  ],
  [
    'a review of another request',
    reviews((all) => all.map((one, index) => (index ? one : { ...one, approvalId: 'x' }))),
    'DENIED HITL_REQUIRED',
  ],
  [
    'a review of another plan',
    reviews((all) => all.map((one, index) => (index ? one : { ...one, planHash: 'x' }))),
    'DENIED HITL_REQUIRED',
  ],
  ['a reviewer who lost the role since', reviewers({ roles: ['VIEWER'] }), 'DENIED HITL_REQUIRED'],
  ['a reviewer with another role besides', reviewers({ roles: ['VIEWER', 'APPROVER'] }), 'ADMITTED'],
  ['a reviewer who has no role any more', reviewers({ roles: [] }), 'DENIED HITL_REQUIRED'],
  ['a reviewer who is no person', reviewers({ type: 'SERVICE' }), 'DENIED HITL_REQUIRED'],
  ['a reviewer of another tenant', reviewers({ tenantId: 'x' }), 'DENIED HITL_REQUIRED'],
  [
    'a reviewer who was disabled since',
    (all) => ({ reviewers: all.reviewers.slice(1) }),
    'DENIED HITL_REQUIRED',
  ],
  [
    'a third who may decide and did not',
    (all) => ({ reviewers: [...all.reviewers.slice(1), aPerson('cy')] }),
    'DENIED HITL_REQUIRED',
  ],
  [
    'a third approval instead of one by who lost the role',
    (all) => ({
      reviews: [...all.reviews, aReview('cy', { planHash: all.plan.hash, at: at(105_000) })],
      reviewers: [...reviewers({ roles: ['VIEWER'] })(all).reviewers, aPerson('cy')],
    }),
    'ADMITTED',
  ],
  [
    'nobody left who may decide, where policy allows it today',
    () => ({ current: allowed, reviewers: [] }),
    'DENIED HITL_REQUIRED',
  ],
  [
    'a quorum lowered to nobody',
    (all) => ({ ...approval({ required: 0 })(all), current: allowed, reviews: [] }),
    'DENIED HITL_REQUIRED',
  ],
  ['a quorum that is no number', approval({ required: NaN }), 'DENIED HITL_REQUIRED'],
  [
    'a quorum lowered below what policy asks',
    (all) => ({ ...approval({ required: 1 })(all), reviews: all.reviews.slice(1) }),
    'DENIED HITL_REQUIRED',
  ],
  [
    'a quorum that policy raised since',
    () => ({ current: aDecision('REQUIRE_APPROVAL', { approval: { ...terms, required: 3 } }) }),
    'DENIED HITL_REQUIRED',
  ],
  ['an approval that lets the requester count', approval({ excludedIds: ['owner'] }), 'FAILED CONFLICT'],
  ['an approval that forgot the owner, two others', approval({ excludedIds: ['agent'] }), 'ADMITTED'],
  [
    'an approval that forgot the owner, who is one of the two',
    (all) => ({
      ...approval({ excludedIds: ['agent'] })(all),
      ...reviews(([first]) => (first ? [first, { ...first, reviewerId: 'owner' }] : []))(all),
    }),
    'DENIED HITL_REQUIRED',
  ],
  [
    'an owner of today who is one of the two',
    ({ requester }) => ({ requester: { ...requester, ownerId: 'ann' } }),
    'DENIED HITL_REQUIRED',
  ],

  ['a moment before the approval expires', () => ({ hasBegun: false, now: at(3_599_999) }), 'ADMITTED'],
  [
    'the moment the approval expires',
    () => ({ hasBegun: false, now: at(3_600_000) }),
    'EXPIRED APPROVAL_EXPIRED',
  ],
  ['of a run that began before the approval expired', () => ({ now: at(86_399_999) }), 'ADMITTED'],
  [
    'of a run that began, where policy lets an approval last less since',
    () => ({ current: aDecision('REQUIRE_APPROVAL', { approval: { ...terms, expiresInMs: 1_000 } }) }),
    'ADMITTED',
  ],
  [
    'an approval that was made to last',
    (all) => ({ ...approval({ expiresAt: at(1e10) })(all), hasBegun: false, now: at(3_600_000) }),
    'EXPIRED APPROVAL_EXPIRED',
  ],
  [
    'an approval that policy lets last less since',
    () => ({
      current: aDecision('REQUIRE_APPROVAL', { approval: { ...terms, expiresInMs: 600_000 } }),
      hasBegun: false,
      now: at(1_010_000),
    }),
    'EXPIRED APPROVAL_EXPIRED',
  ],
  [
    'approved at the last moment, a moment before the time to begin is over',
    (all) => ({ ...approval({ expiresAt: at(100_001) })(all), hasBegun: false, now: at(1_009_999) }),
    'ADMITTED',
  ],
  [
    'approved at the last moment, once the time to begin is over',
    (all) => ({ ...approval({ expiresAt: at(100_001) })(all), hasBegun: false, now: at(1_010_000) }),
    'EXPIRED APPROVAL_EXPIRED',
  ],
  [
    'that policy lets begin less late since',
    (all) => ({
      ...approval({ expiresAt: at(100_001) })(all),
      current: aDecision('REQUIRE_APPROVAL', { approval: { ...terms, startWithinMs: 1_000 } }),
      hasBegun: false,
    }),
    'EXPIRED APPROVAL_EXPIRED',
  ],
  [
    'one taken back after the time to decide was over',
    (all) => ({
      ...approval({ expiresAt: at(150_000) })(all),
      ...reviews((given) => [
        ...given,
        aReview('ann', { planHash: all.plan.hash, verdict: 'WITHDRAW', at: at(200_000) }),
      ])(all),
    }),
    'DENIED HITL_REQUIRED',
  ],
  ['an approval that was given too late', approval({ expiresAt: at(100_000) }), 'DENIED HITL_REQUIRED'],
  ['within the undo window', approval({ effectiveAt: at(600_001) }), 'FAILED CONFLICT'],
  ['within the undo window of the last vote', approval({ undoWindowMs: 500_001 }), 'FAILED CONFLICT'],
  ['the moment the undo window of the last vote closes', approval({ undoWindowMs: 500_000 }), 'ADMITTED'],
  ['the moment the undo window closes', approval({ effectiveAt: at(600_000) }), 'ADMITTED'],
  ['an approval that never became effective', approval({ effectiveAt: null }), 'FAILED CONFLICT'],
];

describe('a step', () => {
  it.each(cases)('%s', (_title, change, expected) => {
    expect(said(facts(change))).toBe(expected);
  });

  it.each(approvalStatuses)('with an approval that is %s', (status: ApprovalStatus) => {
    expect(said(facts(approval({ status })))).toBe(
      status === 'APPROVED' ? 'ADMITTED' : 'DENIED HITL_REQUIRED',
    );
  });

  it('that is admitted is given as the approved bytes have it', () => {
    expect(admit(facts())).toMatchObject({
      isAdmitted: true,
      planned: { name: 'deploy', precondition: { etag: '"v7"' } },
    });
  });

  it('that policy denies today is told why', () => {
    const current = aDecision('DENY', {
      reasons: [
        { layer: 'HARD', rule: 'ask', message: 'A person must see it.', outcome: 'REQUIRE_APPROVAL' },
        { layer: 'DENY', rule: 'deny', message: 'Frozen until Monday.', outcome: 'DENY' },
      ],
    });
    expect(admit(facts(() => ({ current })))).toMatchObject({ failure: { message: 'Frozen until Monday.' } });
  });

  it('that was held until its approval was over is told that', () => {
    const held = (records: Records) => ({
      ...approval({ expiresAt: at(600_000), startWithinMs: 0 })(records),
      step: { ...records.step, hold: friday },
    });
    expect(admit(facts((records) => ({ ...held(records), hasBegun: false })))).toMatchObject({
      end: 'EXPIRED',
      failure: {
        message: 'The approval expired before the run could begin. It was held: Not on Fridays.',
      },
    });
  });

  it('that lacks people is told how many', () => {
    expect(admit(facts(() => ({ reviews: [] })))).toMatchObject({
      failure: { message: '0 of 2 approvals stand.' },
    });
  });

  it('that lacks people who may still decide is told that', () => {
    expect(admit(facts(reviewers({ roles: ['VIEWER'] })))).toMatchObject({
      failure: { message: '1 of 2 approvals stand. Others came from people who may not decide any more.' },
    });
  });

  it('is not admitted by an approval of another task, tenant or revision', () => {
    for (const parts of [{ taskId: 'x' }, { tenantId: 'x' }, { revision: 2 }, { planHash: 'x' }]) {
      expect(said(facts(approval(parts)))).toBe('FAILED CONFLICT');
    }
    expect(said(facts(() => ({ approval: anApproval({ status: 'APPROVED', effectiveAt: at(0) }) })))).toBe(
      'FAILED CONFLICT',
    );
  });
});
