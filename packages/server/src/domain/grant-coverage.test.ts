import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aDecision, aDocument, aDocumentStep, at } from '../../testing/domain-samples.ts';
import { aGrant } from '../../testing/grant-samples.ts';
import { allot, coverageOf, takenUse, type Coverable } from './grant-coverage.ts';
import type { StandingGrant } from './grant.ts';
import type { PlanDocument, PlanDocumentStep } from './plan.ts';

const aChange = (parts: Partial<PlanDocumentStep> = {}): PlanDocumentStep =>
  aDocumentStep({ targets: [{ kind: 'branch', name: 'shop@main' }], ...parts });

const { approval: terms } = aDecision('REQUIRE_APPROVAL');
if (!terms) throw new Error('A decision that asks says how.');
const stage = { name: '', needs: [{ group: 'owners', required: 1 }] };

const asked = (document: Partial<PlanDocument> = {}, more: Partial<Coverable> = {}): Coverable => {
  const made = aDocument({ environment: 'STAGING', steps: [aChange()], ...document });
  return {
    document: made,
    categories: made.steps.map(() => 'WRITE'),
    requester: { id: 'agent', ownerId: 'owner', handIds: ['maker'] },
    handIds: [],
    approval: terms,
    places: { STAGING: { people: 1 }, PRODUCTION: { people: 2 } },
    ...more,
  };
};
const steps = (...all: Partial<PlanDocumentStep>[]): Partial<PlanDocument> => ({
  steps: all.map((parts, ordinal) => aChange({ name: `step-${ordinal + 1}`, ordinal, ...parts })),
});
const on = (...names: string[]): Partial<PlanDocumentStep> => ({
  targets: names.map((name) => ({ kind: 'branch', name })),
});

type Case = [title: string, grant: Partial<StandingGrant>, asked: Coverable];

describe('a grant covers', () => {
  it.each<[title: string, takes: number, asked: Coverable]>([
    ['a change of its kind', 1, asked()],
    ['each change of a plan, a use each', 3, asked(steps({}, on('shop@dev'), {}))],
    [
      'what only reads beside it',
      1,
      asked(steps({}, { action: 'git.look@1' }), { categories: ['WRITE', 'READ'] }),
    ],
  ])('%s', (_title, takes, what) => {
    expect(coverageOf([aGrant()], what, at(0))).toMatchObject({
      use: { grantId: 'grant', takes, taken: 2 + takes },
    });
  });
});

