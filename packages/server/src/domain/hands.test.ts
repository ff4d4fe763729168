import { environments } from '@countersign/shared';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anApproval, aPerson, aReview, at } from '../../testing/domain-samples.ts';
import { review, viewerRights, withdraw } from './approval.ts';
import { standingApprovals, type CountedReview } from './approval-request.ts';
import { handingOnFault } from './delegation.ts';
import { handsBehind, handsOfMaker, isBorrowed, isOneHand, ownHands, voteOf } from './hands.ts';
import type { Caller, Credential } from './principal.ts';
import { askingFault } from './question.ts';

const calling = (id: string, credential: Partial<Credential> = {}, parts: Partial<Caller> = {}): Caller =>
  aPerson(id, {
    ...parts,
    credential: { id: `of ${id}`, kind: 'SESSION', handIds: [], decidesIn: environments, ...credential },
  });
const byKeyFrom = (maker: string, id: string): Caller => calling(id, { kind: 'API_KEY', handIds: [maker] });
const byLinkFrom = (maker: string, id: string): Caller => calling(id, { handIds: [maker] });
const madeBy = (maker: string, caller: Caller): Caller => ({
  ...caller,
  createdById: maker,
  handIds: [maker],
});

const on = { revision: 1, planHash: 'plan-hash' };
/** How many of these approvals a request for many takes, each refused one left out. */
const countOf = (callers: readonly Caller[]): number => {
  const request = anApproval({ required: 20, excludedIds: [] });
  const reviews: CountedReview[] = [];
  callers.forEach((caller, index) => {
    const outcome = review(request, reviews, caller, 'APPROVE', on, at(1_000));
    if (outcome.ok) reviews.push(aReview(caller.id, { ...voteOf(caller), at: at(index) }));
  });
  expect(standingApprovals(reviews, on.planHash).size).toBe(reviews.length);
  return reviews.length;
};

describe('two approvals', () => {
  it.each([
    ['of two who signed in by themselves', [calling('ann'), calling('ben')], 2],
    ['of an administrator and by a key that she made', [calling('ada'), byKeyFrom('ada', 'ben')], 1],
    ['by a key and then by its maker', [byKeyFrom('ada', 'ben'), calling('ada')], 1],
    ['of an administrator and through a link that she made', [calling('ada'), byLinkFrom('ada', 'ben')], 1],
    ['of an administrator and of a person whom she made', [calling('ada'), madeBy('ada', calling('ben'))], 1],
    ['by two keys of one maker', [byKeyFrom('ada', 'ann'), byKeyFrom('ada', 'ben')], 1],
    ['by a key and through a link of one maker', [byKeyFrom('ada', 'ann'), byLinkFrom('ada', 'ben')], 1],
    ['by keys of two makers', [byKeyFrom('ada', 'ann'), byKeyFrom('bob', 'ben')], 2],
    [
      'of people who were there before, through links of one maker',
      [byLinkFrom('ada', 'ann'), byLinkFrom('ada', 'ben')],
      2,
    ],
    [
      'of two people made up by one, through links of the same',
      ['ann', 'ben'].map((id) => madeBy('ada', byLinkFrom('ada', id))),
      1,
    ],
    [
      'of two people made by one, who signed in without her',
      ['ann', 'ben'].map((id) => madeBy('ada', calling(id))),
      2,
    ],
    ['of one person by key and session', [byKeyFrom('ada', 'ann'), calling('ann')], 1],
  ] as const)('%s', (_title, callers, expected) => {
    expect(countOf(callers)).toBe(expected);
  });

  it('of which the second is by the same hand say so, and offer no approval, only a rejection', () => {
    const request = anApproval({ required: 2 });
    const first = [aReview('ada', voteOf(calling('ada')))];
    const second = byKeyFrom('ada', 'ben');
    const outcome = review(request, first, second, 'APPROVE', on, at(1_000));
    expect(outcome).toMatchObject({ ok: false, refusal: { code: 'SELF_APPROVAL' } });
    expect(viewerRights(request, { all: first, counted: first }, second, at(1_000))).toMatchObject({
      canApprove: false,
      canReject: true,
      ineligibility: { code: 'SELF_APPROVAL' },
    });
  });
});

