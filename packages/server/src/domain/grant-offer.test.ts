import { describe, expect, it } from 'vitest';
import { at } from '../../testing/domain-samples.ts';
import { aGrant } from '../../testing/grant-samples.ts';
import { offerFor, offersOf, type AskedPlan, type AskedStep, type OfferTerms } from './grant-offer.ts';

const terms: OfferTerms = {
  environments: { STAGING: { people: 1 } },
  rules: ['a.rule'],
  offeredAfter: 3,
  mostUses: 100,
  longestDays: 30,
  hardActionTypes: ['repo.commit'],
};
const step = (name: string, parts: Partial<AskedStep> = {}): AskedStep => ({
  action: 'http.request@1',
  category: 'WRITE',
  targets: [name],
  usesSecret: false,
  ...parts,
});
const plan = (parts: Partial<AskedPlan> = {}): AskedPlan => ({
  taskId: 'task',
  agentId: 'agent',
  environment: 'STAGING',
  risk: 'LOW',
  status: 'SUCCEEDED',
  verdict: 'APPROVED',
  reasons: [{ layer: 'AUTONOMY', rule: 'autonomy.level', outcome: 'REQUIRE_APPROVAL' }],
  steps: [step('shop@main')],
  ...parts,
});
const three = (...parts: Partial<AskedPlan>[]): AskedPlan[] =>
  [0, 1, 2].map((at) => plan(parts[at % parts.length]));
const offers = (past: readonly AskedPlan[], open: Parameters<typeof offersOf>[2] = []) =>
  offersOf(past, terms, open, at(0));

describe('a grant is offered', () => {
  it.each<[title: string, past: AskedPlan[], target: string]>([
    ['for the one target that it was', three({}), 'shop@main'],
    ['for the family of several', three({}, { steps: [step('shop@dev')] }), 'shop@*'],
    [
      'for what is below one address',
      three({ steps: [step('https://a.example/v1/x')] }, { steps: [step('https://a.example/v1/y')] }),
      'https://a.example/v1/*',
    ],
    ['for a name without parts', three({ steps: [step('queue-7')] }), 'queue-7'],
    ['for an address without a path', three({ steps: [step('https://a.example')] }), 'https://a.example'],
    [
      'whatever waits or runs still',
      [plan({ status: 'RUNNING' }), plan({ verdict: 'PENDING', status: 'AWAITING_APPROVAL' }), ...three({})],
      'shop@main',
    ],
    ['whatever happened before the last of them', [...three({}), plan({ status: 'FAILED' })], 'shop@main'],
    [
      'where a rule asks that a grant may answer',
      three({ reasons: [{ layer: 'RULE', rule: 'a.rule', outcome: 'REQUIRE_APPROVAL' }] }),
      'shop@main',
    ],
  ])('%s', (_title, past, target) => {
    expect(offers(past).map((offer) => offer.target)).toEqual([target]);
  });

  it('with the most risk that there was, and the tasks', () => {
    const [offer] = offers(three({ risk: 'LOW' }, { risk: 'MEDIUM', taskId: 'other' }));
    expect(offer).toMatchObject({ maxRisk: 'MEDIUM', uses: 20, taskIds: ['task', 'other', 'task'] });
    expect(offer && offerFor([offer], plan({ risk: 'MEDIUM' }))).toBe(offer);
    expect(offer && offerFor([offer], plan({ risk: 'HIGH' }))).toBeNull();
    expect(offer && offerFor([offer], plan({ steps: [step('docs@main')] }))).toBeNull();
  });
});

describe('no grant is offered', () => {
  it.each<[title: string, past: AskedPlan[]]>([
    ['after too few', [plan(), plan()]],
    ['for what uses a secret', three({ steps: [step('shop@main', { usesSecret: true })] })],
    [
      'for what reads with a secret beside it',
      three({ steps: [step('shop@main'), step('live', { category: 'READ', usesSecret: true })] }),
    ],
    ['where one failed between', [plan(), plan(), plan({ status: 'FAILED' }), plan()]],
    ['where one was rolled back', [plan({ status: 'ROLLED_BACK' }), ...three({})]],
    ['where one was rejected', [plan({ verdict: 'REJECTED', status: 'REJECTED' }), ...three({})]],
    ['for different agents', three({}, { agentId: 'a' }, { agentId: 'b' })],
    ['for different environments', three({}, { environment: 'DEVELOPMENT' })],
    ['where policy has none', three({ environment: 'PRODUCTION' })],
    [
      'for what a person approves every time',
      three({ steps: [step('shop@main', { action: 'repo.commit@1' })] }),
    ],
    [
      'for several kinds at once',
      three({ steps: [step('shop@main'), step('shop@main', { action: 'repo.tag@1' })] }),
    ],
    ['for several families at once', three({ steps: [step('shop@main'), step('docs@main')] })],
    ['for what names no target', three({ steps: [step('', { targets: [] })] })],
    ['for what only reads', three({ steps: [step('shop@main', { category: 'READ' })] })],
    ['for critical risk', three({ risk: 'CRITICAL' })],
    [
      'where a grant answers nothing of what is asked',
      three({ reasons: [{ layer: 'REQUESTER', rule: 'r', outcome: 'REQUIRE_APPROVAL' }] }),
    ],
    ['for a name that is a pattern', three({ steps: [step('*')] })],
  ])('%s', (_title, past) => {
    expect(offers(past)).toEqual([]);
  });

  it('where one is there already', () => {
    expect(offers(three({}), [aGrant({ target: 'shop@*' })])).toEqual([]);
    expect(offers(three({}), [aGrant({ target: 'docs@*' })])).toHaveLength(1);
  });
});
