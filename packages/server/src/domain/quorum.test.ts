import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anApproval, aPerson, aReview, at } from '../../testing/domain-samples.ts';
import type { ApprovalRequest, CountedReview } from './approval-request.ts';
import { progressOn, review, viewerRights, withdraw } from './approval.ts';
import { countedReviews, peopleLack } from './eligibility.ts';
import type { Caller } from './principal.ts';
import { progressOf, requiredOf, wouldMeet, type Need, type Stage, type StagedVote } from './quorum.ts';

const lead = (required = 1): Need => ({ group: 'leads', required });
const security = (required = 1): Need => ({ group: 'security', required });
const anybody = (required = 1): Need => ({ group: null, required });
const stage = (...needs: Need[]): Stage => ({ name: 'a stage', needs });

const inGroups = (id: string, ...groups: string[]): Caller => aPerson(id, { groups });
const people = {
  lea: inGroups('lea', 'leads'),
  leo: inGroups('leo', 'leads'),
  sue: inGroups('sue', 'security'),
  sam: inGroups('sam', 'security'),
  both: inGroups('both', 'leads', 'security'),
  twin: inGroups('twin', 'leads', 'security'),
  ann: inGroups('ann'),
  ben: inGroups('ben', 'gardeners'),
  owner: inGroups('owner', 'leads'),
  vic: inGroups('vic', 'lawyers'),
  agent: aPerson('agent', { type: 'AGENT', groups: ['leads'], roles: ['APPROVER'] }),
  viewer: aPerson('viewer', { roles: ['VIEWER'], groups: ['leads'] }),
  stranger: aPerson('stranger', { tenantId: 'elsewhere', groups: ['leads'] }),
} satisfies Record<string, Caller>;
type Who = keyof typeof people;

const asking = (stages: readonly Stage[], parts: Partial<ApprovalRequest> = {}): ApprovalRequest =>
  anApproval({ stages, required: requiredOf(stages), ...parts });

interface Open {
  request: ApprovalRequest;
  readonly reviews: CountedReview[];
}
const on = { revision: 1, planHash: 'plan-hash' };

/** Takes a vote as the service does; gives the status with how many count, or the refusal's code. */
const vote = (open: Open, act: string): string => {
  const [who, verdict] = act.endsWith('!')
    ? ([act.slice(0, -1), 'REJECT'] as const)
    : act.endsWith('?')
      ? ([act.slice(0, -1), 'WITHDRAW'] as const)
      : ([act, 'APPROVE'] as const);
  const caller = people[who as Who];
  const now = at(1_000 + open.reviews.length);
  const outcome =
    verdict === 'WITHDRAW'
      ? withdraw(open.request, open.reviews, caller, on, now)
      : review(open.request, open.reviews, caller, verdict, on, now);
  if (!outcome.ok) return outcome.refusal.code;
  const { request, stage: given } = outcome.value;
  open.request = request;
  open.reviews.push(
    aReview(who, { id: `r${open.reviews.length}`, verdict, stage: given, groups: caller.groups, at: now }),
  );
  return `${request.status} ${outcome.value.given}`;
};

const oneOfEach = [stage(lead(), security())];
const oneAfterAnother = [stage(lead()), stage(security())];
const three = [stage(lead(2)), stage(security(), anybody()), stage(lead())];

