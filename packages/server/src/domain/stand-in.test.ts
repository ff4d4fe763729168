import { describe, expect, it } from 'vitest';
import { anApproval, aPerson, aReview, at } from '../../testing/domain-samples.ts';
import type { ApprovalRequest, CountedReview } from './approval-request.ts';
import { progressOn, review } from './approval.ts';
import { requiredOf, type Stage } from './quorum.ts';
import { groupOfOne, inWhosePlace, type Voter } from './stand-in.ts';
import { voteOf } from './hands.ts';

const on = { revision: 1, planHash: 'plan-hash' };
const leads: readonly Stage[] = [{ name: 'Leads', needs: [{ group: 'leads', required: 2 }] }];
const asked = (parts: Partial<ApprovalRequest> = {}): ApprovalRequest =>
  anApproval({ required: 2, stages: leads, escalateAfterMs: 1, escalateTo: 'managers', ...parts });
const escalated = { escalatedAt: at(1) };
const lead = (id: string) => aPerson(id, { groups: ['leads'] });
const manager = aPerson('mia', { groups: ['managers'] });
const standsFor = (...away: string[]) =>
  away.map((id) => ({ id, name: id, groups: ['leads'], delegatedById: id }));
const bea: Voter = aPerson('bea', { groups: [groupOfOne('bea')] });
const beaForAnn: Voter = { ...bea, standsFor: standsFor('ann') };

/** The vote as it is counted later. */
const cast = (voter: Voter): CountedReview => {
  const vote = voteOf(voter);
  return aReview(voter.id, {
    ...vote,
    groups: voter.groups,
    standsForIds: (voter.standsFor ?? []).map(({ id }) => id),
  });
};
const approve = (request: ApprovalRequest, reviews: readonly CountedReview[], voter: Voter) =>
  review(request, reviews, voter, 'APPROVE', on, at(10));
const code = (outcome: ReturnType<typeof approve>) => (outcome.ok ? 'OK' : outcome.refusal.code);

describe('an escalated request', () => {
  it('lets the added group approve beside those who are asked, and asks for as many as before', () => {
    expect(code(approve(asked(), [], manager))).toBe('NOT_ELIGIBLE');
    const first = approve(asked(escalated), [], manager);
    expect(first).toMatchObject({ ok: true, value: { given: 1, request: { status: 'PENDING' } } });
    if (!first.ok) return;
    const { request } = first.value;
    expect(request.stages).toEqual([
      {
        name: 'Leads',
        needs: [
          { group: 'leads', required: 1 },
          { group: 'managers', required: 1, insteadOf: 'leads' },
        ],
      },
    ]);
    expect(requiredOf(request.stages)).toBe(requiredOf(leads));
    expect(approve(request, [cast(manager)], lead('lea'))).toMatchObject({
      ok: true,
      value: { given: 2, request: { status: 'APPROVED' } },
    });
  });

  it('asks its own groups again where the other takes that back', () => {
    const first = approve(asked(escalated), [], manager);
    if (!first.ok) throw new Error('The manager may approve.');
    const lost = progressOn(first.value.request, []);
    expect(lost.stages[0]?.needs).toEqual([{ group: 'leads', required: 2, reviewerIds: [] }]);
    const both = [cast(lead('lea'))];
    expect(approve(first.value.request, both, lead('leo'))).toMatchObject({
      ok: true,
      value: { request: { status: 'APPROVED', stages: leads } },
    });
  });

  it('does not ask more of a stage than the database counts', () => {
    const full: readonly Stage[] = [
      { name: '', needs: ['a', 'b', 'c', 'd'].map((group) => ({ group, required: 2 })) },
    ];
    expect(code(approve(asked({ ...escalated, stages: full, required: 8 }), [], manager))).not.toBe('OK');
  });
});

describe('who decides in the place of somebody', () => {
  const one: readonly Stage[] = [{ name: '', needs: [{ group: 'leads', required: 1 }] }];

  it.each([
    ['may approve what the other is asked for', asked({ stages: one, required: 1 }), [], beaForAnn, 'OK'],
    ['may not without that', asked({ stages: one, required: 1 }), [], bea, 'NOT_ELIGIBLE'],
    ['counts once with the other, who came first', asked(), [cast(lead('ann'))], beaForAnn, 'SELF_APPROVAL'],
    ['counts once with the other, who came second', asked(), [cast(beaForAnn)], lead('ann'), 'SELF_APPROVAL'],
    [
      'never votes twice',
      asked(),
      [cast(beaForAnn)],
      { ...bea, standsFor: standsFor('ann', 'leo') },
      'ALREADY_DECIDED',
    ],
    [
      'is no second voice for two who are away',
      asked(),
      [cast(lead('leo'))],
      { ...bea, standsFor: standsFor('ann', 'leo') },
      'SELF_APPROVAL',
    ],
    [
      'does not decide on the work of the other',
      asked({ excludedIds: ['ann'] }),
      [],
      beaForAnn,
      'SELF_APPROVAL',
    ],
    [
      'does not where who sent them approved',
      asked(),
      [cast(lead('ada'))],
      { ...bea, standsFor: [{ id: 'ann', name: 'ann', groups: ['leads'], delegatedById: 'ada' }] },
      'SELF_APPROVAL',
    ],
    [
      'is still a person who may decide',
      asked({ stages: one, required: 1 }),
      [],
      { ...beaForAnn, roles: ['VIEWER' as const] },
      'NOT_ELIGIBLE',
    ],
  ])('%s', (_title, request, reviews, voter, expected) => {
    expect(code(approve(request, reviews, voter))).toBe(expected);
  });

  it('counts by terms of another day for the group of who was away, and the added group only where those add it', () => {
    const first = approve(asked(), [], beaForAnn);
    if (!first.ok) throw new Error('Bea may approve.');
    const votes = [{ groups: bea.groups, stage: 1 }];
    expect(inWhosePlace(first.value.request.stages, votes, null)[0]?.groups).toContain('leads');
    const second = approve(asked(escalated), [], manager);
    if (!second.ok) throw new Error('Mia may approve.');
    const hers = [{ groups: manager.groups, stage: 1 }];
    expect(inWhosePlace(second.value.request.stages, hers, 'managers')[0]?.groups).toContain('leads');
    expect(inWhosePlace(second.value.request.stages, hers, null)[0]?.groups).not.toContain('leads');
  });
});