describe('a grant does not cover', () => {
  it.each<Case>([
    ['another type of action', { actionType: 'http.request@2' }, asked()],
    ['another agent', { agentId: 'other' }, asked()],
    ['another environment', { environment: 'DEVELOPMENT' }, asked()],
    ['another tenant', { tenantId: 'other' }, asked()],
    ['a plan of which it covers a part', {}, asked(steps({}, { action: 'repo.tag@1' }))],
    [
      'what an executor does not know',
      {},
      asked(steps({}, { action: 'git.look@1' }), { categories: ['WRITE', undefined] }),
    ],
    [
      'a read with a secret',
      {},
      asked(steps({}, { action: 'git.look@1', targets: [{ kind: 'secret', name: 'live' }] }), {
        categories: ['WRITE', 'READ'],
      }),
    ],
    ['a plan that only reads', {}, asked({}, { categories: ['READ'] })],
  ])('%s, and says nothing of it', (_title, grant, what) => {
    expect(coverageOf([aGrant(grant)], what, at(0))).toEqual({ use: null, whyNot: null });
  });

  it.each<[...Case, words: string]>([
    ['another target', { target: 'shop@dev' }, asked(), 'it does not reach shop@main'],
    ['more than its target', {}, asked(steps(on('shop@main', 'docs@main'))), 'it does not reach docs@main'],
    ['what names no target', {}, asked(steps({ targets: [] })), 'step step-1 names none'],
    [
      'a higher risk',
      { maxRisk: 'LOW' },
      asked({ risk: 'MEDIUM' }),
      'low risk at most, and this is of medium',
    ],
    [
      'critical risk',
      { maxRisk: 'CRITICAL' },
      asked({ risk: 'CRITICAL' }),
      'never covers what is of critical risk',
    ],
    ['where policy has no grants', {}, asked({}, { places: {} }), 'policy has no grants in staging'],
    [
      'what two people must approve',
      {},
      asked({}, { approval: { ...terms, required: 2 } }),
      'is of one person',
    ],
    [
      'what three people must approve',
      { approvedById: 'bob', approvedAt: at(0) },
      asked({}, { approval: { ...terms, required: 3 } }),
      'is of two people',
    ],
    [
      'a group that must be asked',
      {},
      asked({}, { approval: { ...terms, stages: [stage] } }),
      'speaks for no group',
    ],
    ['a veto', {}, asked({}, { approval: { ...terms, vetoGroups: ['security'] } }), 'speaks for no group'],
    [
      'what rests on content from outside',
      {},
      asked({ sources: [{ kind: 'MAIL', reference: 'a@b.example', trust: 'OUTSIDE', via: null }] }),
      'rests on content from outside',
    ],
    ['the work of its maker', { byId: 'owner' }, asked(), 'own work'],
    ["the work of its maker's maker", { makerIds: ['maker'] }, asked(), 'own work'],
    ['the work of its second person', { approvedById: 'owner' }, asked(), 'own work'],
    [
      "the work of its second person's maker",
      { approvedById: 'bob', approvedMakerIds: ['maker'] },
      asked(),
      'own work',
    ],
    ['a submission in which its maker had a hand', {}, asked({}, { handIds: ['ann'] }), 'own work'],
    [
      'what uses a secret, whatever its name',
      { target: 'shop@*' },
      asked(steps({ targets: [...(on('shop@main').targets ?? []), { kind: 'secret', name: 'shop@key' }] })),
      'never covers what uses a secret, and this uses shop@key',
    ],
    [
      'a secret alone',
      { target: 'live' },
      asked(steps({ targets: [{ kind: 'secret', name: 'live' }] })),
      'never covers what uses a secret',
    ],
    [
      'a read with a secret of its kind',
      { target: 'shop@*' },
      asked(steps({ targets: [{ kind: 'secret', name: 'shop@key' }] }), { categories: ['READ'] }),
      'never covers what uses a secret',
    ],
    [
      'what another step puts out',
      {},
      asked(steps({ params: { body: { $from: 'a', pointer: '/id' } } })),
      'takes from what another step will put out',
    ],
    [
      'text that hides',
      {},
      asked(steps({ params: { body: ['pay \u202Eeno'] } })),
      'never covers text that hides',
    ],
    ['names that hide', {}, asked(steps({ params: { 'a\u200Bb': 1 } })), 'never covers text that hides'],
    ['more than is left', { taken: 9 }, asked(steps({}, {})), 'it has 1 uses left, and this takes 2'],
    ['anything once it is used up', { taken: 10 }, asked(), 'it is used up'],
    ['anything once it has expired', { expiresAt: at(0) }, asked(), 'it has expired'],
    ['anything once it is suspended', { suspendedAt: at(0) }, asked(), 'it is suspended'],
    ['anything once it is revoked', { revokedAt: at(0) }, asked(), 'it was revoked'],
    ['anything before the second person', { required: 2 }, asked(), 'it waits for a second person'],
    [
      'production without one',
      { environment: 'PRODUCTION' },
      asked({ environment: 'PRODUCTION' }),
      'waits for a second person',
    ],
    ['anything once its maker may decide no more', { isBacked: false }, asked(), 'may not decide any more'],
  ])('%s, and says so', (_title, grant, what, words) => {
    const { use, whyNot } = coverageOf([aGrant(grant)], what, at(0));
    expect([use, whyNot]).toEqual([null, expect.stringContaining(words)]);
  });

  it('anything of a task that it let through before, where the task is another by now', () => {
    const use = {
      id: 'use',
      tenantId: 'tenant',
      grantId: 'grant',
      taskId: 'task',
      revision: 1,
      planHash: 'h',
      takes: 1,
      number: 3,
      at: at(0),
    };
    const taken = (parts: object, grant = aGrant()) =>
      takenUse({ grant, use: { ...use, ...parts } }, asked());
    expect(taken({})).toMatchObject({ taken: 3 });
    // What became of the grant since is asked for beside it.
    expect(taken({}, aGrant({ revokedAt: at(0) }))).toMatchObject({ taken: 3 });
    for (const parts of [
      { revision: 2 },
      { taskId: 'other' },
      { takes: 2 },
      { number: 11 },
      { grantId: 'other' },
    ])
      expect(taken(parts)).toBeNull();
    expect(taken({}, aGrant({ target: 'docs@*' }))).toBeNull();
  });
});

it('of several grants the one that ends first is used', () => {
  const grants = [aGrant({ id: 'late', expiresAt: at(9_000) }), aGrant({ id: 'soon', expiresAt: at(8_000) })];
  expect(coverageOf(grants, asked(), at(0)).use?.grantId).toBe('soon');
});

describe('what is left', () => {
  const wishes = fc.array(
    fc.option(
      fc.record({ grantId: fc.constantFrom('a', 'b', 'gone'), takes: fc.integer({ min: 1, max: 5 }) }),
    ),
    { maxLength: 30 },
  );
  const grants = fc
    .tuple(fc.nat({ max: 12 }), fc.nat({ max: 12 }))
    .map(([a, b]) => [aGrant({ id: 'a', uses: 12, taken: a }), aGrant({ id: 'b', uses: 12, taken: b })]);

  it('is never given out twice, nor more than there is, and comes in one row of numbers', () => {
    fc.assert(
      fc.property(grants, wishes, (all, wanted) => {
        const given = allot(all, wanted, at(0));
        for (const { id, taken, uses } of all) {
          let before = taken;
          for (const use of given.filter((each) => each?.grantId === id)) {
            expect(use?.taken).toBe(before + (use?.takes ?? 0));
            before = use?.taken ?? 0;
          }
          expect(before).toBeLessThanOrEqual(uses);
        }
        expect(given).toHaveLength(wanted.length);
      }),
    );
  });

  it('is given to each that it is enough for, in their order', () => {
    const [first, second, third] = allot(
      [aGrant({ id: 'a', taken: 8 })],
      [
        { grantId: 'a', takes: 3 },
        { grantId: 'a', takes: 2 },
        { grantId: 'a', takes: 1 },
      ],
      at(0),
    );
    expect([first, second?.taken, third]).toEqual([null, 10, null]);
  });
});