const cases: [stages: readonly Stage[], acts: string, last: string][] = [
  [[stage(lead())], 'lea', 'APPROVED 1'],
  [[stage(lead())], 'ann', 'NOT_ELIGIBLE'],
  [[stage(lead())], 'ben', 'NOT_ELIGIBLE'],
  [[stage(lead())], 'sue', 'NOT_ELIGIBLE'],
  [[stage(lead())], 'owner', 'SELF_APPROVAL'],
  [[stage(lead())], 'agent', 'NOT_ELIGIBLE'],
  [[stage(lead())], 'viewer', 'NOT_ELIGIBLE'],
  [[stage(lead())], 'stranger', 'RESOURCE_NOT_FOUND'],
  [[stage(lead(2))], 'lea', 'PENDING 1'],
  [[stage(lead(2))], 'lea leo', 'APPROVED 2'],
  [[stage(lead(2))], 'lea lea', 'ALREADY_DECIDED'],
  [[stage(lead(2))], 'lea sue', 'NOT_ELIGIBLE'],
  [[stage(lead(2))], 'lea both', 'APPROVED 2'],
  [oneOfEach, 'lea', 'PENDING 1'],
  [oneOfEach, 'sue', 'PENDING 1'],
  [oneOfEach, 'lea sue', 'APPROVED 2'],
  [oneOfEach, 'sue lea', 'APPROVED 2'],
  [oneOfEach, 'lea leo', 'ALREADY_DECIDED'],
  [oneOfEach, 'lea both', 'APPROVED 2'],
  [oneOfEach, 'both lea', 'APPROVED 2'],
  [oneOfEach, 'both sue', 'APPROVED 2'],
  [oneOfEach, 'both both', 'ALREADY_DECIDED'],
  [oneOfEach, 'both twin', 'APPROVED 2'],
  [oneOfEach, 'lea ann', 'NOT_ELIGIBLE'],
  [[stage(lead(), anybody())], 'ann', 'PENDING 1'],
  [[stage(lead(), anybody())], 'ann ben', 'ALREADY_DECIDED'],
  [[stage(lead(), anybody())], 'ann lea', 'APPROVED 2'],
  [[stage(lead(), anybody())], 'lea ann', 'APPROVED 2'],
  [[stage(lead(), anybody())], 'lea leo', 'APPROVED 2'],
  [oneAfterAnother, 'sue', 'NOT_ELIGIBLE'],
  [oneAfterAnother, 'lea', 'PENDING 1'],
  [oneAfterAnother, 'lea leo', 'ALREADY_DECIDED'],
  [oneAfterAnother, 'lea sue', 'APPROVED 2'],
  [oneAfterAnother, 'both sue', 'APPROVED 2'],
  [oneAfterAnother, 'both both', 'ALREADY_DECIDED'],
  [oneAfterAnother, 'both twin', 'APPROVED 2'],
  [oneAfterAnother, 'both lea', 'ALREADY_DECIDED'],
  [oneAfterAnother, 'lea lea? sue', 'NOT_ELIGIBLE'],
  [oneAfterAnother, 'lea lea? leo', 'PENDING 1'],
  [oneAfterAnother, 'lea sue lea? leo', 'APPROVED 2'],
  [oneAfterAnother, 'lea sue sue? sam', 'APPROVED 2'],
  [oneAfterAnother, 'lea sue lea?', 'PENDING 1'],
  [three, 'lea leo', 'PENDING 2'],
  [three, 'lea leo ann', 'PENDING 3'],
  [three, 'lea leo ann sue', 'PENDING 4'],
  [three, 'lea leo ann sue both', 'APPROVED 5'],
  [three, 'lea leo sue sam both', 'APPROVED 5'],
  [three, 'lea leo ann ben', 'ALREADY_DECIDED'],
  [oneAfterAnother, 'lea!', 'REJECTED 0'],
  [oneAfterAnother, 'sue!', 'REJECTED 0'],
  [oneAfterAnother, 'lea sue!', 'REJECTED 1'],
  [oneAfterAnother, 'lea lea!', 'REJECTED 0'],
  [oneAfterAnother, 'ann!', 'NOT_ELIGIBLE'],
  [oneAfterAnother, 'owner!', 'SELF_APPROVAL'],
  [oneAfterAnother, 'lea! sue', 'ALREADY_DECIDED'],
  [oneAfterAnother, 'lea sue sam!', 'ALREADY_DECIDED'],
];

describe('of a request with stages', () => {
  it.each(cases)('%j: %s ends with %s', (stages, acts, last) => {
    const open: Open = { request: asking(stages), reviews: [] };
    const results = acts.split(' ').map((act) => vote(open, act));
    expect(results.at(-1)).toBe(last);
  });

  it('a group with a veto may reject it and not approve it', () => {
    const request = asking([stage(lead())], { vetoGroups: ['lawyers'] });
    const rights = viewerRights(request, { all: [], counted: [] }, people.vic, at(1));
    expect(rights).toMatchObject({ canApprove: false, canReject: true, ineligibility: null });
    expect(rights.approvalRefusal?.message).toBe('You may reject this; its approval is for leads to give.');
  });

  it.each<[Who, string[], string]>([
    ['ann', [], 'Only members of leads or security can decide this.'],
    ['sue', [], 'Your turn comes later: the stage before waits for 1 more of leads.'],
    ['leo', ['lea'], 'Your group has said enough: this waits for 1 more of security.'],
    ['lea', ['lea'], 'You have approved this already; it waits for others.'],
  ])('%s after %j reads why not', (who, before, message) => {
    const open: Open = { request: asking(oneAfterAnother), reviews: [] };
    before.forEach((act) => vote(open, act));
    const reviews = { all: open.reviews, counted: open.reviews };
    expect(viewerRights(open.request, reviews, people[who], at(9_000)).approvalRefusal?.message).toBe(
      message,
    );
  });

  it('who has left the group counts no longer', () => {
    const request = asking(oneOfEach);
    const reviews = [aReview('lea'), aReview('sue')];
    const counted = countedReviews(request, reviews, [{ ...people.lea, groups: [] }, people.sue]);
    expect(progressOn(request, counted)).toMatchObject({ given: 1, open: { number: 1 } });
  });

  it('votes of one hand count once, whatever groups they come from', () => {
    const request = asking(oneOfEach);
    const reviews = [
      aReview('lea', { groups: ['leads'] }),
      aReview('sue', { groups: ['security'], makerIds: ['lea'], handIds: ['lea'], at: at(2_000) }),
    ];
    expect(progressOn(request, reviews).given).toBe(1);
  });
});