describe('a request that somebody may not decide on', () => {
  const request = anApproval({ excludedIds: ['ada'] });
  it.each([
    ['nor by a key that they made for another', byKeyFrom('ada', 'ben'), 'SELF_APPROVAL'],
    ['and by a key that somebody else made', byKeyFrom('bob', 'ben'), null],
    ['and by who came through their link', byLinkFrom('ada', 'ben'), null],
    ['nor through their link by whom they made', madeBy('ada', byLinkFrom('ada', 'new')), 'SELF_APPROVAL'],
  ] as const)('is not decided by them, %s', (_title, caller, code) => {
    const outcome = review(request, [], caller, 'APPROVE', on, at(1_000));
    expect(outcome.ok ? null : outcome.refusal.code).toBe(code);
    const asks = aReview(caller.id, { verdict: 'REQUEST_CHANGES' });
    const takenBack = withdraw(request, [asks], caller, on, at(1_000));
    expect(takenBack.ok ? null : takenBack.refusal.code, 'takes back what keeps it').toBe(code);
    expect(askingFault(request, [], caller)?.code ?? null, 'asks').toBe(code);
    const handsOn = handingOnFault(caller, caller.id)?.code ?? null;
    expect(handsOn, 'hands on').toBe(isBorrowed(caller) ? 'SELF_APPROVAL' : null);
  });
});

interface World {
  readonly callers: Caller[];
  /** Who could call as whom: everybody as themselves, and with all that they made. */
  readonly usable: Map<Caller, Set<string>>;
}

/** Ada and Bob are administrators from the machine; what either makes may make more. */
const anyWorld = fc
  .array(
    fc.record({
      maker: fc.nat(),
      kind: fc.constantFrom('API_KEY' as const, 'SESSION' as const),
      isNew: fc.boolean(),
      old: fc.constantFrom('ann', 'ben', 'cy'),
    }),
    { maxLength: 8 },
  )
  .map((acts): World => {
    const callers = [calling('ada'), calling('bob')];
    const usable = new Map(callers.map((caller) => [caller, new Set([caller.id])]));
    acts.forEach(({ maker, kind, isNew, old }, index) => {
      const by = callers[maker % callers.length] ?? calling('ada');
      const handIds = handsOfMaker(by);
      const id = isNew ? `new ${index}` : old;
      const made = calling(
        id,
        { id: `credential ${index}`, kind, handIds },
        isNew ? { createdById: by.id, handIds } : {},
      );
      callers.push(made);
      usable.set(made, new Set([id, ...(usable.get(by) ?? [])]));
    });
    return { callers, usable };
  });

describe('whatever is made by whomever', () => {
  it('counts the approvals of one person with all keys and puppets of theirs once', () => {
    const property = fc.property(anyWorld, fc.constantFrom('ada', 'bob'), ({ callers, usable }, who) => {
      const mine = callers.filter((caller) => {
        const isPuppet = caller.credential.kind === 'API_KEY' || caller.handIds.includes(who);
        return caller.id === who || (usable.get(caller)?.has(who) === true && isPuppet);
      });
      expect(countOf(mine)).toBeLessThanOrEqual(1);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('never lets a maker be the second person', () => {
    const property = fc.property(anyWorld, ({ callers }) => {
      for (const caller of callers) {
        for (const hand of handsBehind(caller)) {
          expect(isOneHand(voteOf(calling(hand)), voteOf(caller))).toBe(true);
          expect(isOneHand(voteOf(caller), voteOf(calling(hand)))).toBe(true);
        }
      }
    });
    fc.assert(property, { numRuns: 200 });
  });

  it('keeps everybody behind a submission from deciding on it', () => {
    const property = fc.property(anyWorld, ({ callers }) => {
      for (const requester of callers) {
        const excludedIds = ownHands({ ...requester, ownerId: 'owner' }, handsBehind(requester));
        const request = anApproval({ excludedIds });
        for (const hand of [requester.id, 'owner', ...requester.handIds, ...requester.credential.handIds]) {
          const outcome = review(request, [], calling(hand), 'APPROVE', on, at(1_000));
          expect(outcome).toMatchObject({ ok: false, refusal: { code: 'SELF_APPROVAL' } });
        }
      }
    });
    fc.assert(property, { numRuns: 200 });
  });
});

describe('a key', () => {
  const key = calling('ann', { kind: 'API_KEY', decidesIn: ['DEVELOPMENT', 'STAGING'] });

  it.each(environments)('decides in %s where it may', (environment) => {
    for (const verdict of ['APPROVE', 'REJECT'] as const) {
      const outcome = review(anApproval({ environment }), [], key, verdict, on, at(1_000));
      expect(outcome.ok ? 'decided' : outcome.refusal.code).toBe(
        environment === 'PRODUCTION' ? 'NOT_ELIGIBLE' : 'decided',
      );
    }
    const rights = viewerRights(anApproval({ environment }), { all: [], counted: [] }, key, at(1_000));
    expect(rights.canApprove).toBe(environment !== 'PRODUCTION');
  });
});