describe('too few people', () => {
  const lackOf = (stages: readonly Stage[], ...ids: Who[]) =>
    peopleLack(
      asking(stages),
      ids.map((id) => people[id]),
    );

  it.each<[readonly Stage[], Who[], string | null]>([
    [[stage(lead(), security())], ['lea', 'sue'], null],
    [[stage(lead(), security())], ['both', 'lea'], null],
    [
      [stage(lead(), security())],
      ['both'],
      '2 people of leads and security must approve this, and only 1 here may.',
    ],
    [[stage(lead()), stage(lead())], ['lea'], '2 people of leads must approve this, and only 1 here may.'],
    [[stage(lead())], ['owner', 'ann'], 'One person of leads must approve this, and nobody here may.'],
    [
      [stage(lead(), security())],
      ['lea', 'leo'],
      '2 people of leads and security must approve this, and not enough of each are here.',
    ],
    [[stage(anybody(2))], ['ann', 'owner'], '2 people must approve this, and only 1 here may.'],
    [[stage(anybody(2))], ['ann', 'ben', 'agent'], null],
  ])('are told of at once: %j with %j', (stages, ids, words) => {
    expect(lackOf(stages, ...ids)).toBe(words);
  });
});

const anyNeed = fc.record({
  group: fc.constantFrom('leads', 'security', null),
  required: fc.integer({ min: 1, max: 2 }),
});
const anyStages = fc.array(
  fc.record({ name: fc.constant('a stage'), needs: fc.array(anyNeed, { minLength: 1, maxLength: 3 }) }),
  { minLength: 1, maxLength: 3 },
);
const anyActs = fc.array(
  fc.tuple(fc.constantFrom(...(Object.keys(people) as Who[])), fc.constantFrom('', '', '', '?', '!')),
  { maxLength: 20 },
);

const everyRequest = (check: (open: Open) => void): void => {
  fc.assert(
    fc.property(anyStages, anyActs, (stages, acts) => {
      const open: Open = { request: asking(stages), reviews: [] };
      for (const [who, sign] of acts) vote(open, `${who}${sign}`);
      check(open);
    }),
    { numRuns: 200 },
  );
};

/** Whether different voters meet all needs, by trying every way. */
const canMeet = ([slot, ...slots]: readonly (string | null)[], voters: readonly StagedVote[]): boolean =>
  slot === undefined ||
  voters.some(
    (voter, index) =>
      (slot === null || voter.groups.includes(slot)) && canMeet(slots, voters.toSpliced(index, 1)),
  );
const slotsOf = (needs: readonly Need[]): (string | null)[] =>
  needs.flatMap(({ group, required }) => Array<string | null>(required).fill(group));

describe('whoever votes in whatever order,', () => {
  it('nobody is counted twice, and only for a group that they are in', () => {
    everyRequest(({ request, reviews }) => {
      const { stages } = progressOn(request, reviews);
      const counted = stages.flatMap(({ needs }) => needs.flatMap(({ reviewerIds }) => reviewerIds));
      expect(new Set(counted).size).toBe(counted.length);
      for (const { group, reviewerIds } of stages.flatMap(({ needs }) => needs)) {
        for (const id of reviewerIds) {
          if (group !== null) expect(people[id as Who].groups).toContain(group);
        }
      }
    });
  });

  it('it is approved exactly while every stage is met', () => {
    everyRequest(({ request, reviews }) => {
      const { open } = progressOn(request, reviews);
      if (request.status === 'APPROVED') expect(open).toBeNull();
      if (request.status === 'PENDING') expect(open).not.toBeNull();
    });
  });

  it('a late review changes nothing', () => {
    everyRequest((open) => {
      if (open.request.status !== 'REJECTED') return;
      const before = structuredClone(open.request);
      for (const who of Object.keys(people)) expect(vote(open, who)).not.toMatch(/^(APPROVED|PENDING)/);
      expect(open.request).toEqual(before);
    });
  });
});

describe('within a stage', () => {
  const anyVoters = fc.uniqueArray(
    fc.constantFrom('lea', 'leo', 'sue', 'sam', 'both', 'twin', 'ann' as Who),
    {
      maxLength: 6,
    },
  );
  const votes = (ids: readonly Who[]): StagedVote[] =>
    ids.map((id) => ({ reviewerId: id, groups: people[id].groups, stage: 1 }));
  const anyNeeds = fc.array(anyNeed, { minLength: 1, maxLength: 3 });

  it('as many needs are met as can be, in whatever order people come', () => {
    fc.assert(
      fc.property(anyNeeds, anyVoters, (needs, ids) => {
        const asked = { required: 1, stages: [stage(...needs)] };
        const there = progressOf(asked, votes(ids));
        const back = progressOf(asked, votes(ids.toReversed()));
        expect(there.given).toBe(back.given);
        expect(there.open === null).toBe(canMeet(slotsOf(needs), votes(ids)));
        expect(wouldMeet(asked, votes(ids))).toBe(there.open === null);
      }),
    );
  });
});
